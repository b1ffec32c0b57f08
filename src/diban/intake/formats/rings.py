"""Rings of a shapefile's polygons: which bounds a polygon, which is a hole, and of which one.

Esri's description (July 1998, page 8) has outer rings clockwise and holes counter-clockwise, in any order.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_Places = npt.NDArray[np.int64]
_Flags = npt.NDArray[np.bool_]
_Numbers = npt.NDArray[np.float64]


def areas(x: _Numbers, y: _Numbers, points: _Places) -> _Numbers:
    """Signed area of each ring, positive when clockwise; relative to its first point, for precision."""
    starts = np.cumsum(points) - points
    x = x - np.repeat(x[starts], points)
    y = y - np.repeat(y[starts], points)
    following = np.arange(1, len(x) + 1)
    following[starts + points - 1] = starts
    with np.errstate(over="ignore", invalid="ignore"):
        return np.add.reduceat(x[following] * y - x * y[following], starts) / 2


def ordered(
    x: _Numbers, y: _Numbers, feature: _Places, points: _Places, features: int
) -> tuple[_Places, _Flags, _Flags]:
    """Rings in the order of their polygons, which of these begin one, and per feature: are there several.

    ``feature`` is the number of each ring's feature, ascending.

    A feature whose rings are all counter-clockwise, or that has a hole beside several outer rings, is
    looked at by itself: there containment tells.
    """
    area = areas(x, y, points)
    outer = area >= 0
    rings = np.bincount(feature, minlength=features)
    outers = np.bincount(feature[outer], minlength=features)
    single = rings == 1
    plain = single | (outers == 1) | (outers == rings)
    outer |= single[feature]
    # The outer ring first, where there is but one.
    order = np.lexsort((np.arange(len(feature)), ~outer & (outers[feature] == 1), feature))
    starts = outer[order] & plain[feature[order]]
    bounds = np.cumsum(points)
    for one in np.flatnonzero(~plain & (rings > 0)).tolist():  # rare: several islands with lakes
        mine = np.arange(*np.searchsorted(feature, (one, one + 1)))
        shapes = [slice(int(bounds[ring] - points[ring]), int(bounds[ring])) for ring in mine.tolist()]
        places, begins = _nested([(x[part], y[part]) for part in shapes], np.abs(area[mine]))
        order[mine], starts[mine] = mine[places], begins  # features keep their places in the order
    polygons = np.bincount(feature[order][starts], minlength=features)
    return order, starts, polygons > 1


def _nested(rings: list[tuple[_Numbers, _Numbers]], area: _Numbers) -> tuple[_Places, _Flags]:
    """Rings within an even number of others bound polygons; the others belong to the smallest around them."""
    count = len(rings)
    boxes = np.array([[x.min(), y.min(), x.max(), y.max()] for x, y in rings])
    owner = np.full(count, -1)
    depth = np.zeros(count, np.int64)
    for inner in range(count):
        low, high = boxes[inner, :2], boxes[inner, 2:]
        around = (boxes[:, :2] <= low).all(axis=1) & (boxes[:, 2:] >= high).all(axis=1) & (area > area[inner])
        held = [ring for ring in np.flatnonzero(around).tolist() if _holds(rings[ring], rings[inner])]
        depth[inner] = len(held)
        if held:
            owner[inner] = min(held, key=lambda ring: area[ring])
    bounding = depth % 2 == 0
    group = np.where(bounding, np.arange(count), owner)
    order = np.lexsort((np.arange(count), ~bounding, group))
    return order, bounding[order]


def _holds(ring: tuple[_Numbers, _Numbers], other: tuple[_Numbers, _Numbers]) -> bool:
    """Whether a point of the other ring that is no corner of this one lies within it (crossings counted)."""
    x, y = ring
    at_x, at_y = (float(values[:-1].mean() if len(values) < 5 else values[0]) for values in other)
    after_x, after_y = np.roll(x, -1), np.roll(y, -1)
    crosses = (y > at_y) != (after_y > at_y)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        meets = (after_x - x) * (at_y - y) / (after_y - y) + x
    return bool(np.count_nonzero(crosses & (at_x < meets)) % 2)
