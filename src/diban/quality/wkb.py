"""WKB into geometries, safe against bytes that are meant to harm."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

MAX_DEPTH = 512
"""How deep parts may nest. GEOS recurses, and overflows the stack at some 10,000."""

_HEADER = 9
_POINT, _LINE, _POLYGON, _CIRCULAR = 1, 2, 3, 8
_CONTAINERS = frozenset({4, 5, 6, 7, 9, 10, 11, 12})


def read_wkb(column: pa.BinaryArray) -> npt.NDArray[np.object_]:
    """Shapely geometries of a binary column; None where it is null or cannot be read."""
    values = column.to_numpy(zero_copy_only=False)
    long = pc.greater(pc.binary_length(column), _HEADER * MAX_DEPTH).fill_null(False)
    # Only long values can nest too deeply; each is walked by itself, header by header.
    for index in np.flatnonzero(long.to_numpy(zero_copy_only=False)):
        if nests_too_deeply(values[index]):
            values = values.copy()
            values[index] = b""
    return _read(values)


def _read(values: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Shapely refuses a whole array for one curve: halve until it stands alone, and is not read."""
    try:
        with np.errstate(all="ignore"):
            geometries: npt.NDArray[np.object_] = shapely.from_wkb(values, on_invalid="ignore")
    except RuntimeError:  # raised for curves
        if len(values) == 1:
            return np.array([None], np.object_)
        middle = len(values) // 2
        return np.concatenate([_read(values[:middle]), _read(values[middle:])])
    return geometries


def nests_too_deeply(wkb: bytes) -> bool:
    """Whether parts of this geometry lie deeper than `MAX_DEPTH`; never recurses itself."""
    at, pending = 0, [1]
    try:
        while pending:
            if not pending[-1]:
                pending.pop()
                continue
            pending[-1] -= 1
            kind, size, order, at = _header(wkb, at)
            if kind in _CONTAINERS:
                pending.append(_count(wkb, at, order))
                at += 4
            else:
                at = _past(wkb, at, kind, size, order)
            if len(pending) > MAX_DEPTH:
                return True
    except (struct.error, IndexError, ValueError):
        return False  # not WKB as we know it: the reader refuses it by itself
    return False


def _header(wkb: bytes, at: int) -> tuple[int, int, str, int]:
    """Kind, bytes of a position, byte order and what follows, of the geometry at this offset."""
    order = "<" if wkb[at] else ">"
    code = _count(wkb, at + 1, order)
    iso, kind = divmod(code & 0xFFFF, 1000)
    has_z, has_m = code & 0x80000000 or iso in (1, 3), code & 0x40000000 or iso in (2, 3)
    after = at + 5 + (4 if code & 0x20000000 else 0)
    return kind, 16 + (8 if has_z else 0) + (8 if has_m else 0), order, after


def _past(wkb: bytes, at: int, kind: int, size: int, order: str) -> int:
    """The offset after the positions of a geometry without parts."""
    if kind == _POINT:
        return at + size
    if kind in (_LINE, _CIRCULAR):
        return at + 4 + _count(wkb, at, order) * size
    if kind != _POLYGON:
        raise ValueError(kind)
    rings, at = _count(wkb, at, order), at + 4
    for _ in range(rings):
        at += 4 + _count(wkb, at, order) * size
    return at


def _count(wkb: bytes, at: int, order: str) -> int:
    return int(struct.unpack_from(order + "I", wkb, at)[0])
