"""Standard addresses (标准地址): every building faces a street and has a number on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from diban.app.sample_city.centres import Centres
from diban.app.sample_city.growth import Growth
from diban.app.sample_city.plane import Complexes, Ints

_DOORSTEP = 0.8


@dataclass(frozen=True, slots=True)
class Doors:
    """For each building the street it faces (a number of `Growth.streets`), its number there, and
    the doorstep on the board."""

    street: Ints
    number: Ints
    at: Complexes


def doors(growth: Growth, centres: Centres) -> Doors:
    """Numbers rise along a street, odd on one side and even on the other."""
    box, inside = growth.plots.box, growth.blocks.inside(growth.streets)[growth.plots.block]
    side = (np.abs(box - inside)).argmin(axis=1)
    rows = np.arange(len(side))
    street = growth.blocks.sides[growth.plots.block, side]
    middle = np.stack([(box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2], axis=1)
    across = side % 2  # the axis on which the street lies to the side
    where = middle[rows, 1 - across]
    opposite = side // 2
    order = np.lexsort((where, opposite, street))
    first = np.r_[True, np.diff(street[order] * 2 + opposite[order]) != 0]
    starts = np.flatnonzero(first)
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    number = np.empty(len(order), np.int64)
    number[order] = 2 * rank + 1 + opposite[order]
    step = middle.copy()
    step[rows, across] = box[rows, side] + np.where(opposite == 0, -_DOORSTEP, _DOORSTEP)
    return Doors(street, number, centres.place(growth.owner(), step[:, 0] + 1j * step[:, 1]))


def joined(*parts: pa.Array | str) -> pa.Array:
    """Texts put together row by row."""
    return pc.binary_join_element_wise(*parts, "")
