"""Paths → the command and parameter integers of the features of a layer (specification, 4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diban.base.mvt.paths import POINT, POLYGON, Numbers, Paths, offsets

_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 15


@dataclass(frozen=True, slots=True)
class Drawing:
    """The geometry of all features, one behind the other.

    ``row`` and ``kind`` (GeomType) of each feature; it owns ``counts`` of the ``tokens``.
    """

    row: Numbers
    kind: NDArray[np.int8]
    counts: Numbers
    tokens: NDArray[np.uint64]


def draw(paths: Paths) -> Drawing:
    """Settled paths → tokens. Paths of one row and one kind are one feature."""
    if not len(paths):
        return Drawing(paths.row, paths.kind, paths.row, paths.row.astype(np.uint64))
    opens = (np.diff(paths.row, prepend=-1) != 0) | (np.diff(paths.kind, prepend=0) != 0)
    begins = paths.starts[:-1][opens]
    paths = _clustered(paths, opens)
    opens = np.isin(paths.starts[:-1], begins)
    counts, drawn, closed = paths.counts, paths.kind != POINT, paths.kind == POLYGON
    at = offsets(1 + 2 * counts + drawn + closed)
    tokens = np.empty(at[-1], np.uint64)
    tokens[at[:-1]] = np.where(drawn, 1, counts) << 3 | _MOVE_TO
    tokens[at[:-1][drawn] + 3] = (counts[drawn] - 1) << 3 | _LINE_TO
    tokens[at[1:][closed] - 1] = _CLOSE_PATH
    slot = np.repeat(at[:-1] + 1 + drawn - 2 * paths.starts[:-1], counts) + 2 * np.arange(len(paths.x))
    slot[paths.starts[:-1][drawn]] -= 1
    tokens[slot] = _steps(paths.x, begins)
    tokens[slot + 1] = _steps(paths.y, begins)
    return Drawing(paths.row[opens], paths.kind[opens], np.diff(at[:-1][opens], append=at[-1]), tokens)


def _clustered(paths: Paths, opens: NDArray[np.bool_]) -> Paths:
    """The same, with all points of a feature in one path: they share one MoveTo."""
    keep = opens | (paths.kind != POINT)
    if keep.all():
        return paths
    starts = np.append(paths.starts[:-1][keep], paths.starts[-1])
    return Paths(paths.x, paths.y, starts, paths.row[keep], paths.kind[keep], paths.hole[keep])


def _steps(numbers: NDArray[Any], begins: Numbers) -> NDArray[np.uint64]:
    """Zigzag differences to the coordinate before; each feature begins at zero."""
    step = np.diff(numbers, prepend=0)
    step[begins] = numbers[begins]
    return zigzag(step)


def zigzag(numbers: Numbers) -> NDArray[np.uint64]:
    """Signed → unsigned numbers, small ones to small ones."""
    return ((numbers << 1) ^ (numbers >> 63)).view(np.uint64)
