"""Coordinates are written with enough decimals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import shapely

from diban.ground import Crs, Text, project
from diban.quality.finding import Flaw, Severity
from diban.quality.look import Hits, Look, Points
from diban.quality.rule import Inspection, RowByRow

DECIMALS = 4
"""Degrees with no more decimals than these are rounded: 4 mean 11 m."""


@dataclass(frozen=True, slots=True)
class Precision:
    """Finds features all of whose coordinates are rounded: to 0.0001° or coarser, or to whole metres.

    ``source`` is the CRS in which they were delivered, since only there roundness shows. More
    decimals than can be true are fine.
    """

    source: Crs
    title: ClassVar[Text] = Text(zh="坐标精度", en="Precision of coordinates")

    def begin(self) -> Inspection:
        """A new inspection."""
        return RowByRow(self._find)

    def _find(self, look: Look) -> Iterator[Hits]:
        rows = np.flatnonzero(look.located)
        # Hardly any feature begins with a rounded coordinate by chance: the others need no second look.
        rows = rows[self._rounded(look.begins[rows], look.crs)]
        spots, owners = shapely.get_coordinates(look.shapes(rows), return_index=True)
        rounded = np.delete(rows, np.unique(owners[~self._rounded(spots, look.crs)]))
        if len(rounded):
            yield look.hits(self._flaw(), rounded)

    def _rounded(self, spots: Points, crs: Crs) -> npt.NDArray[np.bool_]:
        """Where x and y are multiples of the coarsest unit that will do, in the CRS of the source."""
        scaled = project(spots, crs, self.source) * (10.0**DECIMALS if self.source.degrees else 1.0)
        with np.errstate(invalid="ignore"):
            off = np.abs(scaled - np.rint(scaled)) < (1e-6 if self.source.degrees else 1e-3)
        rounded: npt.NDArray[np.bool_] = off[:, 0] & off[:, 1]
        return rounded

    def _flaw(self) -> Flaw:
        unit = Text(zh="4 位小数（约 11 米）", en="4 decimals (some 11 m)")
        if not self.source.degrees:
            unit = Text(zh="整米", en="whole metres")
        return Flaw(
            code="geometry.precision",
            severity=Severity.WARNING,
            rule=self.title,
            message=Text(
                zh=f"坐标精度不足：取整到{unit.zh}或更粗",
                en=f"coordinates are rounded to {unit.en} or coarser",
            ),
            remedy=Text(
                zh="从源系统按原有精度导出（经纬度 7 位以上小数，平面坐标到厘米）",
                en="export at full precision (7 or more decimals of a degree, centimetres in a plane)",
            ),
        )
