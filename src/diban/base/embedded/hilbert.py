"""Where boxes lie along a Hilbert curve over the whole world, so that near boxes get near keys."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from diban.base.port import Rows

_STEPS = 6  # of four bits on each axis: 2²⁴ cells around the world, some two metres wide
_TIE_BITS = 15


def hilbert_keys(boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Keys of (n, 4) boxes west, south, east, north by their centres in degrees; NaN comes first.

    The lowest bits count rows, so that thousands of boxes at one place still have different keys.
    """
    known = np.clip(boxes, -180.0, 180.0)  # what lies beyond the world is put on its rim
    cells = [_cells((known[:, low] + known[:, low + 2]) / 2) for low in (0, 1)]
    keys = np.zeros(len(boxes), np.int64)
    state = np.zeros(len(boxes), np.uint16)
    for step in range(_STEPS):
        shift = 4 * (_STEPS - 1 - step)
        across, up = ((axis >> shift) & 15 for axis in cells)
        found = _table()[state | (across << 4 | up).astype(np.uint16)]
        keys = keys << 8 | (found & 255)
        state = found & np.uint16(0xFF00)
    ties = (np.arange(len(boxes)) << _TIE_BITS) // max(len(boxes), 1)
    return keys << _TIE_BITS | ties


def along_curve(rows: Rows) -> tuple[Rows, npt.NDArray[np.int64]]:
    """The same rows with near ones together, and their keys.

    What is stored together is read together: a tile of rows that came in any order takes a third.
    """
    keys = hilbert_keys(rows.boxes)
    order = np.argsort(keys, kind="stable")
    if np.array_equal(order, np.arange(len(order))):
        return rows, keys
    return Rows(rows.batch.take(pa.array(order)), rows.boxes[order]), keys[order]


@cache
def _table() -> npt.NDArray[np.uint16]:
    """Four levels of the curve at once: orientation << 8 | x << 4 | y → next orientation << 8 | place.

    An orientation is two bits: axes swapped, both axes reversed.
    """
    table = np.zeros(4 << 8, np.uint16)
    for start in range(4):
        for x in range(16):
            for y in range(16):
                table[start << 8 | x << 4 | y] = _four_levels(start, x, y)
    return table


def _four_levels(orientation: int, x: int, y: int) -> int:
    swapped, reversed_ = bool(orientation & 1), bool(orientation & 2)
    place = 0
    for bit in (3, 2, 1, 0):
        right, upper = x >> bit & 1, y >> bit & 1
        if reversed_:
            right, upper = 1 - right, 1 - upper
        if swapped:
            right, upper = upper, right
        place = place << 2 | (3 * right ^ upper)
        if upper == 0:
            swapped = not swapped
            reversed_ ^= right == 1
    return (swapped | reversed_ << 1) << 8 | place


def _cells(degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Cell numbers along one axis, 0 where there are no degrees."""
    count = 1 << 4 * _STEPS
    found = np.nan_to_num((degrees + 180.0) * (count / 360.0))
    return np.minimum(found.astype(np.int64), count - 1)
