"""Two districts side by side, as the published layer that codes refer to."""

from __future__ import annotations

import shapely

from diban.quality import Before, Register
from tests.quality.plots import AREA

MIDDLE = 114.2
WEST, EAST = "440301", "440302"


class Districts:
    """The registers there are: ``districts`` with areas, ``trades`` with codes alone."""

    def register(self, layer: str) -> Register | None:
        if layer == "districts":
            halves = ((AREA.west, MIDDLE), (MIDDLE, AREA.east))
            boxes = [shapely.box(west, AREA.south, east, AREA.north) for west, east in halves]
            areas = dict(zip((WEST, EAST), (shapely.to_wkb(box) for box in boxes), strict=True))
            return Register(frozenset(areas), areas)
        return Register(frozenset(["A", "B"])) if layer == "trades" else None

    def before(self) -> Before | None:
        """Nothing landed before."""
        return None
