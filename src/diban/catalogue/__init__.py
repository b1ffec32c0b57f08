"""Catalogue: what exists. Resources with their national core metadata, codes and nine states.

A resource is entered as a draft by its provider, registered by the agency's own approver,
published by the city's; it has one or more layers, whose data the base holds. A delivery has
states of its own: an update leaves a published resource published. A layer's style is kept here
version by version; its legend derives from it.

`SearchIndex` keeps the names of resources and features in posting tables.

Not here: who may do what (governance), the rows of layers (base), the form of OGC records (share).

Imports: ground, store; numpy, pypinyin, rapidfuzz, SQLAlchemy, orjson.
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
from diban.catalogue.search import (
    ABOUT,
    QUERY_LENGTH,
    RESOURCES,
    SEGMENT,
    TITLE,
    Asked,
    Builder,
    Candidate,
    Look,
    Match,
    Names,
    SearchIndex,
    Source,
    Wanted,
    name_fields,
    placeless,
    resource_texts,
    shown,
    snippet,
    spans,
    understand,
)
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
    "ABOUT",
    "EDITABLE",
    "ITEM_TYPE_OF",
    "MOVES",
    "NUMBER_KINDS",
    "QUERY_LENGTH",
    "RAMPS",
    "RESOURCES",
    "SEGMENT",
    "TITLE",
    "VALUE_KINDS",
    "Area",
    "Asked",
    "Builder",
    "ByClass",
    "ByValue",
    "Candidate",
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
    "Look",
    "Match",
    "Move",
    "Moved",
    "Names",
    "Opening",
    "Point",
    "Ramp",
    "RampKind",
    "Resource",
    "ResourceCode",
    "ResourceLayer",
    "SearchIndex",
    "Sharing",
    "SharingMethod",
    "Source",
    "State",
    "Style",
    "Styles",
    "Titled",
    "UpdateCycle",
    "ValueColour",
    "Wanted",
    "Zooms",
    "default_style",
    "entry_as_json",
    "entry_from_json",
    "legend_of",
    "move_between",
    "moves_from",
    "name_fields",
    "placeless",
    "resource_texts",
    "shown",
    "snippet",
    "spans",
    "understand",
]
