"""In which tile a feature is counted: at each zoom exactly one, though it may be drawn in several."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diban.base.mvt.address import MAX_ZOOM, TileAddress
from diban.base.mvt.paths import Flags, Numbers

_LAST = 2**MAX_ZOOM - 1
_NOWHERE = -1
_FARTHEST = np.array([180.0, 90.0])
"""Degrees east and north that there are."""


def lie_in(boxes: NDArray[np.float64], address: TileAddress) -> Flags:
    """Of (n, 4) boxes west, south, east, north in degrees: whose centre lies in the tile, its buffer aside.

    A centre on the border lies in the tile east or south of it; beyond the end of Web Mercator it
    lies in the outermost row. Boxes that are NaN, infinite or off the earth lie in no tile. The tiles
    of one zoom share all others out among them, and a tile's are those of its four parts together.
    """
    shift = MAX_ZOOM - address.zoom
    column, row = _cells(boxes)
    result: Flags = (column >> shift == address.column) & (row >> shift == address.row)
    return result


def _cells(boxes: NDArray[np.float64]) -> tuple[Numbers, Numbers]:
    """Column and row of each centre at the deepest zoom; −1 where there is none."""
    with np.errstate(invalid="ignore"):
        centres = boxes[:, :2] / 2 + boxes[:, 2:] / 2
    near = np.abs(centres) <= _FARTHEST
    nowhere = ~(near[:, 0] & near[:, 1])  # true for NaN
    lost = nowhere.any()
    if lost:
        centres[nowhere] = 0
    sine = np.sin(np.radians(np.minimum(np.maximum(centres[:, 1], -89), 89)))
    shares = np.empty((2, len(boxes)))
    shares[0] = centres[:, 0] / 360 + 0.5
    shares[1] = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)
    cells = np.minimum(np.maximum(np.floor(shares * 2.0**MAX_ZOOM), 0), _LAST).astype(np.int64)
    if lost:
        cells[:, nowhere] = _NOWHERE
    return cells[0], cells[1]
