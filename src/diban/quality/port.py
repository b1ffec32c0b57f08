"""What rules need to know of other layers; wired in `diban.app`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

MOST_CODES = 2_000_000
"""Codes of a register at most: they are held in memory, some 100 bytes each."""


class Placed:
    """Where rows of a layer lie, by their keys, in degrees of the stored CRS; NaN where that is nowhere.

    ``values`` has a line a row, of ``width`` numbers: 8 bytes each, and 8 for the key.
    """

    def __init__(self, batches: Iterable[tuple[pa.Array, npt.NDArray[np.float64]]], width: int) -> None:
        """From keys and values, batch by batch."""
        prints, values = [np.empty(0, np.int64)], [np.empty((0, width))]
        for keys, spots in batches:
            prints.append(_prints(keys))
            values.append(spots)
        found = np.concatenate(prints)
        order = np.argsort(found)
        self._prints = found[order]
        self.values: npt.NDArray[np.float64] = np.concatenate(values)[order]

    def find(self, keys: pa.Array) -> npt.NDArray[np.int64]:
        """The place in ``values`` of each key, -1 where there is none."""
        wanted = _prints(keys)
        if not len(self._prints):
            return np.full(len(wanted), -1)
        at = np.searchsorted(self._prints, wanted)
        known = (np.take(self._prints, at, mode="clip") == wanted) & keys.is_valid().to_numpy(
            zero_copy_only=False
        )
        return np.where(known, at, -1)


class Before(Placed):
    """Where the rows of a layer's last version lie: the middles of their boxes (n, 2)."""

    def __init__(self, batches: Iterable[tuple[pa.Array, npt.NDArray[np.float64]]]) -> None:
        """From keys and middles, batch by batch."""
        super().__init__(batches, 2)


@dataclass(frozen=True, slots=True)
class Register:
    """The known codes of a layer, and where it is one of polygons what each covers.

    ``areas`` (WKB, stored CRS) by code; of a layer with too many of them their ``boxes`` alone (n, 4).
    """

    codes: frozenset[str]
    areas: Mapping[str, bytes] = field(default_factory=dict)
    boxes: Placed | None = None


def _prints(keys: pa.Array) -> npt.NDArray[np.int64]:
    """64-bit hashes of the keys; two that agree by chance only cost a look at a warning."""
    return np.fromiter(map(hash, keys.to_numpy(zero_copy_only=False)), np.int64, len(keys))


class Surroundings(Protocol):
    """The published layers around the one that is checked, and what it was before."""

    def register(self, layer: str) -> Register | None:
        """The register that a layer's slug names.

        None when no published layer of it has a key and rows, when the provider of the checked layer
        may not see it, or when it has more than `MOST_CODES`.
        """

    def before(self) -> Before | None:
        """The last version of the checked layer; None when there is none, or it has no key or no geometry."""
