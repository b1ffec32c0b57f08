"""Style (样式): how a layer is drawn, as a value that any renderer's form can be made from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from diban.catalogue.style.area import Area
from diban.catalogue.style.by_class import NUMBER_KINDS, ByClass
from diban.catalogue.style.by_value import VALUE_KINDS, ByValue
from diban.catalogue.style.label import Label
from diban.catalogue.style.limits import require_colour, require_members, require_number
from diban.catalogue.style.line import Line
from diban.catalogue.style.point import Point
from diban.catalogue.style.zooms import Zooms
from diban.ground import Invalid, Kind, Schema, Text

_MEMBERS = ("colour", "colouring", "area", "line", "point", "label", "zooms", "opacity")


@dataclass(frozen=True, slots=True)
class Style:
    """``colour`` is that of every feature, or, with a ``colouring``, of those that it says nothing of.

    Of ``area``, ``line`` and ``point`` those count that the layer's geometry has. ``opacity`` (0.05–1)
    is that of the whole layer.
    """

    colour: str = "#0072b2"
    colouring: ByValue | ByClass | None = None
    area: Area = field(default_factory=Area)
    line: Line = field(default_factory=Line)
    point: Point = field(default_factory=Point)
    label: Label | None = None
    zooms: Zooms = field(default_factory=Zooms)
    opacity: float = 1.0

    def __post_init__(self) -> None:
        require_colour(self.colour, "colour")
        require_number(self.opacity, "opacity", 0.05, 1)

    def check(self, schema: Schema) -> None:
        """`Invalid` unless the fields it goes by are the layer's, and of a kind that it can go by."""
        if self.label is not None:
            _require_field(schema, self.label.field, "label.field", tuple(Kind))
        if isinstance(self.colouring, ByValue):
            _require_field(schema, self.colouring.field, "colouring.field", VALUE_KINDS)
        if isinstance(self.colouring, ByClass):
            _require_field(schema, self.colouring.field, "colouring.field", NUMBER_KINDS)

    def plain(self) -> Style:
        """The same in its one colour."""
        return replace(self, colouring=None)

    def unlabelled(self) -> Style:
        """The same with nothing written at features."""
        return replace(self, label=None)

    def as_json(self) -> dict[str, Any]:
        """The form from which `from_json` reads the same style back."""
        return {
            "colour": self.colour,
            "colouring": {"by": "single"} if self.colouring is None else self.colouring.as_json(),
            "area": self.area.as_json(),
            "line": self.line.as_json(),
            "point": self.point.as_json(),
            "label": None if self.label is None else self.label.as_json(),
            "zooms": self.zooms.as_json(),
            "opacity": self.opacity,
        }

    @classmethod
    def from_json(cls, value: object) -> Style:
        """Read `as_json` back; what is left out is as it is by default. `Invalid` for what does not hold."""
        given = require_members(value, "style", _MEMBERS)
        label = given.get("label")
        return cls(
            colour=given.get("colour", cls().colour),
            colouring=_colouring(given.get("colouring", {"by": "single"})),
            area=Area.from_json(given.get("area", {})),
            line=Line.from_json(given.get("line", {})),
            point=Point.from_json(given.get("point", {})),
            label=None if label is None else Label.from_json(label),
            zooms=Zooms.from_json(given.get("zooms", {})),
            opacity=given.get("opacity", 1.0),
        )


def _colouring(value: object) -> ByValue | ByClass | None:
    by = value.get("by") if isinstance(value, dict) else None
    if by == "value":
        return ByValue.from_json(value)
    if by == "class":
        return ByClass.from_json(value)
    if by != "single":
        raise Invalid(
            Text(zh="不认识的着色方式", en="no known way of colouring"),
            field="colouring.by",
            limit="single | value | class",
            remedy=Text(zh="单色、按值或分级，任选其一", en="choose one of the three"),
        )
    require_members(value, "colouring", ("by",))
    return None


def _require_field(schema: Schema, name: str, part: str, kinds: tuple[Kind, ...]) -> None:
    fitting = [one.name for one in schema.fields if one.kind in kinds]
    if name not in fitting:
        raise Invalid(
            Text(zh=f"“{part}”不能用“{name[:80]}”", en=f"{part!r} cannot go by {name[:80]!r}"),
            field=part,
            limit=", ".join(fitting) or "–",
            remedy=Text(zh="换用所列字段", en="use one of the fields listed"),
        )
