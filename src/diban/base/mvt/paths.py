"""Geometries as flat arrays: points, lines and rings of many features one behind the other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

POINT, LINE, POLYGON = 1, 2, 3
"""Kinds of geometry, numbered as GeomType of the Vector Tile specification."""

_KIND_OF_TYPE = np.array([POINT, LINE, LINE, POLYGON], dtype=np.int8)
_MULTI = 4

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Paths:
    """Points, lines and rings; those of one row and one kind stand together, none is empty.

    Path ``i`` has the coordinates ``starts[i]`` up to ``starts[i + 1]`` of ``x`` and ``y`` and belongs
    to row ``row[i]`` of the batch. A ``hole`` follows the exterior ring that it lies in. Coordinates
    are degrees after reading, then tile units (y downwards), whole numbers once snapped.
    """

    x: NDArray[Any]
    y: NDArray[Any]
    starts: Numbers
    row: Numbers
    kind: NDArray[np.int8]
    hole: Flags

    def __len__(self) -> int:
        return len(self.row)

    @cached_property
    def counts(self) -> Numbers:
        """Coordinates of each path."""
        counts: Numbers = self.starts[1:] - self.starts[:-1]
        return counts

    @cached_property
    def owner(self) -> Numbers:
        """The path of each coordinate."""
        return np.repeat(np.arange(len(self)), self.counts)

    @cached_property
    def polygon(self) -> Numbers:
        """The polygon of each path, numbered from 0: an exterior ring and its holes share one."""
        numbers: Numbers = (~self.hole).cumsum() - 1
        return numbers

    def moved(self, x: NDArray[Any], y: NDArray[Any]) -> Paths:
        """The same paths with other coordinates."""
        return Paths(x, y, self.starts, self.row, self.kind, self.hole)

    def take(self, order: Numbers) -> Paths:
        """The paths of these numbers, in this order."""
        counts = self.counts[order]
        at = ranges(self.starts[order], counts)
        return Paths(
            self.x[at], self.y[at], offsets(counts), self.row[order], self.kind[order], self.hole[order]
        )

    def where(self, flags: Flags) -> Paths:
        """The paths that are flagged."""
        return self if flags.all() else self.take(np.flatnonzero(flags))

    def lines(self) -> NDArray[Any]:
        """One shapely LineString for each path."""
        return np.asarray(shapely.linestrings(np.column_stack((self.x, self.y)), indices=self.owner))

    def polygons(self) -> NDArray[Any]:
        """One shapely Polygon for each exterior ring with its holes; open rings are closed."""
        rings = shapely.linearrings(np.column_stack((self.x, self.y)), indices=self.owner)
        return np.asarray(shapely.polygons(rings, indices=self.polygon))


def nothing() -> Paths:
    """No path at all."""
    none = np.empty(0)
    zero = np.zeros(1, np.int64)
    return Paths(none, none, zero, zero[:0], np.empty(0, np.int8), np.empty(0, np.bool_))


def join(pieces: list[Paths]) -> Paths:
    """All paths of several collections, in the order in which they come."""
    filled = [piece for piece in pieces if len(piece)]
    if len(filled) <= 1:
        return filled[0] if filled else nothing()
    return Paths(
        np.concatenate([piece.x for piece in filled]),
        np.concatenate([piece.y for piece in filled]),
        offsets(np.concatenate([piece.counts for piece in filled])),
        np.concatenate([piece.row for piece in filled]),
        np.concatenate([piece.kind for piece in filled]),
        np.concatenate([piece.hole for piece in filled]),
    )


def ordered(paths: Paths) -> Paths:
    """The paths by row and kind, otherwise in the order in which they come."""
    key = paths.row * _MULTI + paths.kind
    return paths if (key[1:] >= key[:-1]).all() else paths.take(np.argsort(key, kind="stable"))


def from_geometries(geometries: NDArray[Any], rows: Numbers) -> Paths:
    """The paths of shapely geometries of any type; EMPTY ones leave nothing."""
    parts, rows = _single_parts(geometries, rows)
    kind = _KIND_OF_TYPE[shapely.get_type_id(parts)]
    area = kind == POLYGON
    rings, at = shapely.get_rings(parts[area], return_index=True)
    part = np.concatenate([np.flatnonzero(~area), np.flatnonzero(area)[at]])
    hole = np.concatenate([np.zeros(len(parts) - area.sum(), np.bool_), ~begins(at)])
    order = np.argsort(part, kind="stable")
    pieces = np.concatenate([parts[~area], rings])[order]
    counts = shapely.get_num_coordinates(pieces).astype(np.int64)
    xy = shapely.get_coordinates(pieces)
    filled = counts > 0
    part, hole = part[order][filled], hole[order][filled]
    return ordered(Paths(xy[:, 0], xy[:, 1], offsets(counts[filled]), rows[part], kind[part], hole))


def _single_parts(geometries: NDArray[Any], rows: Numbers) -> tuple[NDArray[Any], Numbers]:
    """Every point, line and polygon within the geometries, with its row; collections may be nested."""
    parts = geometries
    while (shapely.get_type_id(parts) >= _MULTI).any():
        parts, at = shapely.get_parts(parts, return_index=True)
        rows = rows[at]
    return parts, rows


def offsets(counts: Numbers | Flags) -> Numbers:
    """Where each of several stretches begins, and at the end the total: one number more than counts."""
    result = np.empty(len(counts) + 1, np.int64)
    result[0] = 0
    counts.cumsum(out=result[1:])
    return result


def begins(numbers: NDArray[Any]) -> Flags:
    """Where a number differs from the one before; true for the first."""
    flags = np.empty(len(numbers), np.bool_)
    flags[:1] = True
    np.not_equal(numbers[1:], numbers[:-1], out=flags[1:])
    return flags


def ranges(starts: Numbers, counts: Numbers) -> Numbers:
    """The numbers start, start + 1, … of every stretch, one behind the other."""
    begin = offsets(counts)
    return np.repeat(starts - begin[:-1], counts) + np.arange(begin[-1])
