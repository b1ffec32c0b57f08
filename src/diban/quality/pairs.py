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
    level = np.ceil(np.log2(reach)).astype(np.int64)
    order = np.argsort(size, kind="stable")
    who = np.concatenate([order, order])
    level = np.concatenate([level[order], level[order] + 1])
    cell = np.ldexp(2.0, level)

    def shifted(across: float, up: float) -> Numbers:
        column = np.floor(spots[who, 0] / cell + across).astype(np.int64)
        row = np.floor(spots[who, 1] / cell + up).astype(np.int64)
        return _neighbours(who, _mixed(group[who], level, column, row), spots, reach)

    with ThreadPoolExecutor(2) as pool:  # numpy sorts and computes without the interpreter's lock
        found = list(pool.map(shifted, (0.0, 0.5, 0.0, 0.5), (0.0, 0.0, 0.5, 0.5)))
    pairs = np.unique(np.concatenate(found))  # each as i · n + j
    return pairs // n, pairs % n


def _neighbours(who: Numbers, key: Numbers, spots: Floats, reach: Floats) -> Numbers:
    """Pairs of the same key among things sorted by size."""
    together = np.argsort(key, kind="stable")
    who, key = who[together], key[together]
    found = [np.empty(0, np.int64)]
    for step in range(1, MOST + 1):
        at = np.flatnonzero(key[step:] == key[:-step])
        if not len(at):
            break
        one, other = who[at], who[at + step]
        apart = spots[one] - spots[other]
        near = np.hypot(apart[:, 0], apart[:, 1]) <= np.minimum(reach[one], reach[other])
        one, other = one[near], other[near]
        different = one != other
        low, high = np.minimum(one, other)[different], np.maximum(one, other)[different]
        found.append(low * len(spots) + high)
    return np.concatenate(found)


def _mixed(*parts: Numbers) -> Numbers:
    """One number of several; two that meet by chance only cost a comparison."""
    mixed = np.zeros(len(parts[0]), np.uint64)
    for part in parts:
        mixed = (mixed ^ part.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return mixed.astype(np.int64)
