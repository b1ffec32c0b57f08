"""Squares of ground in rows and columns, which of them a shape covers, and fields of values over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from diban.app.sample_city.plane import Flags, Floats, Geometries

_COARSE = 4


@dataclass(frozen=True, slots=True)
class Squares:
    """Squares of ``side`` metres on the board, from the corner at the upper left rightwards and down."""

    left: float
    top: float
    side: float
    rows: int
    columns: int

    @classmethod
    def over(cls, shape: shapely.Geometry, side: float) -> Squares:
        """All that a shape needs, their corners on whole multiples of the side."""
        west, south, east, north = np.array(shape.bounds) / side
        left, top = np.floor(west), np.ceil(north)
        return cls(left * side, top * side, side, int(top - np.floor(south)), int(np.ceil(east) - left))

    @property
    def x(self) -> Floats:
        """East of the middles of the columns."""
        return self.left + (np.arange(self.columns, dtype=np.float64) + 0.5) * self.side

    @property
    def y(self) -> Floats:
        """North of the middles of the rows."""
        return self.top - (np.arange(self.rows, dtype=np.float64) + 0.5) * self.side

    def places(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Row and column of points, whole in the middle of a square."""
        return (self.top - y) / self.side - 0.5, (x - self.left) / self.side - 0.5


def covered(shapes: Geometries, squares: Squares) -> Flags:
    """Whether the middle of each square lies in one of the shapes, of which no two overlap.

    Each edge toggles the rows that it crosses from where it crosses them (even-odd rule).
    """
    rings = shapely.get_rings(shapely.get_parts(shapes))
    spots, ring = shapely.get_coordinates(rings, return_index=True)
    row, column = squares.places(spots[:, 0], spots[:, 1])
    same = ring[1:] == ring[:-1]
    rows, columns = (np.stack([line[:-1], line[1:]])[:, same] for line in (row, column))
    first, last = (np.clip(np.ceil(end), 0, squares.rows).astype(np.int64) for end in np.sort(rows, axis=0))
    edge = np.repeat(np.arange(len(first)), last - first)
    crossed = np.arange(len(edge)) - np.repeat((last - first).cumsum() - (last - first), last - first)
    crossed += first[edge]
    slope = (columns[1] - columns[0])[edge] / (rows[1] - rows[0])[edge]
    begins = np.ceil(columns[0][edge] + (crossed - rows[0][edge]) * slope)
    width = squares.columns + 1
    toggled = crossed * width + np.clip(begins, 0, squares.columns).astype(np.int64)
    counts = np.bincount(toggled, minlength=squares.rows * width).reshape(squares.rows, width)
    inside: Flags = np.cumsum(counts[:, :-1], axis=1) % 2 == 1
    return inside


def blurred(field: Floats, reach: int) -> Floats:
    """A field smoothed over ``reach`` squares to each side, twice over, with 0 beyond its edges."""
    for axis in (0, 1):
        for _ in range(2):
            wide = np.pad(field, [(reach + 1, reach) if one == axis else (0, 0) for one in (0, 1)])
            sums = np.moveaxis(np.cumsum(wide, axis=axis), axis, 0)
            field = np.moveaxis(sums[2 * reach + 1 :] - sums[: -2 * reach - 1], 0, axis) / (2 * reach + 1)
    return field


def spread(field: Floats, reach: int) -> Floats:
    """The same by way of squares four times as wide; for large reaches, some four times as quick."""
    rows, columns = field.shape
    whole = np.pad(field, [(0, -rows % _COARSE), (0, -columns % _COARSE)])
    pooled = whole.reshape(len(whole) // _COARSE, _COARSE, -1, _COARSE).mean(axis=(1, 3))
    knots = np.pad(blurred(pooled, reach // _COARSE), 2)  # knots begin before the first square
    down, across = (_spline(np.arange(count, dtype=np.float64) + 2.5, _COARSE) for count in (rows, columns))
    risen: Floats = down @ knots[: down.shape[1], : across.shape[1]] @ across.T
    return risen


def noise(squares: Squares, length: float, rng: np.random.Generator) -> Floats:
    """A made-up field, smooth over ``length`` metres, mostly between -1 and 1."""
    down, across = (_spline(metres, length) for metres in (squares.top - squares.y, squares.x - squares.left))
    knots = rng.uniform(-2, 2, (down.shape[1], across.shape[1]))
    field: Floats = down @ knots @ across.T
    return field


def _spline(along: Floats, length: float) -> Floats:
    """The weights of knots ``length`` apart in each place: the uniform cubic B-spline."""
    knot, u = np.divmod(along / length, 1)
    four = np.stack([(1 - u) ** 3, 3 * u**3 - 6 * u**2 + 4, -3 * u**3 + 3 * u**2 + 3 * u + 1, u**3]) / 6
    weights = np.zeros((len(along), int(knot.max()) + 4))
    for place, weight in enumerate(four):
        weights[np.arange(len(along)), knot.astype(np.int64) + place] = weight
    return weights
