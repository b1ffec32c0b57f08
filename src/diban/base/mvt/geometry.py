"""Paths → the command and parameter integers of the features of a layer (specification, 4.3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diban.base.mvt.paths import POINT, POLYGON, Flags, Numbers, Paths, begins, offsets, ordered

_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 15


@dataclass(frozen=True, slots=True)
class Drawing:
    """The geometry of all features, one behind the other.

    ``row`` (ascending) and ``kind`` (GeomType) of each feature; it owns ``counts`` of the ``tokens``.
    """

    row: Numbers
    kind: NDArray[np.int8]
    counts: Numbers
    tokens: NDArray[np.uint64]

    @property
    def rows(self) -> int:
        """How many rows are drawn: one of several kinds is several features."""
        return int(begins(self.row).sum())

    def first(self, features: int) -> Drawing:
        """The first so many features."""
        tokens = self.tokens[: self.counts[:features].sum()]
        return Drawing(self.row[:features], self.kind[:features], self.counts[:features], tokens)

    def where(self, flags: Flags) -> Drawing:
        """The features that are flagged."""
        return Drawing(
            self.row[flags], self.kind[flags], self.counts[flags], self.tokens[np.repeat(flags, self.counts)]
        )


def draw(paths: Paths) -> Drawing:
    """Settled paths → tokens. Paths of one row and one kind are one feature."""
    if not len(paths):
        return Drawing(paths.row, paths.kind, paths.row, paths.row.astype(np.uint64))
    paths = ordered(paths)
    opens = begins(paths.row) | begins(paths.kind)
    origins = paths.starts[:-1][opens]
    own = opens | (paths.kind != POINT)
    paths, opens = _clustered(paths, own), opens[own]
    counts, drawn, closed = paths.counts, paths.kind != POINT, paths.kind == POLYGON
    at = offsets(1 + 2 * counts + drawn + closed)
    tokens, parameter = np.empty(at[-1], np.uint64), np.ones(at[-1], np.bool_)
    for places, commands in (
        (at[:-1], np.where(drawn, 1, counts) << 3 | _MOVE_TO),
        (at[:-1][drawn] + 3, (counts[drawn] - 1) << 3 | _LINE_TO),
        (at[1:][closed] - 1, _CLOSE_PATH),
    ):
        tokens[places] = commands
        parameter[places] = False
    tokens[parameter] = _steps(paths, origins)
    begin = at[:-1][opens]
    lengths = np.append(begin[1:], at[-1]) - begin
    return Drawing(paths.row[opens], paths.kind[opens], lengths, tokens)


def _clustered(paths: Paths, own: Flags) -> Paths:
    """The same, without the bounds of the paths that are not on their own: they join the one before."""
    if own.all():
        return paths
    starts = paths.starts[np.append(own, True)]
    return Paths(paths.x, paths.y, starts, paths.row[own], paths.kind[own], paths.hole[own])


def _steps(paths: Paths, origins: Numbers) -> NDArray[np.uint64]:
    """Zigzag differences to the coordinate before, x and y in turns; each feature begins at zero."""
    places = np.empty((len(paths.x), 2), np.int64)
    places[:, 0], places[:, 1] = paths.x, paths.y
    steps = places.copy()
    steps[1:] -= places[:-1]
    steps[origins] = places[origins]
    return zigzag(steps.ravel())


def zigzag(numbers: Numbers) -> NDArray[np.uint64]:
    """Signed → unsigned numbers, small ones to small ones."""
    return ((numbers << 1) ^ (numbers >> 63)).view(np.uint64)
