"""Quarters: superblocks cut into blocks by local streets, blocks into parcels, parcels into plots."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from diban.app.sample_city.centres import Centres
from diban.app.sample_city.land import Land
from diban.app.sample_city.mesh import WIDTHS, Cells, Cuts, Mesh, cut
from diban.app.sample_city.plane import Complexes, Flags, Floats, Ints
from diban.app.sample_city.quads import between, grid, inset, lengthwise, polygons, spans
from diban.app.sample_city.zones import measure, zone_of

_PAVEMENT = 3.0
"""Between kerb and parcel; also makes up for the bend of a street along a straight block."""
_NARROWEST = 28.0
_SAME = 0.72
"""The share of blocks that are like their superblock."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks on the plan, with the superblock, zone, reach and centre of each, and their ``inner``
    corners on the board, without the streets."""

    cells: Cells
    superblock: Ints
    zone: Ints
    reach: Floats
    centre: Ints
    inner: Complexes

    def take(self, chosen: Ints | Flags) -> Blocks:
        """Some of them."""
        rest = (getattr(self, name)[chosen] for name in self.__slots__[1:])
        return Blocks(self.cells.take(chosen), *rest)


@dataclass(frozen=True, slots=True)
class Parcels:
    """Parcels on the board, the block of each, the street it fronts and where along it.

    ``front`` numbers streets; ``along`` is in metres from the street's start, ``left`` the side.
    ``door`` is the middle of the front on the board.
    """

    corners: Complexes
    block: Ints
    front: Ints
    along: Floats
    left: Flags
    door: Complexes

    def take(self, chosen: Ints | Flags) -> Parcels:
        """Some of them."""
        return Parcels(*(getattr(self, name)[chosen] for name in self.__slots__))


def cut_blocks(
    mesh: Mesh, chosen: Ints, centres: Centres, land: Land, rng: np.random.Generator
) -> tuple[Blocks, Blocks, Cuts, Ints]:
    """The blocks of some superblocks, and those that cannot be built on; all streets, those of the mesh
    first, and the superblock of each local one."""
    cells, superblock = mesh.cells.take(chosen), chosen
    reach, owner = centres.reach(mesh.warp(cells.corners.mean(axis=1)))
    zone = zone_of(centres.tier[owner], reach, centres.crowded, rng)
    known, done, streets, home = len(mesh.cuts.grade), [], [mesh.cuts], []
    while len(superblock):
        longest = np.maximum(*spans(cells.corners))
        ready = longest < measure("block")[zone] * rng.uniform(0.95, 1.35, len(longest))
        done.append((cells.take(ready), superblock[ready], zone[ready]))
        made, cells = cut(cells.take(~ready), known, rng)
        # Within a superblock even a long cut is a local street.
        streets.append(Cuts(made.start, made.end, np.maximum(made.grade, 4)))
        known += len(made.grade)
        home.append(superblock[~ready])
        superblock, zone = (np.tile(part[~ready], 2) for part in (superblock, zone))
    corners, sides = (np.concatenate([getattr(cell, name) for cell, *_ in done]) for name in Cells.__slots__)
    superblock, zone = (np.concatenate([part[k] for part in done]) for k in (1, 2))
    cells, cuts = Cells(*lengthwise(corners, sides)), Cuts.joined(streets)
    inner, left = clear(mesh, cells, cuts, land)
    reach, owner = centres.reach(mesh.warp(cells.corners).mean(axis=1))
    other = rng.uniform(size=len(zone)) > _SAME
    drawn = zone_of(centres.tier[owner], reach, centres.crowded, rng)
    zone = np.where(other, drawn, zone)
    blocks = Blocks(cells, superblock, zone, reach, owner, inner)
    return blocks.take(left), blocks.take(~left), cuts, np.concatenate(home)


def clear(mesh: Mesh, cells: Cells, cuts: Cuts, land: Land) -> tuple[Complexes, Flags]:
    """Cells on the board, drawn in by half the width of the streets around; and which can be built on."""
    inner, left = inset(mesh.warp(cells.corners), WIDTHS[cuts.grade[cells.sides]] / 2 + _PAVEMENT)
    left &= np.minimum(*spans(inner)) > _NARROWEST
    shapely.prepare(land.building)
    left[left] = shapely.contains(land.building, polygons(inner[left]))
    return inner, left


def cut_parcels(blocks: Blocks, cuts: Cuts) -> Parcels:
    """One or two rows of parcels in each block, each row along its street."""
    size = measure("parcel")[blocks.zone]
    across, deep = spans(blocks.inner)
    columns = np.maximum(1, np.round(across / size[:, 0])).astype(np.int64)
    rows = np.where(deep > 1.45 * size[:, 1], 2, 1)
    corners, block, row = grid(blocks.inner, columns, rows)
    far = (row == 1)[:, None]
    corners = np.where(far, np.roll(corners, -2, axis=1), corners)  # side 0 is the front
    front = np.where(row == 1, blocks.cells.sides[block, 2], blocks.cells.sides[block, 0])
    # Where along the street: as on the plan, where the street is straight.
    first = np.r_[0, np.flatnonzero(np.diff(block)) + 1]
    place = np.arange(len(block)) - np.repeat(first, np.diff(np.r_[first, len(block)]))
    u = (place % columns[block] + 0.5) / columns[block]
    spot = between(blocks.cells.corners[block], u, np.where(row == 1, 1.0, 0.0))
    way = cuts.end[front] - cuts.start[front]
    along = ((spot - cuts.start[front]) * way.conj()).real / np.abs(way)
    middle = blocks.cells.corners[block].mean(axis=1)
    left = ((middle - cuts.start[front]) * way.conj()).imag > 0
    return Parcels(corners, block, front, along, left, corners[:, :2].mean(axis=1))


def cut_plots(parcels: Parcels, zone: Ints) -> tuple[Complexes, Ints]:
    """Plots that one building each can stand on, inside the set-backs; and the parcel of each."""
    inner, left = inset(parcels.corners, measure("edge")[zone, None])
    parcel = np.flatnonzero(left)
    inner, gap = inner[left], measure("gap")[zone[parcel]]
    size = measure("plot")[zone[parcel]]
    across, deep = spans(inner)
    columns, rows = (
        np.maximum(1, np.floor((span + gap) / size[:, axis] + 0.35)).astype(np.int64)
        for axis, span in enumerate((across, deep))
    )
    plots, owner, _ = grid(inner, columns, rows)
    alone = (columns * rows == 1)[owner]
    drawn, stays = inset(plots, np.where(alone, 0.0, gap[owner] / 2)[:, None])
    return drawn[stays], parcel[owner[stays]]
