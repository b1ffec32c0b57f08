"""Geometry lies inside the city's area."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from diban.ground import STORED, Crs, Extent, Text, project
from diban.quality.finding import MAX_PLACES, Flaw, Severity
from diban.quality.look import Hits, Look, Points
from diban.quality.rule import Inspection, RowByRow

_CORNERS = ([0, 1], [2, 1], [2, 3], [0, 3])
_SWAP = [1, 0, 3, 2]


@dataclass(frozen=True, slots=True)
class WithinArea:
    """Finds features outside the area, those partly outside, and those whose x and y are swapped.

    ``area`` is in degrees of the stored CRS; features are compared by their boxes.
    """

    area: Extent
    title: ClassVar[Text] = Text(zh="位于本市范围内", en="Inside the city's area")

    def begin(self) -> Inspection:
        """A new inspection."""
        return RowByRow(self._find)

    def _find(self, look: Look) -> Iterator[Hits]:
        boxes = _degrees(look.bounds, look.crs)
        odd = np.flatnonzero(look.located & ~self._inside(boxes))
        if not len(odd):
            return
        partly = self._touching(boxes[odd])
        turned = look.bounds[odd][:, _SWAP]
        swapped = ~partly & self._inside(_degrees(turned, look.crs))
        for flaw, chosen, bounds in (
            (self._swapped(), swapped, turned),
            (self._outside(), ~swapped & ~partly, look.bounds[odd]),
            (self._partly(), partly, look.bounds[odd]),
        ):
            if chosen.any():
                points = _middles(bounds[chosen])
                found = _middles(look.bounds[odd[chosen]])[:MAX_PLACES]
                yield look.hits(
                    flaw, odd[chosen], values=[f"{x:.9g} {y:.9g}" for x, y in found], points=points
                )

    def _inside(self, boxes: Points) -> npt.NDArray[np.bool_]:
        west, south, east, north = self.area.as_list()
        return (boxes[:, 0] >= west) & (boxes[:, 1] >= south) & (boxes[:, 2] <= east) & (boxes[:, 3] <= north)

    def _touching(self, boxes: Points) -> npt.NDArray[np.bool_]:
        west, south, east, north = self.area.as_list()
        return (boxes[:, 2] >= west) & (boxes[:, 3] >= south) & (boxes[:, 0] <= east) & (boxes[:, 1] <= north)

    def _swapped(self) -> Flaw:
        return self._flaw(
            "swapped",
            Severity.ERROR,
            Text(
                zh="x 与 y 颠倒：互换后落在本市范围内",
                en="x and y are swapped: the other way round it lies inside the city",
            ),
            Text(
                zh="按先经度后纬度（先东后北）的次序重新导出",
                en="export again with longitude (easting) first",
            ),
        )

    def _outside(self) -> Flaw:
        area = "、".join(f"{number:g}" for number in self.area.as_list())
        return self._flaw(
            "outside",
            Severity.ERROR,
            Text(zh=f"在本市范围（{area}）之外", en=f"outside the city's area ({area.replace('、', ', ')})"),
            Text(zh="核对坐标系与坐标值", en="verify the CRS and the coordinates"),
        )

    def _partly(self) -> Flaw:
        return self._flaw(
            "partly",
            Severity.WARNING,
            Text(zh="有一部分伸出本市范围", en="reaches beyond the city's area"),
            Text(zh="核对是否有错误的折点", en="look for a stray vertex"),
        )

    def _flaw(self, code: str, severity: Severity, message: Text, remedy: Text) -> Flaw:
        return Flaw(f"extent.{code}", severity, self.title, message, remedy)


def _degrees(bounds: Points, crs: Crs) -> Points:
    """Boxes in degrees around the projected corners of these boxes."""
    if crs.degrees:
        return bounds
    corners = np.concatenate([bounds[:, pair] for pair in _CORNERS])
    moved = project(corners, crs, STORED).reshape(len(_CORNERS), -1, 2)
    return np.hstack([moved.min(axis=0), moved.max(axis=0)])


def _middles(bounds: Points) -> Points:
    middles: Points = (bounds[:, :2] + bounds[:, 2:]) / 2
    return middles
