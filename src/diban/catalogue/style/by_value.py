"""A colour for each value of a field, as of a code list (按值)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diban.catalogue.style.limits import (
    MOST_CLASSES,
    VALUE_LENGTH,
    require_colour,
    require_list,
    require_members,
    require_text,
    title_of,
)
from diban.ground import Invalid, Kind, Text

VALUE_KINDS = (Kind.TEXT, Kind.INTEGER, Kind.BOOLEAN)
"""Fields that may be coloured by value."""


@dataclass(frozen=True, slots=True)
class ValueColour:
    """One value as text (``true`` and ``false`` of booleans), its colour, and what the legend calls it.

    Without a title it is called by its code's, else by itself.
    """

    value: str
    colour: str
    title: Text | None = None

    def __post_init__(self) -> None:
        require_text(self.value, "colouring.values.value", VALUE_LENGTH)
        if not self.value:
            raise Invalid(
                Text(zh="空值不能单独着色", en="what is empty has no colour of its own"),
                field="colouring.values.value",
                limit=f"1–{VALUE_LENGTH}",
                remedy=Text(zh="去掉它，按其他绘制", en="leave it out; it is drawn like all else"),
            )
        require_colour(self.colour, "colouring.values.colour")

    def as_json(self) -> dict[str, Any]:
        """The form from which `from_json` reads it back."""
        title = None if self.title is None else self.title.as_json()
        return {"value": self.value, "colour": self.colour, "title": title}

    @classmethod
    def from_json(cls, value: object) -> ValueColour:
        """Read `as_json` back."""
        given = require_members(value, "colouring.values", ("value", "colour", "title"))
        title = title_of(given.get("title"), "colouring.values.title")
        return cls(given.get("value"), given.get("colour"), title)  # type: ignore[arg-type]  # checked there


@dataclass(frozen=True, slots=True)
class ByValue:
    """``values`` of ``field`` with their colours, in the legend's order; all else has the style's own."""

    field: str
    values: tuple[ValueColour, ...]

    def __post_init__(self) -> None:
        require_text(self.field, "colouring.field", 128)
        require_list(list(self.values), "colouring.values", MOST_CLASSES)
        named = [one.value for one in self.values]
        if len(set(named)) < len(named):
            twice = next(value for value in named if named.count(value) > 1)
            raise Invalid(
                Text(zh=f"值重复：“{twice[:80]}”", en=f"given twice: {twice[:80]!r}"),
                field="colouring.values",
                limit="unique",
                remedy=Text(zh="每个值只写一次", en="give each value once"),
            )

    def as_json(self) -> dict[str, Any]:
        """The form from which `from_json` reads it back."""
        return {"by": "value", "field": self.field, "values": [one.as_json() for one in self.values]}

    @classmethod
    def from_json(cls, value: object) -> ByValue:
        """Read `as_json` back."""
        given = require_members(value, "colouring", ("by", "field", "values"))
        values = require_list(given.get("values"), "colouring.values", MOST_CLASSES)
        field: Any = given.get("field")
        return cls(field, tuple(ValueColour.from_json(one) for one in values))
