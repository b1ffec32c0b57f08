"""Polygons are no slivers: no splinters left over where borders were meant to be one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import shapely

from diban.ground import Text
from diban.quality.finding import Flaw, Severity
from diban.quality.look import Hits, Look
from diban.quality.metres import metres
from diban.quality.rule import Inspection, RowByRow

WIDTH = 0.5
"""Metres: mean width (twice the area over the perimeter) below which a polygon may be a sliver."""
ROUNDNESS = 0.1
"""4π times the area over the square of the perimeter (1 for a circle), below which it is one."""


@dataclass(frozen=True, slots=True)
class Slivers:
    """Finds polygons that are both narrow and long: about 0.5 m wide and 30 times as long, or worse."""

    title: ClassVar[Text] = Text(zh="无碎屑面", en="No slivers")

    def begin(self) -> Inspection:
        """A new inspection."""
        return RowByRow(self._find)

    def _find(self, look: Look) -> Iterator[Hits]:
        with np.errstate(all="ignore"):
            areas, around = look.areas, look.outlines
            # Degrees differ in length by direction, which makes a shape at most so many times as round.
            unit = metres(look.bounds[:, 1], look.crs)
            least = unit.min(axis=1) / unit.max(axis=1) * 4 * np.pi * areas
            maybe = (areas > 0) & (least < ROUNDNESS * around**2) & look.located & ~look.invalid
        if look.crs.degrees:
            maybe &= np.abs(look.bounds[:, 3]) < 90  # swapped coordinates have no width in metres
        rows = np.flatnonzero(maybe)
        width, roundness = _measured(look, rows)
        slivers = (width < WIDTH) & (roundness < ROUNDNESS)
        if slivers.any():
            values = [f"{one:.3f} m" for one in width[slivers]]
            yield look.hits(self._flaw(), rows[slivers], values=values)

    def _flaw(self) -> Flaw:
        return Flaw(
            code="geometry.sliver",
            severity=Severity.WARNING,
            rule=self.title,
            message=Text(
                zh=f"碎屑面：平均宽度不足 {WIDTH} 米，且十分狭长",
                en=f"a sliver: less than {WIDTH} m wide on average, and very long",
            ),
            remedy=Text(
                zh="并入相邻的面，或使相邻面共用一条边界",
                en="merge it with its neighbour, or let the neighbours share one border",
            ),
        )


def _measured(
    look: Look, rows: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Mean width in metres, and roundness."""
    shapes, unit = look.shapes(rows), metres(look.bounds[rows, 1], look.crs)
    owners = np.repeat(np.arange(len(rows)), shapely.get_num_coordinates(shapes))
    flat = shapely.set_coordinates(shapes.copy(), shapely.get_coordinates(shapes) * unit[owners])
    areas, around = shapely.area(flat), shapely.length(flat)
    return 2 * areas / around, 4 * np.pi * areas / around**2
