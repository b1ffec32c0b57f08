"""How points are drawn: a disc in the feature's colour, with a rim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diban.catalogue.style.limits import require_colour, require_members, require_number


@dataclass(frozen=True, slots=True)
class Point:
    """``radius`` of the disc and ``width`` of its rim in pixels; ``outline`` the rim's colour."""

    radius: float = 5.0
    outline: str = "#ffffff"
    width: float = 1.0

    def __post_init__(self) -> None:
        require_number(self.radius, "point.radius", 0.5, 40)
        require_number(self.width, "point.width", 0, 10)
        require_colour(self.outline, "point.outline")

    def as_json(self) -> dict[str, Any]:
        """The form from which `from_json` reads it back."""
        return {"radius": self.radius, "outline": self.outline, "width": self.width}

    @classmethod
    def from_json(cls, value: object) -> Point:
        """Read `as_json` back."""
        return cls(**require_members(value, "point", ("radius", "outline", "width")))
