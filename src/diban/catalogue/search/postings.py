"""Postings: which names of a segment have a term, as bytes; at most 8 KiB, whatever the term."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SEGMENT_NAMES = 65_536
"""Names of a segment at most: a place in it takes two bytes."""

_FEW = SEGMENT_NAMES // 16
"""Below this many places a list of them is shorter than one bit for each name."""

Places = npt.NDArray[np.int64]
Held = npt.NDArray[np.bool_]


def packed(places: Places) -> bytes:
    """Sorted places in a segment: two bytes each, or one bit for every name where they are many."""
    if len(places) < _FEW:
        return places.astype("<u2").tobytes()
    return bits(places)


def bits(places: Places) -> bytes:
    """One bit for every name of a segment, set at these places."""
    held = np.zeros(SEGMENT_NAMES, np.bool_)
    held[places] = True
    return np.packbits(held).tobytes()


def held_in(data: bytes) -> Held:
    """Read `bits` back."""
    return np.unpackbits(np.frombuffer(data, np.uint8)).astype(np.bool_)


def count_into(counts: npt.NDArray[np.uint16], data: bytes) -> None:
    """Add one at each place of a posting."""
    if len(data) == SEGMENT_NAMES // 8:
        counts += np.unpackbits(np.frombuffer(data, np.uint8))
    else:
        counts[np.frombuffer(data, "<u2")] += 1
