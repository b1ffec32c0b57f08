"""Numbers about every row, gathered on disk and given back in strips of bounded size."""

from __future__ import annotations

import tempfile
import threading
import weakref
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

STRIP = 500_000
"""Rows in a strip, about."""

_ROW = np.dtype([("index", "i8"), ("x", "f8"), ("y", "f8"), ("reach", "f8"), ("size", "f8"), ("group", "i8")])

Rows = npt.NDArray[np.void]


class Strips:
    """Rows with a place and a reach; each strip also has the rows of others that reach into it.

    Of two rows within the reach of both, each reaches into the strip of the other: so they meet there,
    and one row of a wide reach draws nothing but itself into other strips.

    48 bytes a row in an unnamed file; `add` may be called from several threads in any order, each
    time with rows that follow each other.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the strips, or with this
        weakref.finalize(self, self._file.close)
        self._lock = threading.Lock()
        self._blocks: list[tuple[int, int, int]] = []  # first index, offset and length in bytes

    def add(
        self,
        index: npt.NDArray[np.int64],
        spots: npt.NDArray[np.float64],
        reach: npt.NDArray[np.float64],
        size: npt.NDArray[np.float64],
        group: npt.NDArray[np.int64],
    ) -> None:
        """Keep rows: their index in the features, place (n, 2), reach, size and group."""
        if not len(index):
            return
        rows = np.empty(len(index), _ROW)
        columns = (index, spots[:, 0], spots[:, 1], reach, size, group)
        for name, values in zip(_ROW.names or (), columns, strict=True):
            rows[name] = values
        with self._lock:
            self._blocks.append((int(index[0]), self._file.tell(), self._file.write(rows.tobytes())))

    def strips(self) -> Iterator[Rows]:
        """The rows by strips in x, each in the order of their index; the file is gone afterwards."""
        with self._file:
            for west, east in pairwise(self._ends()):
                yield np.concatenate([_reaching(rows, west, east) for rows in self._read()])

    def _ends(self) -> npt.NDArray[np.float64]:
        """Where strips of about equal numbers of rows begin and end in x, told by a sample."""
        count = -(-sum(length for _, _, length in self._blocks) // (STRIP * _ROW.itemsize))
        if count < 2:
            return np.array([-np.inf, np.inf])[: 2 * count]
        sample = np.concatenate([rows["x"][::count] for rows in self._read()])
        ends: npt.NDArray[np.float64] = np.quantile(sample, np.linspace(0, 1, count + 1))
        ends[0], ends[-1] = -np.inf, np.inf
        return ends

    def _read(self) -> Iterator[Rows]:
        """All rows, in the order of their index."""
        for _, offset, length in sorted(self._blocks):
            self._file.seek(offset)
            yield np.frombuffer(self._file.read(length), _ROW)


def _reaching(rows: Rows, west: float, east: float) -> Rows:
    """Those of the rows that reach into a strip."""
    if np.isinf(west) and np.isinf(east):
        return rows
    return rows[(rows["x"] >= west - rows["reach"]) & (rows["x"] <= east + rows["reach"])]
