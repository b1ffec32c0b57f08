"""Catalogue: what exists. Resources with their national core metadata, codes and nine states.

A resource is entered as a draft by its provider, registered by the agency's own approver,
published by the city's; it has one or more layers, whose data the base holds. A delivery has
states of its own: an update leaves a published resource published. A layer's style is kept here
version by version; its legend derives from it.

Not here: who may do what (governance), the rows of layers (base), the form of OGC records (share).

Imports: ground, store; SQLAlchemy, orjson.
"""

from diban.catalogue.catalogue import Catalogue
from diban.catalogue.data_format import DataFormat
from diban.catalogue.entry import Entry, LayerEntry
from diban.catalogue.entry_json import entry_as_json, entry_from_json
from diban.catalogue.item_type import ITEM_TYPE_OF, ItemType
from diban.catalogue.moves import MOVES, Hand, Move, move_between, moves_from
from diban.catalogue.opening import Opening
from diban.catalogue.resource import Moved, Resource, ResourceLayer
from diban.catalogue.resource_code import Category, ResourceCode
from diban.catalogue.sharing import Sharing
from diban.catalogue.sharing_method import SharingMethod
from diban.catalogue.state import EDITABLE, State
from diban.catalogue.style import (
    NUMBER_KINDS,
    RAMPS,
    VALUE_KINDS,
    Area,
    ByClass,
    ByValue,
    Class,
    KeptStyle,
    Label,
    Legend,
    LegendEntry,
    Line,
    Point,
    Ramp,
    RampKind,
    Style,
    Styles,
    ValueColour,
    Zooms,
    default_style,
    legend_of,
)
from diban.catalogue.titled import Titled
from diban.catalogue.update_cycle import UpdateCycle

__all__ = [
    "EDITABLE",
    "ITEM_TYPE_OF",
    "MOVES",
    "NUMBER_KINDS",
    "RAMPS",
    "VALUE_KINDS",
    "Area",
    "ByClass",
    "ByValue",
    "Catalogue",
    "Category",
    "Class",
    "DataFormat",
    "Entry",
    "Hand",
    "ItemType",
    "KeptStyle",
    "Label",
    "LayerEntry",
    "Legend",
    "LegendEntry",
    "Line",
    "Move",
    "Moved",
    "Opening",
    "Point",
    "Ramp",
    "RampKind",
    "Resource",
    "ResourceCode",
    "ResourceLayer",
    "Sharing",
    "SharingMethod",
    "State",
    "Style",
    "Styles",
    "Titled",
    "UpdateCycle",
    "ValueColour",
    "Zooms",
    "default_style",
    "entry_as_json",
    "entry_from_json",
    "legend_of",
    "move_between",
    "moves_from",
]
