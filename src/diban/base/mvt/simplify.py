"""Fewer corners than a tile's grid could show, for tiles that would be too large with all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from diban.base.mvt.paths import LINE, POLYGON, Flags, Paths, from_geometries, join, ordered

_FEW = 8
"""Paths with no more coordinates are left as they are."""


def simplify(paths: Paths, rows: Flags, tolerance: float) -> Paths:
    """Lines and polygons of the flagged rows (by row number) without corners nearer than ``tolerance``.

    Tile units, Douglas-Peucker; what would vanish stays as it was.
    """
    pieces = []
    for kind in (LINE, POLYGON):
        some = paths.where(rows[paths.row] & (paths.kind == kind))
        if len(some):
            pieces.append(_simplified(some, kind, tolerance))
    rest = paths.where(~rows[paths.row] | ((paths.kind != LINE) & (paths.kind != POLYGON)))
    return ordered(join([rest, *pieces]))


def _simplified(paths: Paths, kind: int, tolerance: float) -> Paths:
    shapes: NDArray[Any] = paths.lines() if kind == LINE else paths.polygons()
    rows = paths.row if kind == LINE else paths.row[~paths.hole]
    many = shapely.get_num_coordinates(shapes) > _FEW
    fewer = shapely.simplify(shapes[many], tolerance, preserve_topology=False)
    shapes[many] = np.where(shapely.is_empty(fewer), shapes[many], fewer)
    return from_geometries(shapes, rows)
