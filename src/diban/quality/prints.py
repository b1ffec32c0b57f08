"""Fingerprints of all rows, to find those that came twice without holding the rows."""

from __future__ import annotations

import threading

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]


class Prints:
    """64-bit fingerprints, eight bytes a row; `add` may be called from several threads in any order."""

    def __init__(self) -> None:
        self._held = bytearray()  # grows in place, where arrays would have to be joined
        self._lock = threading.Lock()

    def add(self, prints: Numbers) -> None:
        """Keep the fingerprints of some rows."""
        with self._lock:
            self._held += np.ascontiguousarray(prints).data.cast("B")

    def doubled(self) -> Numbers:
        """The fingerprints that came more than once, ascending; all are let go of."""
        everything = np.frombuffer(self._held, np.int64)
        self._held = bytearray()
        everything.sort()
        return np.unique(everything[1:][everything[1:] == everything[:-1]])
