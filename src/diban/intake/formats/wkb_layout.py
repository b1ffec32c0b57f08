"""WKB (ISO 13249-3, little endian) for many geometries at once, laid out by numpy.

Geometries are given as runs of coordinates in their order: a point, a line or a ring each. Where every
byte goes follows from the counts alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

POINT, LINE, POLYGON, MULTI = 1, 2, 3, 3
_HEAD, _COUNT, _NUMBER = 5, 4, 8

_Places = npt.NDArray[np.int64]
_Flags = npt.NDArray[np.bool_]
_Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Runs:
    """``kind`` is that of a part; per run its feature, its points, and whether a part starts with it.

    Features that have runs are numbered in ascending order. ``multi`` tells per feature whether its
    geometry is a multi-part one; ``high`` and ``measured`` whether it has z and m.
    """

    kind: int
    feature: _Places
    points: _Places
    starts: _Flags
    multi: _Flags
    high: _Flags
    measured: _Flags


def wkb(runs: Runs, x: _Numbers, y: _Numbers, z: _Numbers | None, m: _Numbers | None) -> pa.BinaryArray:
    """One geometry per feature, null for those without runs; coordinates in the order of the runs' points."""
    counted = _COUNT if runs.kind != POINT else 0
    nested = _COUNT if runs.kind == POLYGON else 0
    first = np.diff(runs.feature, prepend=-1) != 0
    opens = first & runs.multi[runs.feature]
    numbers = 2 + runs.high.astype(np.int64) + runs.measured
    stride = _NUMBER * numbers[runs.feature]
    lead = (_HEAD + _COUNT) * opens + (_HEAD + nested) * runs.starts
    size = lead + counted + stride * runs.points
    ends = np.cumsum(size)
    at = ends - size
    out = np.zeros(int(ends[-1]) + _NUMBER if len(ends) else _NUMBER, np.uint8)
    bytes4 = np.ndarray((len(out) - 3,), "<u4", buffer=out, strides=(1,))
    bytes8 = np.ndarray((len(out) - 7,), "<f8", buffer=out, strides=(1,))
    code = (runs.kind + 1000 * runs.high + 2000 * runs.measured)[runs.feature]
    parts = np.bincount(runs.feature[runs.starts], minlength=len(runs.multi))
    out[at[opens]] = 1
    bytes4[at[opens] + 1] = code[opens] + MULTI
    bytes4[at[opens] + _HEAD] = parts[runs.feature[opens]]
    part = at + (_HEAD + _COUNT) * opens
    out[part[runs.starts]] = 1
    bytes4[part[runs.starts] + 1] = code[runs.starts]
    if nested:
        rings = np.diff(np.append(np.flatnonzero(runs.starts), len(part)))
        bytes4[part[runs.starts] + _HEAD] = rings
    if counted:
        bytes4[at + lead] = runs.points
    begins = at + lead + counted
    within = np.arange(int(runs.points.sum())) - np.repeat(np.cumsum(runs.points) - runs.points, runs.points)
    place = np.repeat(begins, runs.points) + np.repeat(stride, runs.points) * within
    bytes8[place], bytes8[place + _NUMBER] = x, y
    _more(bytes8, place, runs, z, m)
    return _cut(out, ends, runs.feature, len(runs.multi))


def points(x: _Numbers, y: _Numbers, known: _Flags) -> pa.BinaryArray:
    """Points in the plane, null where not ``known``."""
    feature = np.flatnonzero(known)
    every = np.ones(len(feature), bool)
    none = np.zeros(len(known), bool)
    runs = Runs(POINT, feature, every.astype(np.int64), every, none, none, none)
    return wkb(runs, x[known], y[known], None, None)


def _more(bytes8: _Numbers, place: _Places, runs: Runs, z: _Numbers | None, m: _Numbers | None) -> None:
    feature = np.repeat(runs.feature, runs.points)
    if z is not None:
        high = runs.high[feature]
        bytes8[place[high] + 2 * _NUMBER] = z[high]
    if m is not None:
        measured = runs.measured[feature]
        after = (2 + runs.high[feature][measured]) * _NUMBER
        bytes8[place[measured] + after] = m[measured]


def _cut(out: npt.NDArray[np.uint8], ends: _Places, feature: _Places, count: int) -> pa.BinaryArray:
    offsets = np.zeros(count + 1, np.int64)
    last = np.flatnonzero(np.diff(feature, append=count) != 0)
    offsets[feature[last] + 1] = ends[last]
    offsets = np.maximum.accumulate(offsets)
    if offsets[-1] >= 1 << 31:
        raise MemoryError
    valid = np.packbits(offsets[1:] > offsets[:-1], bitorder="little")
    buffers = [pa.py_buffer(valid), pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(out)]
    return pa.Array.from_buffers(pa.binary(), count, buffers)
