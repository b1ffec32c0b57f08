"""Geometry bytes from outside become the WKB that the rest of the platform expects, or nothing.

No geometry library sees them before: every count and length is checked here, in numpy and Python,
on the parent's side of the pipe. Inside Diban every geometry is ISO WKB (ISO 19125-1, 13249-3),
little endian, of the seven simple kinds, with Z and M as 1000 and 2000. A GeoPackage may hold
anything behind a blob's header: big endian, the EWKB of PostGIS, curves, lengths that lie, or
collections nested until a library's stack is full.
"""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

MOST_NESTED = 32

_POINT, _LINE, _POLYGON, _COLLECTION = 1, 2, 3, 7
_MULTI = 3  # a MultiPoint's kind is that of a point plus this, and so on
_DIMENSIONS = (2, 3, 3, 4)
_EWKB_Z, _EWKB_M, _EWKB_SRID = 0x8000_0000, 0x4000_0000, 0x2000_0000
_PLAIN = {kind + 1000 * family for kind in range(_POINT, _COLLECTION) for family in range(4)}
_BEYOND = np.uint32(max(_PLAIN) + 1)
_LEAST = 9  # bytes of the shortest plain geometry: byte order, code, count
_STEPS = 256
# How a geometry begins: byte order, code, points or rings or parts, points of the first ring.
_HEAD = np.dtype([("order", "u1"), ("code", "<u4"), ("count", "<u4"), ("first", "<u4")])
_BROKEN = np.int64(1) << 60

_Words = npt.NDArray[np.uint32]
_Bytes = npt.NDArray[np.uint8]
_Places = npt.NDArray[np.int64]
_Truths = npt.NDArray[np.bool_]


