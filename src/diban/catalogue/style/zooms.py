"""At which zooms a layer is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diban.catalogue.style.limits import LAST_ZOOM, require_members, require_number
from diban.ground import Invalid, Text


@dataclass(frozen=True, slots=True)
class Zooms:
    """From ``first`` on, up to but not with ``last``; 24 stands for no end."""

    first: float = 0.0
    last: float = float(LAST_ZOOM)

    def __post_init__(self) -> None:
        require_number(self.first, "zooms.first", 0, LAST_ZOOM)
        require_number(self.last, "zooms.last", 0, LAST_ZOOM)
        if not self.first < self.last:
            raise Invalid(
                Text(zh="起始级别须小于终止级别", en="the first zoom is below the last"),
                field="zooms.first",
                limit=self.last,
                remedy=Text(zh="调小起始级别或调大终止级别", en="lower the first or raise the last"),
            )

    def as_json(self) -> dict[str, Any]:
        """The form from which `from_json` reads it back."""
        return {"first": self.first, "last": self.last}

    @classmethod
    def from_json(cls, value: object) -> Zooms:
        """Read `as_json` back."""
        return cls(**require_members(value, "zooms", ("first", "last")))
