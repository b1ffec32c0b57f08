"""What is written at features: the value of one field, from a zoom on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diban.catalogue.style.limits import LAST_ZOOM, require_members, require_number, require_text


@dataclass(frozen=True, slots=True)
class Label:
    """``field`` whose value is written, ``size`` in pixels, ``from_zoom`` the first zoom that shows it."""

    field: str
    size: float = 12.0
    from_zoom: float = 14.0

    def __post_init__(self) -> None:
        require_text(self.field, "label.field", 128)
        require_number(self.size, "label.size", 8, 32)
        require_number(self.from_zoom, "label.from_zoom", 0, LAST_ZOOM)

    def as_json(self) -> dict[str, Any]:
        """The form from which `from_json` reads it back."""
        return {"field": self.field, "size": self.size, "from_zoom": self.from_zoom}

    @classmethod
    def from_json(cls, value: object) -> Label:
        """Read `as_json` back."""
        return cls(**{"field": None, **require_members(value, "label", ("field", "size", "from_zoom"))})
