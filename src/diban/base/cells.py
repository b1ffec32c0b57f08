"""Where boxes lie among the cells of a quadtree, as numbers that one index serves on both engines.

The tree is that of web tiles down to zoom 20. A cell's number is that of its first part at zoom 20
in Morton order, so that all that lies in a cell has numbers from its own up to its last part's.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from diban.base.mvt import TileAddress

_DEPTH = 20
_SIDE = 1 << _DEPTH
_SPREADS = ((16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F))
_LAST_SPREADS = ((2, 0x3333333333333333), (1, 0x5555555555555555))

Numbers = npt.NDArray[np.int64]


def cells_of(boxes: npt.NDArray[np.float64]) -> Numbers:
    """The smallest cell that holds each of (n, 4) boxes west, south, east, north in degrees."""
    west, north = _places(boxes[:, 0], boxes[:, 3])
    east, south = _places(boxes[:, 2], boxes[:, 1])
    first, last = _morton(west, north), _morton(east, south)
    # Two bits for each level on which the corners part.
    apart = np.frexp((first ^ last).astype(np.float64))[1]
    shift = (apart + 1) // 2 * 2
    found: Numbers = (first >> shift) << shift
    return found


def spans_of(address: TileAddress) -> list[tuple[int, int]]:
    """First and last numbers of the cells that a tile's searched box meets: the tile and those around it."""
    west, south, east, north = address.bounds_searched()
    level = min(address.zoom, _DEPTH)
    shift = _DEPTH - level
    corners = _places(np.array([west, east]), np.array([north, south]))
    (left, right), (top, bottom) = ((part >> shift).tolist() for part in corners)
    columns, rows = np.meshgrid(np.arange(left, right + 1), np.arange(top, bottom + 1))
    starts = _morton(columns.ravel(), rows.ravel()) << 2 * shift
    return [(start, start + (1 << 2 * shift) - 1) for start in starts.tolist()]


def above(spans: list[tuple[int, int]]) -> list[int]:
    """The numbers of all cells that hold one of these: what lies across several is found there."""
    found = {start >> 2 * up << 2 * up for start, _ in spans for up in range(_DEPTH + 1)}
    return sorted(found)


def _places(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> tuple[Numbers, Numbers]:
    """Column and row at zoom 20; what lies beyond the world is put on its rim."""
    sine = np.sin(np.radians(np.clip(lat, -89, 89)))
    across = np.clip(lon, -180, 180) / 360 + 0.5
    down = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    column, row = (
        np.clip(np.floor(share * _SIDE), 0, _SIDE - 1).astype(np.int64) for share in (across, down)
    )
    return column, row


def _morton(column: Numbers, row: Numbers) -> Numbers:
    return _spread(column) | _spread(row) << 1


def _spread(numbers: Numbers) -> Numbers:
    """The bits of each number, with a gap before each."""
    for shift, mask in (*_SPREADS, *_LAST_SPREADS):
        numbers = (numbers | numbers << shift) & mask
    return numbers
