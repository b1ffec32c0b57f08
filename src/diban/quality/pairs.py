"""Which of many things lie so near to each other that they may be the same: few pairs out of n²."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

MOST = 8
"""How many neighbours in size a thing is compared with, in each cell of the grid."""
_AT_ONCE = 1 << 15
"""Things whose cells are computed together, in the processor's caches."""

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def near_pairs(spots: Floats, reach: Floats, size: Floats, group: Numbers) -> tuple[Numbers, Numbers]:
    """Pairs (i, j), i < j, of the same ``group`` whose ``spots`` (n, 2) are within the reach of both.

    Sorted neighbourhoods: in grids whose cells are twice the reach, shifted by half a cell each way, any
    two near spots share a cell once. Reaches within a factor of two share a grid. In a cell with more
    than `MOST` things each meets those next in ``size``, so that time and memory stay linear.
    """
    n = len(spots)
    bits = np.uint64(n.bit_length())
    order = _ascending(size, bits)
    spots, reach, group = spots[order], reach[order], group[order]
    fine = np.ceil(np.log2(reach)).astype(np.int64)
    grids = [(level, np.ldexp(2.0, level)) for level in (fine, fine + 1)]

    def shifted(across: float, up: float) -> Numbers:
        marked = np.empty((2, n), np.uint64)
        for start in range(0, n, _AT_ONCE):
            part = slice(start, min(start + _AT_ONCE, n))
            rank = np.arange(part.start, part.stop, dtype=np.uint64)
            for to, (level, cell) in zip(marked, grids, strict=True):
                columns, rows = (
                    _cells(spots[part, axis], cell[part], by) for axis, by in ((0, across), (1, up))
                )
                to[part] = mixed(group[part], level[part], columns, rows) << bits | rank
        return _neighbours(marked.reshape(-1), (1 << int(bits)) - 1, spots, reach)

    with ThreadPoolExecutor(2) as pool:  # numpy sorts and computes without the interpreter's lock
        found = np.concatenate(list(pool.map(shifted, (0.0, 0.5, 0.0, 0.5), (0.0, 0.0, 0.5, 0.5))))
    one, other = order[found // n], order[found % n]
    pairs = np.unique(np.minimum(one, other) * n + np.maximum(one, other))
    return pairs // n, pairs % n


def _ascending(size: Floats, bits: np.uint64) -> Numbers:
    """The order of sizes that are not negative, to some nine digits: such floats ascend as their bits do."""
    low = (np.uint64(1) << bits) - np.uint64(1)
    marked = (size.view(np.uint64) & ~low) | np.arange(len(size), dtype=np.uint64)
    marked.sort()
    return (marked & low).astype(np.int64)


def _cells(along: Floats, cell: Floats, shift: float) -> Numbers:
    return np.floor(along / cell + shift).astype(np.int64)


def _neighbours(marked: npt.NDArray[np.uint64], mask: int, spots: Floats, reach: Floats) -> Numbers:
    """Pairs in one cell, each as i · n + j: the upper bits of ``marked`` are the cell, those of ``mask`` i.

    Sorting plain numbers is several times as fast as sorting one array by another.
    """
    marked.sort()
    found = [np.empty(0, np.int64)]
    for step in range(1, MOST + 1):
        at = np.flatnonzero((marked[step:] ^ marked[:-step]) <= np.uint64(mask))
        if not len(at):
            break
        one, other = ((marked[held] & np.uint64(mask)).astype(np.int64) for held in (at, at + step))
        apart = spots[one] - spots[other]
        near = np.hypot(apart[:, 0], apart[:, 1]) <= np.minimum(reach[one], reach[other])
        near &= one != other
        found.append(one[near] * len(spots) + other[near])
    return np.concatenate(found)


def mixed(*parts: Numbers) -> npt.NDArray[np.uint64]:
    """One number of several numbers, row by row; two that meet by chance only cost a comparison."""
    made = np.zeros(len(parts[0]), np.uint64)
    for part in parts:
        made = (made ^ part.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        made ^= made >> np.uint64(29)
    return made
