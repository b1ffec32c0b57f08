"""The tall things that a view of the city shows: its buildings as boxes on fine squares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from diban.app.sample_city.painted import Squares
from diban.app.sample_city.plane import ORIGIN, Floats, Ints, pairs
from diban.ground import GAUSS_114E, GEOMETRY, STORED, project

_SIDE, _REACH = 10.0, 9_000.0
_WIDEST = 4
"""A box reaches so many squares from its middle at most."""


@dataclass(frozen=True, slots=True)
class Skyline:
    """Over squares around a place: how high what is built stands over the ground, and which building it is.

    Both are 0 where nothing is built.
    """

    squares: Squares
    heights: Floats
    building: Ints

    def at(self, x: Floats, y: Floats) -> tuple[Floats, Ints]:
        """The height and the building at points of the board."""
        row, column = (np.round(place).astype(np.int64) for place in self.squares.places(x, y))
        inside = (row >= 0) & (row < self.squares.rows) & (column >= 0) & (column < self.squares.columns)
        row, column = np.where(inside, row, 0), np.where(inside, column, 0)
        return np.where(inside, self.heights[row, column], 0), np.where(inside, self.building[row, column], 0)


def skyline_of(buildings: Iterable[pa.Table], middle: complex) -> Skyline:
    """What stands around a place of the board, of the rows of buildings."""
    squares = Squares.over(shapely.Point(middle.real, middle.imag).buffer(_REACH), _SIDE)
    shape = squares.rows, squares.columns
    skyline = Skyline(squares, np.zeros(shape), np.zeros(shape, np.int64))
    first = 1
    for table in buildings:
        _raise(skyline, table, first)
        first += len(table)
    return skyline


def _raise(skyline: Skyline, buildings: pa.Table, first: int) -> None:
    """Add some buildings, numbered from ``first``."""
    squares = skyline.squares
    shapes = shapely.from_wkb(buildings[GEOMETRY].combine_chunks().to_numpy(zero_copy_only=False))
    low, high = np.split(shapely.bounds(shapes), 2, axis=1)
    low, high = (project(corner, STORED, GAUSS_114E) - pairs(np.array(ORIGIN)) for corner in (low, high))
    row, column = squares.places(*((low + high) / 2).T)
    tall = buildings["height"].cast(pa.float64()).to_numpy()
    half = np.minimum((high - low) / 2 / _SIDE, _WIDEST)
    for step in np.ndindex(2 * _WIDEST + 1, 2 * _WIDEST + 1):
        down, right = np.array(step) - _WIDEST
        at = np.round(row + down).astype(np.int64), np.round(column + right).astype(np.int64)
        mine = (abs(right) <= half[:, 0]) & (abs(down) <= half[:, 1])
        mine &= (at[0] >= 0) & (at[0] < squares.rows) & (at[1] >= 0) & (at[1] < squares.columns)
        skyline.heights[at[0][mine], at[1][mine]] = tall[mine]
        skyline.building[at[0][mine], at[1][mine]] = np.flatnonzero(mine) + first
