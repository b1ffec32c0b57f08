"""The built city, quarter by quarter from the centres outwards, so that any size fits in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from diban.app.sample_city.centres import Centres, grow_centres, urban
from diban.app.sample_city.divisions import Divisions, divide
from diban.app.sample_city.footprints import Stands, footprints, heights, stand
from diban.app.sample_city.land import Land, land_form
from diban.app.sample_city.mesh import Cuts, Mesh, lay_mesh
from diban.app.sample_city.names import Names, word_pairs
from diban.app.sample_city.plane import Floats, Geometries, Ints
from diban.app.sample_city.quarters import Blocks, Parcels, cut_blocks, cut_parcels, cut_plots
from diban.ground import Text, TooLarge

_AT_ONCE = 48
"""Superblocks grown at a time: some ten thousand buildings."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the city grows on: it is the same for every number of buildings but for the centres' reach."""

    land: Land
    mesh: Mesh
    divisions: Divisions
    centres: Centres
    order: Ints
    stock: Names
    seed: int


@dataclass(frozen=True, slots=True)
class Quarter:
    """Some superblocks as they are built.

    ``open`` are the blocks on which nothing can be built. ``cuts`` are all streets, those of the mesh
    first; ``home`` is the superblock of each local one.
    ``parcel`` and ``zone`` are those of each building.
    """

    superblocks: Ints
    blocks: Blocks
    open: Blocks
    cuts: Cuts
    home: Ints
    parcels: Parcels
    parcel: Ints
    zone: Ints
    stands: Stands
    outlines: Geometries
    floors: Ints
    heights: Floats


def plan_city(buildings: int, seed: int) -> Plan:
    """The plan of a city with so many buildings."""
    rng = np.random.default_rng(seed)
    land = land_form(rng)
    mesh = lay_mesh(land, urban, rng)
    divisions = divide(mesh, land, rng)
    centres = grow_centres(divisions.seats, buildings)
    reach, _ = centres.reach(mesh.warp(mesh.cells.corners.mean(axis=1)))
    tame = np.flatnonzero(~mesh.wild)
    order = tame[np.argsort(reach[tame] * rng.uniform(0.88, 1.12, len(tame)), kind="stable")]
    return Plan(land, mesh, divisions, centres, order, word_pairs(rng), seed)


def grow(plan: Plan, buildings: int) -> Iterator[Quarter]:
    """Exactly so many buildings; `TooLarge` at the end when the land has no room for them."""
    left = buildings
    for turn in range(0, len(plan.order), _AT_ONCE):
        if left == 0:
            return
        rng = np.random.default_rng([plan.seed, 1, turn])
        quarter = _built(plan, plan.order[turn : turn + _AT_ONCE], left, rng)
        left -= len(quarter.parcel)
        yield quarter
    if left:
        raise TooLarge(
            Text(zh="这块地容不下这么多建筑物", en="the land has no room for so many buildings"),
            field="buildings",
            limit=buildings - left,
        )


def _built(plan: Plan, chosen: Ints, most: int, rng: np.random.Generator) -> Quarter:
    blocks, bare, cuts, home = cut_blocks(plan.mesh, chosen, plan.centres, plan.land, rng)
    nearest_first = np.argsort(
        np.argsort(chosen)[np.searchsorted(np.sort(chosen), blocks.superblock)], kind="stable"
    )
    blocks = blocks.take(nearest_first)
    parcels = cut_parcels(blocks, cuts)
    plots, parcel = cut_plots(parcels, blocks.zone[parcels.block])
    stands, built = stand(plots, blocks.zone[parcels.block][parcel], rng)
    kept = np.flatnonzero(built)[:most]
    stands = Stands(*(getattr(stands, name)[kept] for name in Stands.__slots__))
    parcel = parcel[kept]
    if len(kept) == most:  # the city ends with this block
        parcels = parcels.take(parcels.block <= parcels.block[parcel[-1]])
        chosen = np.unique(blocks.superblock[: parcels.block[-1] + 1])
    block = parcels.block[parcel]
    peak = plan.centres.peak[blocks.centre[block]]
    floors, metres = heights(blocks.zone[block], peak, blocks.reach[block], rng)
    return Quarter(
        *(
            chosen,
            blocks,
            bare.take(np.isin(bare.superblock, chosen)),
            cuts,
            home,
            parcels,
            parcel,
            blocks.zone[block],
            stands,
        ),
        *(footprints(stands), floors, metres),
    )
