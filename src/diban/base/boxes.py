"""Boxes and heights of WKB geometries, read from the bytes where their form allows it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from diban.ground import Extent, Rings, read_rings

Floats = npt.NDArray[np.float64]


def measured(geometry: pa.Array, rings: Rings | None = None) -> tuple[Floats, tuple[Floats, Floats] | None]:
    """Boxes and heights of WKB geometries; NaN where there are none.

    Boxes (n, 4) are west, south, east, north; heights the lowest and the highest z, None when no row
    has z. Polygons of one ring in two dimensions are read straight from the buffer; all others go
    through shapely. ``rings`` are the former, where they have been read already.
    """
    rings = read_rings(geometry) if rings is None else rings
    if len(rings.firsts) == len(geometry):
        return rings.boxes(), None
    boxes = np.full((len(geometry), 4), np.nan)
    boxes[rings.rows] = rings.boxes()
    rest = np.flatnonzero(~rings.rows)
    if not len(rest):
        return boxes, None
    shapes = shapely.from_wkb(geometry.take(pa.array(rest)).to_numpy(zero_copy_only=False))
    boxes[rest] = shapely.bounds(shapes)
    points, owner = shapely.get_coordinates(shapes, include_z=True, return_index=True)
    known = ~np.isnan(points[:, 2])
    if not known.any():
        return boxes, None
    low, high = np.full(len(geometry), np.inf), np.full(len(geometry), -np.inf)
    np.minimum.at(low, rest[owner[known]], points[known, 2])
    np.maximum.at(high, rest[owner[known]], points[known, 2])
    return boxes, (np.where(np.isinf(low), np.nan, low), np.where(np.isinf(high), np.nan, high))


def extent_of(found: Floats) -> Extent | None:
    """The box around all boxes; None when every one is empty."""
    held = found[~np.isnan(found[:, 0])]
    if not len(held):
        return None
    low, high = held[:, :2].min(axis=0), held[:, 2:].max(axis=0)
    return Extent(float(low[0]), float(low[1]), float(high[0]), float(high[1]))
