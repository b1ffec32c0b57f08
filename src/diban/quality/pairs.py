"""Which of many things lie so near to each other that they may be the same: few pairs out of n²."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

MOST = 8
"""How many neighbours in size a thing is compared with, in each cell of the grid."""

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def near_pairs(spots: Floats, reach: Floats, size: Floats, group: Numbers) -> tuple[Numbers, Numbers]:
    """Pairs (i, j), i < j, of the same ``group`` whose ``spots`` (n, 2) are within the reach of both.

    Sorted neighbourhoods: in grids whose cells are twice the reach, shifted by half a cell each way, any
    two near spots share a cell once. Reaches within a factor of two share a grid. In a cell with more
    than `MOST` things each meets those next in ``size``, so that time and memory stay linear.
    """
    n = len(spots)
    order = np.argsort(size, kind="stable")
    spots, reach, group = spots[order], reach[order], group[order]
    fine = np.ceil(np.log2(reach)).astype(np.int64)
    grids = [(level, np.ldexp(2.0, level)) for level in (fine, fine + 1)]
    bits = np.uint64(n.bit_length())

    def shifted(across: float, up: float) -> Numbers:
        keys = [
            mixed(group, level, _cells(spots[:, 0], cell, across), _cells(spots[:, 1], cell, up))
            for level, cell in grids
        ]
        rank = np.arange(n, dtype=np.uint64)
        marked = np.concatenate([key << bits | rank for key in keys])
        return _neighbours(marked, (1 << int(bits)) - 1, spots, reach)

    with ThreadPoolExecutor(2) as pool:  # numpy sorts and computes without the interpreter's lock
        found = np.concatenate(list(pool.map(shifted, (0.0, 0.5, 0.0, 0.5), (0.0, 0.0, 0.5, 0.5))))
    one, other = order[found // n], order[found % n]
    pairs = np.unique(np.minimum(one, other) * n + np.maximum(one, other))
    return pairs // n, pairs % n


def _cells(along: Floats, cell: Floats, shift: float) -> Numbers:
    return np.floor(along / cell + shift).astype(np.int64)


def _neighbours(marked: npt.NDArray[np.uint64], mask: int, spots: Floats, reach: Floats) -> Numbers:
    """Pairs in one cell, each as i · n + j: the upper bits of ``marked`` are the cell, those of ``mask`` i.

    Sorting plain numbers is several times as fast as sorting one array by another.
    """
    marked.sort()
    who = (marked & np.uint64(mask)).astype(np.int64)
    found = [np.empty(0, np.int64)]
    for step in range(1, MOST + 1):
        at = np.flatnonzero((marked[step:] ^ marked[:-step]) <= np.uint64(mask))
        if not len(at):
            break
        one, other = who[at], who[at + step]
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
