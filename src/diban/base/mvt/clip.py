"""What of the features lies in the tile and its buffer."""

from __future__ import annotations

import numpy as np
import shapely

from diban.base.mvt.paths import LINE, POINT, POLYGON, Paths, from_geometries, join


def clip(paths: Paths, low: int, high: int) -> Paths:
    """The paths within the square from ``low`` to ``high`` (borders included) on both axes.

    Only features that cross the border are cut; lines and polygons go through GEOS for it.
    """
    if not len(paths):
        return paths
    first = np.flatnonzero(np.diff(paths.row, prepend=-1))
    at = paths.starts[first]
    west, east = np.minimum.reduceat(paths.x, at), np.maximum.reduceat(paths.x, at)
    north, south = np.minimum.reduceat(paths.y, at), np.maximum.reduceat(paths.y, at)
    within = (west >= low) & (east <= high) & (north >= low) & (south <= high)
    if within.all():
        return paths
    crossing = (west <= high) & (east >= low) & (north <= high) & (south >= low) & ~within
    lengths = np.diff(first, append=len(paths))
    edge = paths.where(np.repeat(crossing, lengths))
    return join(
        [
            paths.where(np.repeat(within, lengths)),
            _clip_points(edge.where(edge.kind == POINT), low, high),
            _clip_lines(edge.where(edge.kind == LINE), low, high),
            _clip_polygons(edge.where(edge.kind == POLYGON), low, high),
        ]
    )


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
    clipped = shapely.clip_by_rect(paths.polygons(), low, low, high, high)
    pieces = from_geometries(clipped, paths.row[~paths.hole])
    return pieces.where(pieces.kind == POLYGON)
