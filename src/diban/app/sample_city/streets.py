"""Streets cut blocks: every plan is divided again and again, and each cut is a street."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from diban.app.sample_city.centres import Centres
from diban.app.sample_city.plane import Complexes, Flags, Floats, Geometries, Ints, pairs

PRIMARY, SECONDARY, LOCAL = 2, 3, 4
_GRADES = np.array([PRIMARY, SECONDARY, LOCAL])
_WIDTHS = np.array([40.0, 26.0, 15.0])
_LONG = np.array([1100.0, 480.0])
_SAMPLES = 25
_SIDE = np.linspace(0, 1, 7)[:-1]


@dataclass(frozen=True, slots=True)
class Streets:
    """Straight streets on the plans of their owners (indices of centres).

    A street with ``upright`` runs along v at u = ``at``, else along u at v = ``at``; from ``low``
    to ``high``. ``width`` in metres, from kerb to kerb.
    """

    owner: Ints
    upright: Flags
    at: Floats
    low: Floats
    high: Floats
    width: Floats
    grade: Ints

    def along(self, street: Ints, where: Floats) -> Complexes:
        """Points on streets: ``where`` is measured along each, as low and high are."""
        across = np.broadcast_to(self.at[street], where.shape)
        upright = np.broadcast_to(self.upright[street], where.shape)
        return np.where(upright, across + 1j * where, where + 1j * across)


@dataclass(frozen=True, slots=True)
class Blocks:
    """Rectangles of the plans between centre lines: ``box`` (n, 4) is u0, v0, u1, v1.

    ``sides`` (n, 4) are the streets at the left, bottom, right and top.
    """

    owner: Ints
    box: Floats
    sides: Ints

    def take(self, chosen: Ints) -> Blocks:
        """Some of the blocks, by number."""
        return Blocks(self.owner[chosen], self.box[chosen], self.sides[chosen])

    def inside(self, streets: Streets) -> Floats:
        """The boxes without their halves of the streets."""
        half = streets.width[self.sides] / 2
        return self.box + half * [1, 1, -1, -1]

    def middle(self) -> Complexes:
        """The middles, on the plans."""
        return (self.box[:, 0] + self.box[:, 2]) / 2 + 1j * (self.box[:, 1] + self.box[:, 3]) / 2


def lay_out(centres: Centres, rng: np.random.Generator) -> tuple[Blocks, Streets]:
    """The plan of every centre, out to somewhat more than its radius."""
    half, owner = centres.radius * 1.75, np.arange(len(centres.at))
    edges = [(True, -half), (False, -half), (True, half), (False, half)]
    streets = [
        _street(owner, np.full(len(half), upright), at, -half, half, 2 * half) for upright, at in edges
    ]
    boxes = np.stack([-half, -half, half, half], axis=1)
    sides = np.arange(4 * len(owner)).reshape(4, -1).T
    known, done = 4 * len(owner), []
    while len(boxes):
        long = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
        cut = long > centres.grain[owner] * rng.uniform(1.1, 1.6, len(long))
        done.append(Blocks(owner[~cut], boxes[~cut], sides[~cut]))
        owner, boxes, sides = owner[cut], boxes[cut], sides[cut]
        made, boxes, sides = _cut(owner, boxes, sides, known, rng)
        streets.append(made)
        known, owner = known + len(owner), np.tile(owner, 2)
    blocks = Blocks(*(np.concatenate([getattr(part, name) for part in done]) for name in Blocks.__slots__))
    return blocks, Streets(
        *(np.concatenate([getattr(part, name) for part in streets]) for name in Streets.__slots__)
    )


def _cut(
    owner: Ints, boxes: Floats, sides: Ints, known: int, rng: np.random.Generator
) -> tuple[Streets, Floats, Ints]:
    """One street across the longer side of each box; its number continues after ``known``."""
    size = boxes[:, 2:] - boxes[:, :2]
    upright = size[:, 0] >= size[:, 1]
    rows, axis = np.arange(len(boxes)), np.where(upright, 0, 1)
    at = boxes[rows, axis] + size[rows, axis] * rng.uniform(0.42, 0.58, len(boxes))
    made = _street(
        owner, upright, at, boxes[rows, 1 - axis], boxes[rows, 3 - axis], size.max(axis=1, initial=0)
    )
    before, after, streets = boxes.copy(), boxes.copy(), (sides.copy(), sides.copy())
    before[rows, axis + 2] = after[rows, axis] = at
    streets[0][rows, axis + 2] = streets[1][rows, axis] = known + rows
    return made, np.concatenate([before, after]), np.concatenate(streets)


def _street(owner: Ints, upright: Flags, at: Floats, low: Floats, high: Floats, cut: Floats) -> Streets:
    """Streets that cut boxes of a length ``cut``: the longer, the wider."""
    rank = (cut[:, None] < _LONG).sum(axis=1)
    return Streets(owner, upright, at, low, high, _WIDTHS[rank], _GRADES[rank])


def used(streets: Streets, blocks: Blocks) -> Streets:
    """The streets, each only as long as these blocks lie along it; ``low > high`` where none does."""
    low, high = np.full(len(streets.at), np.inf), np.full(len(streets.at), -np.inf)
    for side, (first, last) in enumerate([(1, 3), (0, 2), (1, 3), (0, 2)]):
        np.minimum.at(low, blocks.sides[:, side], blocks.box[:, first])
        np.maximum.at(high, blocks.sides[:, side], blocks.box[:, last])
    return Streets(streets.owner, streets.upright, streets.at, low, high, streets.width, streets.grade)


def street_lines(centres: Centres, streets: Streets, chosen: Ints) -> Geometries:
    """Centre lines on the board."""
    low, high = streets.low[chosen, None], streets.high[chosen, None]
    where = low + (high - low) * np.linspace(0, 1, _SAMPLES)
    w = streets.along(chosen[:, None], where)
    lines: Geometries = shapely.linestrings(pairs(centres.place(streets.owner[chosen, None], w)))
    simpler: Geometries = shapely.simplify(lines, 0.05)
    return simpler


def block_polygons(centres: Centres, owner: Ints, boxes: Floats) -> Geometries:
    """Boxes of the plans as polygons on the board, their sides bent like the streets."""
    u0, v0, u1, v1 = (boxes[:, [side]] for side in range(4))
    go, back = _SIDE, 1 - _SIDE
    u = np.hstack([u0 + (u1 - u0) * go, u1 + 0 * go, u0 + (u1 - u0) * back, u0 + 0 * go])
    v = np.hstack([v0 + 0 * go, v0 + (v1 - v0) * go, v1 + 0 * go, v0 + (v1 - v0) * back])
    polygons: Geometries = shapely.polygons(pairs(centres.place(owner[:, None], u + 1j * v)))
    return polygons
