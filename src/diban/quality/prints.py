"""Fingerprints of all rows, to find those that came twice without holding the rows."""

from __future__ import annotations

import tempfile
import threading
import weakref
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

SLICE = 1_000_000
"""Fingerprints that are compared at once, about."""

_MIX = np.uint64(0x9E37_79B9_7F4A_7C15)  # Fibonacci hashing: what was given as a number is no hash yet
_UPPER = np.uint64(32)
_BLOCK = 1 << 20

Numbers = npt.NDArray[np.int64]


class Prints:
    """64-bit fingerprints, eight bytes a row in an unnamed file, looked at slice by slice.

    `add` may be called from several threads in any order.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when all was seen, or with this
        weakref.finalize(self, self._file.close)
        self._count = 0
        self._lock = threading.Lock()

    def add(self, prints: Numbers) -> None:
        """Keep the fingerprints of some rows."""
        with self._lock:
            self._file.write(np.ascontiguousarray(prints, np.int64).data)
            self._count += len(prints)

    def doubled(self) -> Numbers:
        """The fingerprints that came more than once, ascending; the file is gone afterwards."""
        slices = -(-self._count // SLICE)
        with self._file:
            found = [_twice(self._slice(number, slices)) for number in range(slices)]
        return np.sort(np.concatenate(found)) if found else np.empty(0, np.int64)

    def _slice(self, number: int, slices: int) -> Numbers:
        """Those of one slice; the same fingerprint is always in the same."""
        if slices == 1:
            return np.concatenate(list(self._read()))
        wanted = np.uint64(number)
        return np.concatenate([prints[_sliced(prints, slices) == wanted] for prints in self._read()])

    def _read(self) -> Iterator[Numbers]:
        self._file.seek(0)
        while content := self._file.read(_BLOCK):
            yield np.frombuffer(content, np.int64)


def _sliced(prints: Numbers, slices: int) -> npt.NDArray[np.uint64]:
    return ((prints.view(np.uint64) * _MIX) >> _UPPER) % np.uint64(slices)


def _twice(prints: Numbers) -> Numbers:
    prints.sort()
    return np.unique(prints[1:][prints[1:] == prints[:-1]])
