"""The style of a layer for which none was made: from its geometry and its fields alone."""

from __future__ import annotations

from dataclasses import replace

from diban.catalogue.style.area import Area
from diban.catalogue.style.by_class import NUMBER_KINDS, ByClass, Class
from diban.catalogue.style.by_value import VALUE_KINDS, ByValue, ValueColour
from diban.catalogue.style.label import Label
from diban.catalogue.style.limits import MOST_CLASSES
from diban.catalogue.style.ramps import MUTED, OKABE_ITO, YLGNBU
from diban.catalogue.style.style import Style
from diban.ground import Field, GeometryKind, Kind, Schema

CLASSES = 5
OTHER = "#9aa3a8"
"""The colour of what no value and no class takes in."""
_NAMES = ("name", "title", "名称", "标题")


def default_style(schema: Schema, field: str | None = None) -> Style:
    """A style that says something of the layer at once.

    It goes by ``field``, or by the first with a short code list, or by the first number with declared
    bounds: codes and booleans by value, numbers by five equal classes between their bounds. Anything
    else, and a field that tells nothing of its values beforehand, leaves one colour.
    """
    chosen = schema.field(field) if field is not None else _telling(schema)
    style = Style(label=_label(schema))
    if schema.geometry is GeometryKind.POLYGON:
        style = replace(style, area=Area(opacity=0.7, outline="#ffffff", width=0.8))
    colouring = None if chosen is None else colouring_of(chosen)
    return style if colouring is None else replace(style, colour=OTHER, colouring=colouring)


def colouring_of(field: Field) -> ByValue | ByClass | None:
    """How a field is coloured by what its declaration tells alone."""
    values = ["true", "false"] if field.kind is Kind.BOOLEAN else [code.value for code in field.codes]
    if field.kind in VALUE_KINDS and 1 <= len(values) <= MOST_CLASSES:
        ramp = OKABE_ITO if len(values) <= len(OKABE_ITO.colours) else MUTED
        pairs = zip(values, ramp.of(len(values)), strict=True)
        return ByValue(field.name, tuple(ValueColour(value, colour) for value, colour in pairs))
    bounds = _bounds(field)
    if bounds is None:
        return None
    low, high = bounds
    breaks = tuple(low + (high - low) * place / CLASSES for place in range(1, CLASSES))
    return ByClass(field.name, breaks, tuple(Class(colour) for colour in YLGNBU.of(CLASSES)))


def _telling(schema: Schema) -> Field | None:
    free = [field for field in schema.fields if not field.unique and field.name != schema.key]
    coded = [field for field in free if 2 <= len(field.codes) <= len(MUTED.colours)]
    return next((field for field in [*coded, *free] if field in coded or _bounds(field)), None)


def _bounds(field: Field) -> tuple[float, float] | None:
    low, high = field.constraint.minimum, field.constraint.maximum
    if field.kind not in NUMBER_KINDS or low is None or high is None:
        return None
    first, last = float(str(low)), float(str(high))
    return (first, last) if first < last else None


def _label(schema: Schema) -> Label | None:
    for field in schema.fields:
        if field.name.lower() in _NAMES or field.title.zh in _NAMES:
            return Label(field.name)
    return None
