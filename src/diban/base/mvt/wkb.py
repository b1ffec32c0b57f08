"""Well-known binary → paths, for a whole column at once.

Two lanes: nearly every stored feature is one point, one line or one polygon of few rings (or a
collection of just one), in little endian ISO form; these are read with numpy straight from the Arrow
buffer. Whatever the fast lane is not sure of goes through GEOS.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from diban.base.mvt.paths import (
    POINT,
    POLYGON,
    Flags,
    Numbers,
    Paths,
    from_geometries,
    join,
    nothing,
    offsets,
    ordered,
)
from diban.ground import GEOMETRY, Damaged, Rings, Text

_HEAD = 5  # bytes: byte order, type
_COUNTED = 9  # the same with a number of parts, rings or coordinates
_SHORTEST = 21  # a point in two dimensions
_MOST_RINGS = 32
_LEAST_COORDINATES = np.array([0, 1, 2, 4])  # by kind
_STRIDES = np.array([16, 24, 24, 32])  # bytes of a coordinate: XY, XYZ, XYM, XYZM


def read(column: pa.Array, ids: pa.Array, rings: Rings | None = None) -> Paths:
    """The paths of a column of ISO WKB, in the units of the column; Z and M are left aside.

    Null and EMPTY geometries leave nothing. `Damaged`, naming the feature's id, when bytes are no
    geometry. ``rings`` are the plain ones among them, where they have been read already.
    """
    if rings is not None and (plain := _plain(rings)) is not None:
        return plain
    if not pa.types.is_binary(column.type):
        column = column.cast(pa.binary())
    if not len(column):
        return nothing()
    wanted = np.ones(len(column), np.bool_)
    if column.null_count:
        wanted = np.asarray(column.is_valid())
    _, positions, content = column.buffers()
    data = np.frombuffer(content or b"", np.uint8)
    bounds = np.frombuffer(positions, np.int32)[column.offset :][: len(column) + 1]
    fast, trusted = _walk(data, bounds.astype(np.int64), wanted)
    rest = np.flatnonzero(wanted & ~trusted)
    return ordered(join([fast, _through_geos(column, rest, ids)])) if rest.size else fast


def _plain(rings: Rings) -> Paths | None:
    """The paths when every row is one closed ring in two dimensions; None when it takes a closer look."""
    rows, firsts, size = len(rings.rows), rings.firsts, len(rings.points)
    if not rows or len(firsts) < rows:
        return None
    starts = np.empty(rows + 1, np.int64)
    starts[:-1], starts[-1] = firsts, size
    short = starts[1:] - starts[:-1] < _LEAST_COORDINATES[POLYGON]
    number = rings.points.view(np.uint64)
    if short.any() or (number[firsts] != number[starts[1:] - 1]).any():
        return None
    kind, hole = np.full(rows, POLYGON, np.int8), np.zeros(rows, np.bool_)
    return Paths(rings.points[:, 0], rings.points[:, 1], starts, np.arange(rows), kind, hole)


def _through_geos(column: pa.Array, rows: Numbers, ids: pa.Array) -> Paths:
    """The paths of the rows that the fast lane left."""
    content = column.take(pa.array(rows)).to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):  # coordinates that are no number are dealt with further on
        geometries = shapely.from_wkb(content, on_invalid="fix")
    unread = shapely.is_missing(geometries)
    if unread.any():
        fid = ids[int(rows[unread][0])]
        raise Damaged(
            Text(zh=f"要素 {fid} 的几何无法读取", en=f"the geometry of feature {fid} cannot be read"),
            field=GEOMETRY,
            remedy=Text(zh="请管理员核验该图层", en="have an administrator verify the layer"),
        )
    return from_geometries(geometries, rows)


def _walk(data: NDArray[np.uint8], bounds: Numbers, wanted: Flags) -> tuple[Paths, Flags]:
    """The paths of the features that are surely as simple as they look, and which features these are.

    All features advance together, one ring (or line, or point) per step. A feature is trusted when
    every ring is closed and the last one ends exactly where its bytes end.
    """
    heads = _heads(data, bounds, wanted)
    trusted = np.zeros(len(wanted), np.bool_)
    trusted[heads[0]] = True
    word = _words(data, "<u4")
    rings: list[Numbers] = []
    while heads.size:
        row, at, left, kind, stride, end = heads
        count = np.where(kind == POINT, 1, word[np.minimum(at, end - 4)])
        body = np.where(kind == POINT, at, at + 4)
        after = body + count * stride
        wrong = (after > end) | (count < _LEAST_COORDINATES[kind]) | ((left == 1) & (after != end))
        wrong[~wrong] |= _open(data, body[~wrong], after[~wrong] - stride[~wrong], kind[~wrong])
        trusted[row[wrong]] = False
        rings.append(np.stack((row, body, count, kind, stride, np.full(len(row), len(rings)))))
        heads = np.stack((row, after, left - 1, kind, stride, end))[:, ~wrong & (left > 1)]
    return _gather(data, rings, trusted), trusted


def _heads(data: NDArray[np.uint8], bounds: Numbers, wanted: Flags) -> Numbers:
    """Of each feature that may take the fast lane: row, first ring, number of rings, kind, stride, end."""
    row = np.flatnonzero(wanted & (np.diff(bounds) >= _SHORTEST))
    at, end = bounds[row], bounds[row + 1]
    word = _words(data, "<u4")
    code = word[at + 1].astype(np.int64)
    fine = (data[at] == 1) & (code < 4000)
    lone = (code % 1000 > POLYGON) & (word[at + _HEAD] == 1) & (end - at >= _COUNTED + _SHORTEST)
    at = at + lone * _COUNTED
    inner = word[at + 1].astype(np.int64)
    kind = inner % 1000
    fine &= (data[at] == 1) & (inner == code - lone * 3) & (kind >= POINT) & (kind <= POLYGON)
    area = kind == POLYGON
    left = np.where(area, word[at + _HEAD], 1)
    fine &= (left >= 1) & (left <= _MOST_RINGS)
    at = at + np.where(area, _COUNTED, _HEAD)
    stride = _STRIDES[np.minimum(inner // 1000, 3)]
    heads: Numbers = np.stack((row, at, left, kind, stride, end))[:, fine]
    return heads


def _open(data: NDArray[np.uint8], first: Numbers, last: Numbers, kind: Numbers) -> Flags:
    """Whether these are rings that do not end where they began."""
    number = _words(data, "<u8")
    differs = (number[first] != number[last]) | (number[first + 8] != number[last + 8])
    result: Flags = differs & (kind == POLYGON)
    return result


def _gather(data: NDArray[np.uint8], rings: list[Numbers], trusted: Flags) -> Paths:
    """The paths found on the way, by row, each exterior ring before its holes."""
    if not rings:
        return nothing()
    found = np.concatenate(rings, axis=1)
    found = found[:, trusted[found[0]]]
    if len(rings) > 1:
        found = found[:, np.argsort(found[0], kind="stable")]
    row, body, count, kind, stride, ring = found
    starts = offsets(count)
    step = stride[:1] if (stride == stride[:1]).all() else np.repeat(stride, count)
    at = np.repeat(body - starts[:-1] * stride, count)  # right for the same stride within a path
    at += np.arange(starts[-1]) * step
    number = _words(data, "<f8")
    return Paths(number[at], number[8:][at], starts, row, kind.astype(np.int8), ring > 0)


def _words(data: NDArray[np.uint8], kind: str) -> NDArray[Any]:
    """The numbers that begin at every single byte of the data."""
    size = np.dtype(kind).itemsize
    return np.ndarray(max(data.size - size + 1, 0), kind, data, strides=(1,))
