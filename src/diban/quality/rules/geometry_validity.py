"""Geometry is valid (OGC 06-103r4, 6.1) and its coordinates are numbers of this world."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import shapely

from diban.ground import Text
from diban.quality.finding import Flaw, Severity
from diban.quality.look import FARTHEST, Hits, Look, Points
from diban.quality.repair import proposals
from diban.quality.rule import Inspection, RowByRow

_PLACE = re.compile(r"^(?P<reason>.*?)\[(?P<x>\S+) (?P<y>\S+)\]$")

_REASONS = {
    # what GEOS says: (code, in Chinese, in English)
    "Self-intersection": ("self-intersection", "边界自相交", "the boundary crosses itself"),
    "Ring Self-intersection": ("ring-self-intersection", "环自接触", "a ring touches itself"),
    "Hole lies outside shell": ("hole-outside", "洞在外环之外", "a hole lies outside its shell"),
    "Holes are nested": ("holes-nested", "洞套洞", "a hole lies inside another"),
    "Nested shells": ("shells-nested", "面套面", "a part lies inside another"),
    "Interior is disconnected": ("disconnected", "内部被洞隔断", "holes cut the interior apart"),
    "Duplicate Rings": ("rings-doubled", "环重复", "a ring is there twice"),
    "Too few points in geometry component": (
        "too-few-points",
        "点数不足，图形退化",
        "too few distinct points",
    ),
}
_OTHERWISE = ("invalid", "图形无效", "the geometry is invalid")


@dataclass(frozen=True, slots=True)
class GeometryValid:
    """Finds invalid geometry, with the reason, the place where it shows and, where there is one, a repair."""

    title: ClassVar[Text] = Text(zh="图形有效", en="Valid geometry")

    def begin(self) -> Inspection:
        """A new inspection."""
        return RowByRow(self._find)

    def _find(self, look: Look) -> Iterator[Hits]:
        with np.errstate(all="ignore"):
            impossible = _impossible(look)
            rows = np.flatnonzero(look.invalid & ~impossible)
            said = shapely.is_valid_reason(look.shapes(rows))
        reasons, points = _split(said)
        impossible[rows[reasons == "Invalid Coordinate"]] = True
        if impossible.any():
            yield look.hits(
                self._coordinates(), np.flatnonzero(impossible), values=_corners(look, impossible)
            )
        made = proposals(look.shapes(rows))
        for reason in np.unique(reasons[reasons != "Invalid Coordinate"]):
            for flaw, mended in ((self._invalid(reason), False), (self._mendable(reason), True)):
                at = (reasons == reason) & (shapely.is_missing(made) != mended)
                if at.any():
                    repairs = made[at] if mended else None
                    yield look.hits(
                        flaw, rows[at], values=said[at].tolist(), points=points[at], repairs=repairs
                    )

    def _coordinates(self) -> Flaw:
        return Flaw(
            code="geometry.coordinates",
            severity=Severity.ERROR,
            rule=self.title,
            message=Text(
                zh="坐标不是有限数值，或大得不可能", en="coordinates are not finite, or impossibly large"
            ),
            remedy=Text(zh="从源系统重新导出该要素", en="export the feature again from its source system"),
        )

    def _invalid(self, reason: str) -> Flaw:
        code, zh, en = _REASONS.get(reason, _OTHERWISE)
        return Flaw(
            code=f"geometry.{code}",
            severity=Severity.ERROR,
            rule=self.title,
            message=Text(zh=f"图形无效：{zh}", en=f"invalid geometry: {en}"),
            remedy=Text(zh="在所示位置改正图形", en="correct the geometry at the place shown"),
        )

    def _mendable(self, reason: str) -> Flaw:
        remedy = Text(
            zh="在所示位置改正图形，或接受平台建议的修复",
            en="correct the geometry at the place shown, or accept the proposed repair",
        )
        return replace(self._invalid(reason), remedy=remedy, repairable=True)


def _impossible(look: Look) -> npt.NDArray[np.bool_]:
    """Where x, y or z is infinite or beyond any CRS; NaN inside a geometry is left to GEOS."""
    impossible = ~look.located & ~np.isnan(look.bounds[:, 0])
    upright = np.flatnonzero(look.ask(shapely.has_z, convex=False))
    if len(upright):
        spots, owners = shapely.get_coordinates(look.shapes(upright), include_z=True, return_index=True)
        impossible[upright[owners[np.abs(spots[:, 2]) > FARTHEST]]] = True
    return impossible


def _split(said: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.str_], Points]:
    """Reasons and their places, of GEOS's sentences such as ``Self-intersection[113.9 22.5]``."""
    reasons, points = [], np.full((len(said), 2), np.nan)
    for order, sentence in enumerate(said):  # only the invalid ones come here
        match = _PLACE.match(sentence)
        reasons.append(match["reason"] if match else sentence)
        if match:
            points[order] = float(match["x"]), float(match["y"])
    return np.array(reasons, np.str_), points


def _corners(look: Look, rows: npt.NDArray[np.bool_]) -> list[str]:
    return [" ".join(f"{number:g}" for number in box) for box in look.bounds[rows]]
