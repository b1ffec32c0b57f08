"""Geometry in the stored CRS: x and y moved, everything else (heights, measures, faults) kept as sent."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import shapely

from diban.ground import CRS84, Crs, project

_POINT, _LINE, _POLYGON, _COLLECTION = 1, 2, 3, 7
_NUMBERS = (2, 3, 3, 4)


def to_stored(geometry: pa.Array, crs: Crs) -> pa.Array:
    """ISO little-endian WKB in the stored CRS; degrees of CGCS2000 and WGS 84 pass, being taken as equal.

    A point that has no place in the stored CRS becomes infinite; rules report it, and also what is
    no valid geometry, which passes with its coordinates moved.
    """
    if crs.as_stored:
        return geometry
    values = geometry.to_numpy(zero_copy_only=False)
    with np.errstate(all="ignore"):  # numbers that are none are the rules' business
        shapes = shapely.from_wkb(values, on_invalid="ignore")
    # Shapely moves neither measures nor what it cannot build, and evens out a collection's parts.
    odd = shapely.is_missing(shapes) & np.asarray(geometry.is_valid())
    odd |= shapely.has_m(shapes) | (shapely.get_type_id(shapes) == _COLLECTION)
    moved = np.empty(len(values), object)
    high = shapely.has_z(shapes)
    for rows, heights in ((~odd & ~high, False), (~odd & high, True)):
        changed = shapely.transform(
            shapes[rows], lambda points: project(points, crs, CRS84), include_z=heights
        )
        moved[rows] = shapely.to_wkb(changed, flavor="iso", byte_order=1)
    moved[odd] = _byte_by_byte(values[odd], crs)
    return pa.array(moved, pa.binary())


def _byte_by_byte(values: Sequence[bytes], crs: Crs) -> list[bytes]:
    """The same WKB with other x and y in it; walked one by one, since each nests in its own way."""
    changed = [bytearray(value) for value in values]
    places = [
        np.frombuffer(wkb, "<f8", count * numbers, at).reshape(count, numbers)[:, :2]
        for wkb in changed
        for at, count, numbers in _runs(wkb)
    ]
    points = np.concatenate([np.empty((0, 2)), *places])
    moved, done = np.where(np.isnan(points), points, project(points, crs, CRS84)), 0
    for place in places:
        place[:] = moved[done : done + len(place)]
        done += len(place)
    return [bytes(wkb) for wkb in changed]


def _runs(wkb: bytearray) -> Iterator[tuple[int, int, int]]:
    """Where coordinates stand: first byte, number of points, numbers per point."""
    at, heads, rings, numbers = 0, 1, 0, 0
    while heads or rings:
        if rings:
            rings -= 1
        else:
            (code,) = struct.unpack_from("<I", wkb, at + 1)
            kind, numbers = code % 1000, _NUMBERS[code // 1000]
            heads, at = heads - 1, at + 5
            if kind == _POINT:
                yield at, 1, numbers
                at += 8 * numbers
                continue
            if kind != _LINE:
                (parts,) = struct.unpack_from("<I", wkb, at)
                rings, heads, at = (parts, heads, at + 4) if kind == _POLYGON else (0, heads + parts, at + 4)
                continue
        (count,) = struct.unpack_from("<I", wkb, at)
        yield at + 4, count, numbers
        at += 4 + 8 * numbers * count
