"""How areas are drawn: filled in the feature's colour, with an edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diban.catalogue.style.limits import require_colour, require_members, require_number


@dataclass(frozen=True, slots=True)
class Area:
    """``opacity`` of the fill from 0 to 1; ``outline`` its edge's colour, None for that of the feature;
    ``width`` of the edge in pixels, 0 for no edge."""

    opacity: float = 0.7
    outline: str | None = None
    width: float = 1.0

    def __post_init__(self) -> None:
        require_number(self.opacity, "area.opacity", 0, 1)
        require_number(self.width, "area.width", 0, 20)
        if self.outline is not None:
            require_colour(self.outline, "area.outline")

    def as_json(self) -> dict[str, Any]:
        """The form from which `from_json` reads it back."""
        return {"opacity": self.opacity, "outline": self.outline, "width": self.width}

    @classmethod
    def from_json(cls, value: object) -> Area:
        """Read `as_json` back; what is left out is as it is by default."""
        return cls(**require_members(value, "area", ("opacity", "outline", "width")))
