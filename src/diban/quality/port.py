"""What rules need to know of other layers; wired in `diban.app`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Register:
    """The known codes of a layer, and the area of each (WKB, stored CRS) where the layer has areas."""

    codes: frozenset[str]
    areas: Mapping[str, bytes] = field(default_factory=dict)


class Surroundings(Protocol):
    """The published layers around the one that is checked."""

    def register(self, layer: str) -> Register | None:
        """The register that a layer's slug names; None when no published layer of it has a key and rows."""
