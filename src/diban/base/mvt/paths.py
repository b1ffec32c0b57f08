"""Geometries as flat arrays: points, lines and rings of many features one behind the other."""

from __future__ import annotations

from collections.abc import Iterator
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
    def following(self) -> Numbers:
        """Of each coordinate of a ring the next one; after the last comes the first."""
        following = np.arange(1, len(self.x) + 1)
        filled = self.counts > 0
        following[self.starts[1:][filled] - 1] = self.starts[:-1][filled]
        return following

    @cached_property
    def crossed(self) -> Numbers:
        """Of each coordinate of a ring the cross product with the next one."""
        crossed: Numbers = self.x * self.y[self.following] - self.x[self.following] * self.y
        return crossed

    @cached_property
    def twice_area(self) -> Numbers:
        """Twice the signed area of each open ring in whole numbers, by the surveyor's formula; 0 if empty."""
        total = offsets(self.crossed)[self.starts]
        area: Numbers = total[1:] - total[:-1]
        return area

    @cached_property
    def owner(self) -> Numbers:
        """The path of each coordinate."""
        return np.arange(len(self)).repeat(self.counts)

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
        starts = offsets(counts)
        at = (self.starts[order] - starts[:-1]).repeat(counts) + np.arange(starts[-1])
        return Paths(self.x[at], self.y[at], starts, self.row[order], self.kind[order], self.hole[order])

    def where(self, flags: Flags) -> Paths:
        """The paths that are flagged."""
        return self if flags.all() else self.take(flags.nonzero()[0])

    def by_kind(self) -> Iterator[tuple[int, Paths]]:
        """The paths of each kind that there is."""
        if len(self) and (self.kind == self.kind[0]).all():
            yield int(self.kind[0]), self
            return
        for kind in (POINT, LINE, POLYGON):
            some = self.where(self.kind == kind)
            if len(some):
                yield kind, some

    def lines(self) -> NDArray[Any]:
        """One shapely LineString for each path."""
        return np.asarray(shapely.linestrings(np.column_stack((self.x, self.y)), indices=self.owner))

    def polygons(self) -> NDArray[Any]:
        """One shapely Polygon for each exterior ring with its holes; open rings are closed."""
        rings = shapely.linearrings(np.column_stack((self.x, self.y)), indices=self.owner)
        indices = self.polygon if self.hole.any() else None
        return np.asarray(shapely.polygons(rings, indices=indices))


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
    """The paths of shapely geometries of any type, ``rows`` ascending; EMPTY ones leave nothing."""
    parts, rows, kind = _single_parts(geometries, rows)
    area = kind == POLYGON
    if area.all():
        return _from_polygons(parts, rows, kind)
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


def _from_polygons(polygons: NDArray[Any], rows: Numbers, kind: NDArray[np.int8]) -> Paths:
    """The same of polygons only; an EMPTY one has no ring."""
    rings, at = shapely.get_rings(polygons, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    starts = np.append(begins(ring).nonzero()[0], len(ring))
    return Paths(xy[:, 0], xy[:, 1], starts, rows[at], kind[at], ~begins(at))


def _single_parts(geometries: NDArray[Any], rows: Numbers) -> tuple[NDArray[Any], Numbers, NDArray[np.int8]]:
    """Every point, line and polygon within the geometries, its row and its kind; they may be nested."""
    parts, types = geometries, shapely.get_type_id(geometries)
    while (types >= _MULTI).any():
        parts, at = shapely.get_parts(parts, return_index=True)
        rows, types = rows[at], shapely.get_type_id(parts)
    return parts, rows, _KIND_OF_TYPE[types]


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


def in_turns(
    firsts: NDArray[Any], first: Numbers | int, seconds: NDArray[Any], second: Numbers
) -> NDArray[Any]:
    """Stretches of two arrays in turns: ``first`` of the ``firsts``, then ``second`` of the others."""
    counts = np.empty((len(second), 2), np.int64)
    counts[:, 0], counts[:, 1] = first, second
    turns = np.zeros(counts.size, np.bool_)
    turns[::2] = True
    own = turns.repeat(counts.ravel())
    result = np.empty(len(own), firsts.dtype)
    result[own] = firsts
    result[~own] = seconds
    return result
