"""Whole-number geometry that keeps the rules of the specification (4.3.4.4)."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from diban.base.mvt.paths import (
    LINE,
    POINT,
    POLYGON,
    Flags,
    Numbers,
    Paths,
    begins,
    from_geometries,
    join,
    offsets,
)

_DOUBT = 1e-6
"""Square tile units; far above the rounding error of a cross product within a tile."""


def settle(paths: Paths) -> Paths:
    """Paths in tile units → whole numbers, valid, rings open and wound as MVT 2.1 asks.

    Lines that shrink to one point are left out, and so are holes without area. A polygon that shrinks
    to nothing stays visible, see `_strips`.
    """
    return join([_SETTLED[kind](some) for kind, some in paths.by_kind()])


def _lines(paths: Paths) -> Paths:
    """Lines in tile units → whole numbers, with two points or more."""
    snapped = _snapped(paths)
    return snapped.where(snapped.counts > 1)


def _polygons(paths: Paths) -> Paths:
    """Closed rings in tile units → valid open rings in whole numbers, at least one for each row."""
    snapped = _snapped(paths)
    solid = _solid(snapped)
    invalid = _invalid(solid)
    if invalid.any():
        solid = join([solid.where(~invalid), _mended(solid.where(invalid))])
    if solid is snapped:
        return _wound(solid)
    kept = np.zeros(paths.row.max() + 1, np.bool_)
    kept[solid.row] = True
    lost = begins(paths.row) & ~kept[paths.row]
    if lost.any():
        solid = join([solid, _strips(paths.where(lost))])
    return _wound(solid)


def _snapped(paths: Paths) -> Paths:
    """Whole numbers without repetitions, rings without their closing point; some paths may be empty now."""
    x, y = _rounded(paths.x), _rounded(paths.y)
    keep = np.ones(len(x), np.bool_)
    keep[:-1] = (x[1:] != x[:-1]) | (y[1:] != y[:-1])
    keep[paths.starts[1:] - 1] = paths.kind != POLYGON
    starts = offsets(keep)[paths.starts]
    return Paths(x[keep], y[keep], starts, paths.row, paths.kind, paths.hole)


def _rounded(numbers: NDArray[np.float64]) -> Numbers:
    """The nearest whole numbers, halves upwards, so that a shift by a whole extent changes nothing."""
    return np.floor(numbers + 0.5).astype(np.int64)


def _solid(paths: Paths) -> Paths:
    """The rings that enclose something, except holes of exterior rings that do not.

    Four points may do so even where the areas left and right of them cancel out: a bow tie.
    """
    solid = (paths.twice_area != 0) | (paths.counts > 3)
    if solid.all():
        return paths
    return paths.where(solid & solid[~paths.hole][paths.polygon])


def _invalid(paths: Paths) -> Flags:
    """Of each ring, whether its polygon is invalid."""
    if not len(paths):
        return paths.hole
    flags = ~_surely_simple(paths)
    if flags.any():
        doubtful = paths.where(flags)
        flags[flags] = ~shapely.is_valid(doubtful.polygons())[doubtful.polygon]
    return flags


def _surely_simple(paths: Paths) -> Flags:
    """Of each ring, whether it is a polygon without holes whose outline certainly does not meet itself.

    Certain is a ring that turns around its centroid exactly once and always the same way. This is true
    of most buildings and saves GEOS most of its work; a ring that is not certain may be simple too.
    """
    following, owner, area, begin = paths.following, paths.owner, paths.twice_area, paths.starts[:-1]
    weight = np.where(area, 3 * area, 1)
    x_from, y_from = (
        place - (np.add.reduceat((place + place[following]) * paths.crossed, begin) / weight)[owner]
        for place in (paths.x, paths.y)
    )
    y_next = y_from[following]
    turn = x_from * y_next - x_from[following] * y_from
    uneasy = turn * np.sign(area)[owner] <= _DOUBT
    upwards = (y_from < 0) & (y_next >= 0)
    once = np.add.reduceat(upwards, begin, dtype=np.int64) == 1
    simple: Flags = once & ~np.logical_or.reduceat(uneasy, begin)
    if paths.hole.any():
        simple &= np.bincount(paths.polygon)[paths.polygon] == 1
    return simple


def _mended(paths: Paths) -> Paths:
    """The same area in valid polygons on whole numbers; narrow parts may vanish."""
    made = shapely.make_valid(paths.polygons(), method="structure", keep_collapsed=False)
    xy, at = shapely.get_coordinates(made, return_index=True)
    between = np.unique(at[(xy != np.rint(xy)).any(axis=1)])  # crossings between the whole numbers
    made[between] = shapely.set_precision(made[between], 1.0)
    pieces = from_geometries(made, paths.row[~paths.hole])
    return _solid(_snapped(pieces.where(pieces.kind == POLYGON)))


def _strips(paths: Paths) -> Paths:
    """One unit wide stand-ins for exterior rings whose area was lost by rounding.

    A ring within one unit becomes the unit square, a long thin one a strip along its length, so that
    a city's buildings do not disappear at low zooms.
    """
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
    backwards = (paths.twice_area < 0) != paths.hole
    if not backwards.any():
        return paths
    owner = paths.owner
    at = np.arange(len(paths.x))
    mirrored = (paths.starts[:-1] + paths.starts[1:] - 1)[owner] - at
    order = np.where(backwards[owner], mirrored, at)
    return paths.moved(paths.x[order], paths.y[order])


_SETTLED = {POINT: _snapped, LINE: _lines, POLYGON: _polygons}
