"""How lines are drawn: in the feature's colour, so wide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diban.catalogue.style.limits import require_members, require_number


@dataclass(frozen=True, slots=True)
class Line:
    """``width`` in pixels."""

    width: float = 2.0

    def __post_init__(self) -> None:
        require_number(self.width, "line.width", 0.1, 20)

    def as_json(self) -> dict[str, Any]:
        """The form from which `from_json` reads it back."""
        return {"width": self.width}

    @classmethod
    def from_json(cls, value: object) -> Line:
        """Read `as_json` back."""
        return cls(**require_members(value, "line", ("width",)))
