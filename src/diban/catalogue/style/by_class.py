"""A colour for each range of a number field (分级)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from diban.catalogue.style.limits import (
    MOST_CLASSES,
    require_colour,
    require_list,
    require_members,
    require_number,
    require_text,
    title_of,
)
from diban.ground import Invalid, Kind, Text

NUMBER_KINDS = (Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT)
"""Fields that may be coloured by class."""
FARTHEST = 1e15
"""Whole numbers up to here are exact in every renderer."""


@dataclass(frozen=True, slots=True)
class Class:
    """One range's colour, and what the legend calls it; without a title, its bounds."""

    colour: str
    title: Text | None = None

    def __post_init__(self) -> None:
        require_colour(self.colour, "colouring.classes.colour")

    def as_json(self) -> dict[str, Any]:
        """The form from which `from_json` reads it back."""
        return {"colour": self.colour, "title": None if self.title is None else self.title.as_json()}

    @classmethod
    def from_json(cls, value: object) -> Class:
        """Read `as_json` back."""
        given = require_members(value, "colouring.classes", ("colour", "title"))
        title = title_of(given.get("title"), "colouring.classes.title")
        return cls(given.get("colour"), title)  # type: ignore[arg-type]  # checked there


@dataclass(frozen=True, slots=True)
class ByClass:
    """``breaks`` ascend and part the numbers of ``field`` into one class more than there are breaks.

    A break belongs to the class above it. What has no value has the style's own colour.
    """

    field: str
    breaks: tuple[float, ...]
    classes: tuple[Class, ...]

    def __post_init__(self) -> None:
        require_text(self.field, "colouring.field", 128)
        require_list(list(self.breaks), "colouring.breaks", MOST_CLASSES - 1)
        for number in self.breaks:
            require_number(number, "colouring.breaks", -FARTHEST, FARTHEST)
        if not all(low < high for low, high in pairwise(self.breaks)):
            raise Invalid(
                Text(zh="分级界限须递增", en="breaks ascend"),
                field="colouring.breaks",
                limit="ascending",
                remedy=Text(zh="从小到大写，不重复", en="write them from small to large, none twice"),
            )
        if len(self.classes) != len(self.breaks) + 1:
            raise Invalid(
                Text(zh="级数与界限不符", en="there is one class more than breaks"),
                field="colouring.classes",
                limit=len(self.breaks) + 1,
                remedy=Text(zh="每一级一个颜色", en="give each class a colour"),
            )

    def as_json(self) -> dict[str, Any]:
        """The form from which `from_json` reads it back."""
        classes = [one.as_json() for one in self.classes]
        return {"by": "class", "field": self.field, "breaks": list(self.breaks), "classes": classes}

    @classmethod
    def from_json(cls, value: object) -> ByClass:
        """Read `as_json` back."""
        given = require_members(value, "colouring", ("by", "field", "breaks", "classes"))
        breaks = require_list(given.get("breaks"), "colouring.breaks", MOST_CLASSES - 1)
        classes = require_list(given.get("classes"), "colouring.classes", MOST_CLASSES)
        field: Any = given.get("field")
        return cls(field, tuple(breaks), tuple(Class.from_json(one) for one in classes))
