"""Bounding boxes of WKB geometries, read from the bytes where their form allows it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from diban.ground import Extent

_HEADER = 13  # byte order, type, one ring, its point count


def boxes(geometry: pa.Array) -> npt.NDArray[np.float64]:
    """(n, 4) boxes west, south, east, north; NaN for absent and empty geometries.

    Polygons of one ring in two dimensions, the bulk of any city, are read straight from the
    buffer; all others go through shapely.
    """
    out = np.full((len(geometry), 4), np.nan)
    simple, starts, counts, data = _one_ring_polygons(geometry)
    if simple.any():
        out[simple] = _ring_boxes(starts[simple], counts[simple], data)
    rest = np.flatnonzero(~simple)
    if len(rest):
        out[rest] = shapely.bounds(
            shapely.from_wkb(geometry.take(pa.array(rest)).to_numpy(zero_copy_only=False))
        )
    return out


def heights(geometry: pa.Array) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]] | None:
    """Lowest and highest z of each geometry (NaN where there is none); None when no row has z."""
    simple, *_ = _one_ring_polygons(geometry)
    rest = np.flatnonzero(~simple)
    if not len(rest):
        return None
    shapes = shapely.from_wkb(geometry.take(pa.array(rest)).to_numpy(zero_copy_only=False))
    points, owner = shapely.get_coordinates(shapes, include_z=True, return_index=True)
    known = ~np.isnan(points[:, 2])
    if not known.any():
        return None
    low, high = np.full(len(geometry), np.inf), np.full(len(geometry), -np.inf)
    np.minimum.at(low, rest[owner[known]], points[known, 2])
    np.maximum.at(high, rest[owner[known]], points[known, 2])
    return np.where(np.isinf(low), np.nan, low), np.where(np.isinf(high), np.nan, high)


def extent_of(found: npt.NDArray[np.float64]) -> Extent | None:
    """The box around all boxes; None when every one is empty."""
    held = found[~np.isnan(found[:, 0])]
    if not len(held):
        return None
    low, high = held[:, :2].min(axis=0), held[:, 2:].max(axis=0)
    return Extent(float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def _one_ring_polygons(
    geometry: pa.Array,
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Little-endian 2D polygons of one ring: which rows, where their points start, how many, the bytes."""
    _, offset_buffer, data_buffer = geometry.buffers()
    count = len(geometry)
    if count == 0 or data_buffer is None or data_buffer.size < _HEADER:
        empty = np.zeros(count, np.int64)
        return np.zeros(count, bool), empty, empty, np.empty(0, np.uint8)
    width = np.int64 if pa.types.is_large_binary(geometry.type) else np.int32
    offsets = np.frombuffer(offset_buffer, width)[geometry.offset : geometry.offset + count + 1].astype(
        np.int64
    )
    data = np.frombuffer(data_buffer, np.uint8)
    starts, lengths = offsets[:-1], np.diff(offsets)
    long = lengths > _HEADER
    at = np.where(long, starts, 0)
    head = data[at[:, None] + np.arange(_HEADER)]
    numbers = head[:, 1:].copy().view("<u4")
    points = numbers[:, 2].astype(np.int64)
    plain = (head[:, 0] == 1) & (numbers[:, 0] == 3) & (numbers[:, 1] == 1)
    simple = (
        long & plain & (lengths == _HEADER + 16 * points) & geometry.is_valid().to_numpy(zero_copy_only=False)
    )
    return simple, starts + _HEADER, points, data


def _ring_boxes(
    starts: npt.NDArray[np.int64], counts: npt.NDArray[np.int64], data: npt.NDArray[np.uint8]
) -> npt.NDArray[np.float64]:
    """Boxes of rings given as runs of x, y doubles at byte positions that need not be aligned."""
    ends = np.cumsum(counts)
    firsts = ends - counts
    # Byte position of each point, then its 16 bytes gathered at once.
    places = np.repeat(starts - firsts * 16, counts) + np.arange(int(ends[-1])) * 16
    points = np.lib.stride_tricks.sliding_window_view(data, 16)[places].view("<f8")
    low = np.minimum.reduceat(points, firsts, axis=0)
    high = np.maximum.reduceat(points, firsts, axis=0)
    return np.hstack([low, high])
