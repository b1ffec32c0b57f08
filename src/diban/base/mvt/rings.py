"""Whole-number geometry that keeps the rules of the specification (4.3.4.4)."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from diban.base.mvt.paths import LINE, POINT, POLYGON, Flags, Numbers, Paths, from_geometries, join, offsets

_DOUBT = 1e-6
"""Square tile units; far above the rounding error of a cross product within a tile."""


def settle(paths: Paths) -> Paths:
    """Paths in tile units → whole numbers, valid, rings open and wound as MVT 2.1 asks.

    Lines that shrink to one point are left out, and so are holes without area. A polygon that shrinks
    to nothing stays visible, see `_strips`.
    """
    lines = _snapped(paths.where(paths.kind == LINE))
    return join(
        [
            _snapped(paths.where(paths.kind == POINT)),
            lines.where(lines.counts > 1),
            _polygons(paths.where(paths.kind == POLYGON)),
        ]
    )


def _polygons(paths: Paths) -> Paths:
    """Closed rings in tile units → valid open rings in whole numbers, at least one for each row."""
    if not len(paths):
        return paths
    solid = _solid(_snapped(paths))
    doubtful = ~_surely_simple(solid)
    if doubtful.any():
        solid = join([solid.where(~doubtful), _repaired(solid.where(doubtful))])
    missing = ~np.isin(paths.row, solid.row)
    first = np.diff(paths.row, prepend=-1) > 0
    return _wound(join([solid, _strips(paths.where(missing & first))]))


def _snapped(paths: Paths) -> Paths:
    """Whole numbers without repetitions, rings without their closing point; some paths may be empty now."""
    x, y = _rounded(paths.x), _rounded(paths.y)
    keep = np.ones(len(x), np.bool_)
    keep[:-1] = (x[1:] != x[:-1]) | (y[1:] != y[:-1])
    keep[paths.starts[1:] - 1] = paths.kind != POLYGON
    starts = offsets(keep.astype(np.int64))[paths.starts]
    return Paths(x[keep], y[keep], starts, paths.row, paths.kind, paths.hole)


def _rounded(numbers: NDArray[np.float64]) -> Numbers:
    """The nearest whole numbers, halves upwards, so that a shift by a whole extent changes nothing."""
    return np.floor(numbers + 0.5).astype(np.int64)


def _solid(paths: Paths) -> Paths:
    """The rings with an area, except holes of exterior rings that have none."""
    solid = _twice_area(paths) != 0
    return paths.where(solid & solid[~paths.hole][paths.polygon])


def _following(paths: Paths) -> Numbers:
    """Of each coordinate of a ring the next one; after the last comes the first."""
    following = np.arange(1, len(paths.x) + 1)
    filled = paths.counts > 0
    following[paths.starts[1:][filled] - 1] = paths.starts[:-1][filled]
    return following


def _sums(numbers: Numbers, paths: Paths) -> Numbers:
    """The sum over each path; exact, as these are whole numbers."""
    return np.diff(offsets(numbers)[paths.starts])


def _twice_area(paths: Paths) -> Numbers:
    """Twice the signed area of each open ring by the surveyor's formula."""
    following = _following(paths)
    return _sums(paths.x * paths.y[following] - paths.x[following] * paths.y, paths)


def _surely_simple(paths: Paths) -> Flags:
    """Of each ring, whether it is a polygon without holes whose outline certainly does not meet itself.

    Certain is a ring that turns around its centroid exactly once and always the same way. This is true
    of most buildings and saves GEOS most of its work; a ring that is not certain may be simple too.
    """
    following = _following(paths)
    x, y, x_next, y_next = paths.x, paths.y, paths.x[following], paths.y[following]
    cross = x * y_next - x_next * y
    area = _sums(cross, paths)
    owner = paths.owner
    x_from = x - (_sums((x + x_next) * cross, paths) / (3 * area))[owner]
    y_from = y - (_sums((y + y_next) * cross, paths) / (3 * area))[owner]
    turn = (x_from * y_from[following] - x_from[following] * y_from) * np.sign(area)[owner]
    rounds = _sums(((y_from < 0) & (y_from[following] >= 0)).astype(np.int64), paths)
    steady = np.minimum.reduceat(turn, paths.starts[:-1]) > _DOUBT if len(paths) else rounds > 0
    alone = np.bincount(paths.polygon)[paths.polygon] == 1
    result: Flags = steady & (rounds == 1) & alone
    return result


def _repaired(paths: Paths) -> Paths:
    """The same area in valid polygons on whole numbers; narrow parts may vanish."""
    polygons = paths.polygons()
    valid = shapely.is_valid(polygons)
    sound = paths.where(valid[paths.polygon])
    if valid.all():
        return sound
    made = shapely.make_valid(polygons[~valid], method="structure", keep_collapsed=False)
    pieces = from_geometries(shapely.set_precision(made, 1.0), paths.row[~paths.hole][~valid])
    return join([sound, _solid(_snapped(pieces.where(pieces.kind == POLYGON)))])


def _strips(paths: Paths) -> Paths:
    """One unit wide stand-ins for exterior rings whose area was lost by rounding.

    A ring within one unit becomes the unit square, a long thin one a strip along its length, so that
    a city's buildings do not disappear at low zooms.
    """
    if not len(paths):
        return paths
    x, y = _rounded(paths.x), _rounded(paths.y)
    width = np.maximum.reduceat(x, paths.starts[:-1]) - np.minimum.reduceat(x, paths.starts[:-1])
    height = np.maximum.reduceat(y, paths.starts[:-1]) - np.minimum.reduceat(y, paths.starts[:-1])
    flat = width >= height
    owner = paths.owner
    along = np.lexsort((np.where(flat[owner], x, y), owner))
    one, other = along[paths.starts[:-1]], along[paths.starts[1:] - 1]
    x_end = np.where((width == 0) & (height == 0), x[one] + 1, x[other])
    corners_x = np.column_stack((x[one], x_end, x_end + ~flat, x[one] + ~flat))
    corners_y = np.column_stack((y[one], y[other], y[other] + flat, y[one] + flat))
    return Paths(
        corners_x.ravel(),
        corners_y.ravel(),
        np.arange(len(paths) + 1) * 4,
        paths.row,
        paths.kind,
        paths.hole,
    )


def _wound(paths: Paths) -> Paths:
    """Exterior rings with positive, holes with negative area; y counts downwards."""
    backwards = (_twice_area(paths) < 0) != paths.hole
    if not backwards.any():
        return paths
    owner = paths.owner
    at = np.arange(len(paths.x))
    mirrored = (paths.starts[:-1] + paths.starts[1:] - 1)[owner] - at
    order = np.where(backwards[owner], mirrored, at)
    return paths.moved(paths.x[order], paths.y[order])
