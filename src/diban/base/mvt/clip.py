"""What of the features lies in the tile and its buffer."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from diban.base.mvt.paths import LINE, POINT, POLYGON, Paths, begins, from_geometries, join


def clip(paths: Paths, low: int, high: int) -> Paths:
    """The paths within the square from ``low`` to ``high`` (borders included) on both axes.

    Only features that cross the border are cut; lines and polygons go through GEOS for it.
    """
    if not len(paths):
        return paths
    first = begins(paths.row)
    at = paths.starts[:-1][first]
    west, east = np.minimum.reduceat(paths.x, at), np.maximum.reduceat(paths.x, at)
    north, south = np.minimum.reduceat(paths.y, at), np.maximum.reduceat(paths.y, at)
    within = (np.minimum(west, north) >= low) & (np.maximum(east, south) <= high)
    if within.all():
        return paths
    crossing = (np.minimum(east, south) >= low) & (np.maximum(west, north) <= high) & ~within
    feature = first.cumsum() - 1
    cut = paths.where(crossing[feature]).by_kind()
    return join([paths.where(within[feature]), *(_CLIPPED[kind](some, low, high) for kind, some in cut)])


def _clip_points(paths: Paths, low: int, high: int) -> Paths:
    """The points within; a path here is one point."""
    inside = (paths.x >= low) & (paths.x <= high) & (paths.y >= low) & (paths.y <= high)
    return paths.where(inside)


def _clip_lines(paths: Paths, low: int, high: int) -> Paths:
    """The stretches of lines within; where a line only touches the border, nothing is left."""
    pieces = from_geometries(shapely.clip_by_rect(paths.lines(), low, low, high, high), paths.row)
    return pieces.where(pieces.kind == LINE)


def _clip_polygons(paths: Paths, low: int, high: int) -> Paths:
    """The parts of polygons within; where a polygon only touches the border, nothing is left."""
    polygons = paths.polygons()
    try:
        clipped = shapely.clip_by_rect(polygons, low, low, high, high)
    except shapely.GEOSException:
        # Some invalid polygons cannot be cut. Asking beforehand would cost more than the cutting.
        clipped = shapely.clip_by_rect(_valid(polygons), low, low, high, high)
    pieces = from_geometries(clipped, paths.row[~paths.hole])
    return pieces.where(pieces.kind == POLYGON)


def _valid(polygons: NDArray[Any]) -> NDArray[Any]:
    """The polygons, invalid ones made valid."""
    invalid = ~shapely.is_valid(polygons)
    polygons[invalid] = shapely.make_valid(polygons[invalid], method="structure", keep_collapsed=False)
    return polygons


_CLIPPED = {POINT: _clip_points, LINE: _clip_lines, POLYGON: _clip_polygons}
