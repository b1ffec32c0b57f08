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

_CHUNK = 100_000
_ROW = np.dtype([("index", "i8"), ("x", "f8"), ("y", "f8"), ("reach", "f8"), ("size", "f8"), ("group", "i8")])

Rows = npt.NDArray[np.void]


class Strips:
    """Rows with a place and a reach; each strip also has the rows of others that its own can reach.

    48 bytes a row in an unnamed file; `add` may be called from several threads in any order.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the strips, or with this
        weakref.finalize(self, self._file.close)
        self._lock = threading.Lock()
        self._widest = 0.0

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
            self._file.write(rows.tobytes())
            self._widest = max(self._widest, float(reach.max()))

    def strips(self) -> Iterator[Rows]:
        """The rows by strips in x, each in the order of their index; the file is gone afterwards."""
        with self._file:
            places = np.concatenate([np.empty(0), *(rows["x"] for rows in self._chunks())])
            count = -(-len(places) // STRIP)
            ends = np.quantile(places, np.linspace(0, 1, count + 1)) if count else places
            del places
            for west, east in pairwise(ends):
                reached = [
                    rows[(rows["x"] >= west - self._widest) & (rows["x"] <= east + self._widest)]
                    for rows in self._chunks()
                ]
                strip = np.concatenate(reached)
                yield strip[np.argsort(strip["index"])]

    def _chunks(self) -> Iterator[Rows]:
        self._file.seek(0)
        while data := self._file.read(_CHUNK * _ROW.itemsize):
            yield np.frombuffer(data, _ROW)
