"""Polygons of one ring in two dimensions, the bulk of any city, read straight from a column of WKB."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_HEADER = np.dtype([("order", "u1"), ("kind", "<u4"), ("rings", "<u4"), ("points", "<u4")])
_POLYGON, _LEAST_POINTS = 3, 4
# What a turn must exceed to be none of rounding's making: of its two products (Shewchuk 1997), and at all.
_ROUNDING, _TINY = 1e-15, 1e-300


@dataclass(frozen=True, slots=True)
class Rings:
    """The little-endian 2D polygons of one ring among the rows of a column.

    ``rows`` says of each row whether it is one. ``points`` (p, 2) are theirs, ring after ring, each
    beginning at one of ``firsts``.
    """

    rows: npt.NDArray[np.bool_]
    points: npt.NDArray[np.float64]
    firsts: npt.NDArray[np.int64]

    def boxes(self) -> npt.NDArray[np.float64]:
        """Their boxes (n, 4): least x and y, greatest x and y."""
        if not len(self.firsts):
            return np.empty((0, 4))
        sides = [
            ufunc.reduceat(self.points[:, axis], self.firsts)
            for ufunc in (np.minimum, np.maximum)
            for axis in (0, 1)
        ]
        return np.stack(sides, axis=1)

    def convex(self) -> npt.NDArray[np.bool_]:
        """Which are proven convex, and so valid (OGC 06-103r4, 6.1); of the others this says nothing.

        Proven is a closed ring that turns the same way at every corner, by more than rounding can
        feign, and comes to its easternmost point just once.
        """
        firsts, ends = self.firsts, np.append(self.firsts[1:], len(self.points))
        if not len(firsts):
            return np.zeros(0, np.bool_)
        lasts = ends - 1
        with np.errstate(all="ignore"):  # what is infinite or no number is not proven
            across, up = (self._steps(axis, lasts) for axis in (0, 1))
            left, right = across[:-1] * up[1:], up[:-1] * across[1:]
            turns, sure = left - right, _ROUNDING * (np.abs(left) + np.abs(right)) + _TINY
        corners = np.ones(len(self.points), np.bool_)
        corners[lasts] = False  # the ring is closed: its last point was its first
        east = (across > 0) | ((across == 0) & (up > 0))
        tops = corners.copy()
        tops[:-1] &= east[:-1] & ~east[1:]
        same_way = [
            np.logical_and.reduceat(np.append(turn > sure, True) | ~corners, firsts)
            for turn in (turns, -turns)
        ]
        closed = (self.points[firsts] == self.points[lasts]).all(axis=1) & (ends - firsts >= _LEAST_POINTS)
        once = np.add.reduceat(tops, firsts, dtype=np.int64) == 1
        proven: npt.NDArray[np.bool_] = once & closed & (same_way[0] | same_way[1])
        return proven

    def areas(self) -> npt.NDArray[np.float64]:
        """The areas they enclose, in the square of the unit of their coordinates."""
        return np.abs(self._sums(self._crossed()[0])) / 2

    def lengths(self) -> npt.NDArray[np.float64]:
        """The lengths of their outlines."""
        steps = np.zeros(len(self.points))
        across, up = np.diff(self.points, axis=0).T
        np.hypot(across, up, out=steps[:-1])
        steps[self.firsts[1:] - 1] = 0
        return self._sums(steps)

    def centroids(self) -> npt.NDArray[np.float64]:
        """Their centres of gravity (n, 2); no number where they enclose nothing."""
        crossed, local = self._crossed()
        with np.errstate(all="ignore"):
            moments = [
                self._sums(np.append(axis[:-1] + axis[1:], 0.0) * crossed) / (3 * self._sums(crossed))
                for axis in local.T
            ]
        return self.points[self.firsts] + np.column_stack(moments)

    def _crossed(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Twice the area between each step and its ring's first point; the points as seen from there."""
        counts = np.diff(np.append(self.firsts, len(self.points)))
        local = self.points - np.repeat(self.points[self.firsts], counts, axis=0)
        crossed = np.zeros(len(self.points))
        crossed[:-1] = local[:-1, 0] * local[1:, 1] - local[1:, 0] * local[:-1, 1]
        crossed[self.firsts[1:] - 1] = 0
        return crossed, local

    def _sums(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The sum over each ring."""
        return np.add.reduceat(values, self.firsts) if len(self.firsts) else np.empty(0)

    def _steps(self, axis: int, lasts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """From each point to the next; from the last of a ring on as from its first."""
        steps = np.zeros(len(self.points))
        np.subtract(self.points[1:, axis], self.points[:-1, axis], out=steps[:-1])
        steps[lasts] = steps[self.firsts]
        return steps


def read_rings(geometry: pa.BinaryArray) -> Rings:
    """The one-ring polygons of a column of ISO WKB."""
    count = len(geometry)
    _, offsets, content = geometry.buffers()
    rows = np.zeros(count, np.bool_)
    if count == 0 or content is None or content.size < _HEADER.itemsize:
        return Rings(rows, np.empty((0, 2)), np.empty(0, np.int64))
    bounds = np.frombuffer(offsets, np.int32)[geometry.offset :][: count + 1].astype(np.int64)
    starts, lengths = bounds[:-1], np.diff(bounds)
    # A header wherever one could begin.
    heads = np.ndarray((content.size - _HEADER.itemsize + 1,), _HEADER, content, strides=(1,))
    head = heads[np.minimum(starts, len(heads) - 1)]
    rows = (head["order"] == 1) & (head["kind"] == _POLYGON) & (head["rings"] == 1) & (head["points"] > 0)
    counts = head["points"].astype(np.int64)
    rows &= lengths == _HEADER.itemsize + 16 * counts
    if geometry.null_count:
        rows &= geometry.is_valid().to_numpy(zero_copy_only=False)
    return Rings(rows, *_points(content, starts[rows] + _HEADER.itemsize, counts[rows]))


def _points(
    content: pa.Buffer, starts: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """The points of runs at byte positions that need not be aligned, and where each run begins among them."""
    if not len(starts):
        return np.empty((0, 2)), np.empty(0, np.int64)
    ends = np.cumsum(counts)
    firsts = ends - counts
    places = np.repeat(starts - firsts * 16, counts) + np.arange(int(counts.sum())) * 16
    pairs = np.ndarray((content.size - 15,), "V16", content, strides=(1,))
    return pairs[places].view("<f8").reshape(-1, 2), firsts
