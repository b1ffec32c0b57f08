"""Style: how a layer is drawn (样式) and what its colours mean (图例), kept version by version."""

from diban.catalogue.style.area import Area
from diban.catalogue.style.by_class import NUMBER_KINDS, ByClass, Class
from diban.catalogue.style.by_value import VALUE_KINDS, ByValue, ValueColour
from diban.catalogue.style.default import default_style
from diban.catalogue.style.label import Label
from diban.catalogue.style.legend import Legend, LegendEntry, legend_of
from diban.catalogue.style.line import Line
from diban.catalogue.style.point import Point
from diban.catalogue.style.ramps import RAMPS, Ramp, RampKind
from diban.catalogue.style.style import Style
from diban.catalogue.style.styles import KeptStyle, Styles
from diban.catalogue.style.zooms import Zooms

__all__ = [
    "NUMBER_KINDS",
    "RAMPS",
    "VALUE_KINDS",
    "Area",
    "ByClass",
    "ByValue",
    "Class",
    "KeptStyle",
    "Label",
    "Legend",
    "LegendEntry",
    "Line",
    "Point",
    "Ramp",
    "RampKind",
    "Style",
    "Styles",
    "ValueColour",
    "Zooms",
    "default_style",
    "legend_of",
]
