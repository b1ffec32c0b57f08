"""Legend (图例): what a style's colours mean, derived from the style and the layer's fields."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from diban.catalogue.style.by_class import ByClass
from diban.catalogue.style.by_value import ByValue
from diban.catalogue.style.style import Style
from diban.ground import Field, Schema, Text

OTHERS = Text(zh="其他", en="Other")
NO_VALUE = Text(zh="无值", en="No value")
FEATURES = Text(zh="要素", en="Features")
_BOOLEANS = {"true": Text(zh="是", en="Yes"), "false": Text(zh="否", en="No")}


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One colour and what it means."""

    colour: str
    title: Text

    def as_json(self) -> dict[str, Any]:
        """Its JSON form."""
        return {"colour": self.colour, "title": self.title.as_json()}


@dataclass(frozen=True, slots=True)
class Legend:
    """``heading`` is the field that the colours go by, None for one colour; ``unit`` that of its values."""

    heading: Text | None
    unit: str | None
    entries: tuple[LegendEntry, ...]

    @property
    def full_heading(self) -> Text | None:
        """The field with its unit."""
        if self.heading is None or not self.unit:
            return self.heading
        return Text(zh=f"{self.heading.zh}（{self.unit}）", en=f"{self.heading.en} ({self.unit})")


def legend_of(style: Style, schema: Schema) -> Legend:
    """What the style's colours mean, in the order in which they are read."""
    colouring = style.colouring
    if colouring is None:
        return Legend(None, None, (LegendEntry(style.colour, FEATURES),))
    field = schema.field(colouring.field)
    if isinstance(colouring, ByValue):
        rest, entries = OTHERS, _values(colouring, field)
    else:
        rest, entries = NO_VALUE, _classes(colouring)
    return Legend(field.title, field.unit, (*entries, LegendEntry(style.colour, rest)))


def _values(colouring: ByValue, field: Field) -> tuple[LegendEntry, ...]:
    titles = {code.value: code.title for code in field.codes} or _BOOLEANS
    return tuple(
        LegendEntry(one.colour, one.title or titles.get(one.value, Text(zh=one.value, en=one.value)))
        for one in colouring.values
    )


def _classes(colouring: ByClass) -> tuple[LegendEntry, ...]:
    numbers = [number_text(number) for number in colouring.breaks]
    bounds = [f"< {numbers[0]}", *(f"{low} – {high}" for low, high in pairwise(numbers)), f"≥ {numbers[-1]}"]
    return tuple(
        LegendEntry(one.colour, one.title or Text(zh=bound, en=bound))
        for one, bound in zip(colouring.classes, bounds, strict=True)
    )


def number_text(number: float) -> str:
    """A number as it is read: no more than 6 digits behind the point, none that are 0."""
    text = f"{number:.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