class Malformed(ValueError):
    """Not a geometry; `code` is that of the remark it leads to."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def strange(column: pa.BinaryArray) -> _Places:
    """Indices of values that are not provably plain: each goes through `normalise`.

    Plain is ISO, little endian, a point, line or polygon or a multi-part of them, its lengths
    adding up to its last byte. Vectorised; collections and very many parts count as strange.
    """
    offsets = _offsets(column).astype(np.int64)
    data = np.frombuffer(column.buffers()[2] or b"", np.uint8)
    start, end = offsets[:-1], offsets[1:]
    if not column.null_count and len(data) >= _LEAST:
        return np.flatnonzero(~_plain(data, start, end))
    rows = np.flatnonzero(np.asarray(column.is_valid()))
    if len(data) < _LEAST:
        return rows
    return rows[~_plain(data, start[rows], end[rows])]


def normalise(wkb: bytes) -> bytes:
    """The same geometry as ISO little-endian WKB; `Malformed` when it is none that is supported."""
    out = bytearray()
    try:
        end = _copy(memoryview(wkb), 0, out, 0)
    except (struct.error, IndexError) as fault:
        raise Malformed("geometry-unreadable") from fault
    if end != len(wkb):
        raise Malformed("geometry-unreadable")
    return bytes(out)


def normalised(column: pa.BinaryArray) -> tuple[pa.BinaryArray, list[tuple[int, str]]]:
    """The column in plain WKB, null where that cannot be had, and the failures: (index, code)."""
    values: list[bytes | None] = []
    failures: list[tuple[int, str]] = []
    rows = strange(column)
    if not len(rows):
        return column, failures
    for row in rows.tolist():  # one by one: these are the odd ones, each built in its own way
        try:
            values.append(normalise(column[row].as_py()))
        except Malformed as fault:
            values.append(None)
            failures.append((row, fault.code))
    mask = np.zeros(len(column), bool)
    mask[rows] = True
    return pc.replace_with_mask(column, pa.array(mask), pa.array(values, column.type)), failures


def _plain(data: _Bytes, start: _Places, end: _Places) -> _Truths:
    plain = _single(data, start, end)
    rows = np.flatnonzero(~plain)
    if len(rows):
        plain[rows] = _walked(data, start[rows], end[rows])
    return plain


def _single(data: _Bytes, start: _Places, end: _Places) -> _Truths:
    """Which are plain and of one piece, as most columns are throughout; the others are walked through."""
    if not len(start) or len(data) < _HEAD.itemsize:
        return np.zeros(len(start), bool)
    code = int(_heads(data, start[:1])["code"][0])
    return _of_one_piece(data, start, end, code) if code in _PLAIN else np.zeros(len(start), bool)


def _of_one_piece(data: _Bytes, start: _Places, end: _Places, code: int) -> _Truths:
    """Which are a point, a line or a polygon of one ring with this code, or a multi-part of one such part."""
    heads, kind, size = _heads(data, start), code % 1000, 8 * _DIMENSIONS[code // 1000]
    told: _Truths = (heads["order"] == 1) & (heads["code"] == code) & (end - start >= _HEAD.itemsize)
    count: _Places = heads["count"].astype(np.int64)
    if kind == _POINT:
        after = start + (5 + size)
    elif kind == _LINE:
        after = start + 9 + size * count
    else:
        told &= count == 1
        if kind != _POLYGON:
            return told & _of_one_piece(data, start + 9, end, code - _MULTI)
        after = start + 13 + size * heads["first"].astype(np.int64)
    told &= after == end
    return told


def _heads(data: _Bytes, start: _Places) -> npt.NDArray[np.void]:
    """How each begins; nonsense where one is shorter than that."""
    last = len(data) - _HEAD.itemsize
    if len(start) > 1 and start[-1] <= last:
        step = int(start[1] - start[0])
        if step > 0 and (np.diff(start) == step).all():  # all of one length, as points are: nothing to gather
            return np.ndarray((len(start),), _HEAD, data, offset=int(start[0]), strides=(step,))
    # Bytes without fields, since numpy gathers structures field by field.
    every = np.ndarray((last + 1,), f"V{_HEAD.itemsize}", data, strides=(1,))
    return every[np.minimum(start, last)].view(_HEAD)


def _walked(data: _Bytes, start: _Places, end: _Places) -> _Truths:
    # Every four bytes as a little-endian number, wherever they begin.
    words = np.ndarray((len(data) - 3,), "<u4", buffer=data, strides=(1,))
    inside = np.minimum(start, len(data) - _LEAST)
    codes = words[inside + 1]
    codes[(end - start < _LEAST) | (data[inside] != 1)] = 0
    plain = np.zeros(len(start), bool)
    found = np.flatnonzero(np.bincount(np.minimum(codes, _BEYOND))).tolist()
    for code in _PLAIN.intersection(found):
        rows = np.flatnonzero(codes == code) if len(found) > 1 else slice(None)
        walk = _after_single if code % 1000 <= _POLYGON else _after_parts
        plain[rows] = walk(data, words, start[rows], end[rows], code) == end[rows]
    return plain


def _offsets(column: pa.BinaryArray) -> npt.NDArray[np.int32]:
    return np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1]


def _after_single(data: _Bytes, words: _Words, at: _Places, end: _Places, code: int) -> _Places:
    """Where points, lines and polygons end, by their own lengths; beyond ``end`` when these lie."""
    kind, size = code % 1000, 8 * _DIMENSIONS[code // 1000]
    if kind == _POINT:
        return at + 5 + size
    count = _read(words, at + 5)
    if kind == _LINE:
        return at + 9 + size * count
    at = at + 9
    for _ in range(_STEPS):
        going = (count > 0) & (at < end)
        if going.all():  # the first ring, and often the only one
            at += 4 + size * _read(words, at)
            count -= 1
            continue
        rows = np.flatnonzero(going)
        if not len(rows):
            break
        at[rows] += 4 + size * _read(words, at[rows])
        count[rows] -= 1
    at[count > 0] = _BROKEN
    return at


def _after_parts(data: _Bytes, words: _Words, at: _Places, end: _Places, code: int) -> _Places:
    count, at, part = _read(words, at + 5), at + 9, code - _MULTI
    for _ in range(_STEPS):
        rows = np.flatnonzero((count > 0) & (at < end))
        if not len(rows):
            break
        here = at[rows]
        same = (data[here] == 1) & (_read(words, here + 1) == part)
        at[rows] = np.where(same, _after_single(data, words, here, end[rows], part), _BROKEN)
        count[rows] -= 1
    at[count > 0] = _BROKEN
    return at


def _read(words: _Words, at: _Places) -> _Places:
    """The numbers at ``at``; nonsense beyond the data, which the lengths then give away."""
    return words[np.minimum(at, len(words) - 1)].astype(np.int64)


def _copy(view: memoryview, at: int, out: bytearray, nested: int, wanted: int | None = None) -> int:
    """Copy the geometry at ``at``, normalised, to ``out``; returns where it ends.

    ``wanted`` is the one code that a part of a multi-part geometry may have.
    """
    order, code, at = _head(view, at)
    kind, family = code % 1000, code // 1000
    if wanted not in (None, code) or nested > MOST_NESTED:
        raise Malformed("geometry-unreadable")
    size = 8 * _DIMENSIONS[family]
    out += struct.pack("<BI", 1, code)
    if kind == _POINT:
        return _copy_numbers(view, at, size, order, out)
    (count,) = struct.unpack_from(order + "I", view, at)
    out += struct.pack("<I", count)
    at += 4
    if kind == _LINE:
        return _copy_numbers(view, at, size * count, order, out)
    part = None if kind == _COLLECTION else code - _MULTI
    for _ in range(count):
        if kind == _POLYGON:
            (points,) = struct.unpack_from(order + "I", view, at)
            out += struct.pack("<I", points)
            at = _copy_numbers(view, at + 4, size * points, order, out)
        else:
            at = _copy(view, at, out, nested + 1, part)
    return at


def _head(view: memoryview, at: int) -> tuple[str, int, int]:
    """Byte order, ISO code and where the content begins; understands EWKB's flags."""
    if view[at] > 1:
        raise Malformed("geometry-unreadable")
    order = "<" if view[at] else ">"
    (code,) = struct.unpack_from(order + "I", view, at + 1)
    at += 9 if code & _EWKB_SRID else 5
    if code & (_EWKB_Z | _EWKB_M | _EWKB_SRID):
        family = (1 if code & _EWKB_Z else 0) + (2 if code & _EWKB_M else 0)
        code = (code & 0xFFFF) % 1000 + 1000 * family
    if not _POINT <= code % 1000 <= _COLLECTION or code // 1000 >= len(_DIMENSIONS):
        raise Malformed("geometry-unsupported")
    return order, code, at


def _copy_numbers(view: memoryview, at: int, size: int, order: str, out: bytearray) -> int:
    end = at + size
    if end > len(view):
        raise Malformed("geometry-unreadable")
    numbers = view[at:end]
    out += numbers if order == "<" else np.frombuffer(numbers, ">f8").astype("<f8").tobytes()
    return end


def most_vertices(column: pa.BinaryArray) -> tuple[int, int] | None:
    """Index and vertices (from its length, so slightly too many) of the longest geometry."""
    lengths = np.diff(_offsets(column))
    if column.null_count:
        lengths[~np.asarray(column.is_valid())] = 0  # what lies there is nobody's
    row = int(lengths.argmax()) if len(lengths) else 0
    if not len(lengths) or not lengths[row]:
        return None
    (code,) = struct.unpack_from("<I", column[row].as_py(), 1)
    return row, int(lengths[row]) // (8 * _DIMENSIONS[code // 1000])
