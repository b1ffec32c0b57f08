"""The built city on the board: which blocks are built up, with which buildings, how high."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from diban.app.sample_city.centres import Centres
from diban.app.sample_city.footprints import Plots, footprints, plots
from diban.app.sample_city.plane import Flags, Floats, Geometries, Ints
from diban.app.sample_city.streets import Blocks, Streets, block_polygons, lay_out, used
from diban.app.sample_city.zones import OFFICE, ZONES, measure, zone_of
from diban.ground import Text, TooLarge

COAST = 170.0
"""How far from the shore blocks begin, in metres; the shore road lies between."""

_APART = 1.12


@dataclass(frozen=True, slots=True)
class Growth:
    """Blocks with their zones and polygons (without the streets), streets as far as they are used,
    and buildings: outline, plot, and floors; `heights` tells metres."""

    blocks: Blocks
    zone: Ints
    polygons: Geometries
    streets: Streets
    plots: Plots
    outlines: Geometries
    floors: Ints
    heights: Floats

    def owner(self) -> Ints:
        """The centre of each building."""
        return self.blocks.owner[self.plots.block]

    def kind(self) -> Ints:
        """The zone of each building."""
        return self.zone[self.plots.block]


def grow(land: shapely.Polygon, centres: Centres, buildings: int, rng: np.random.Generator) -> Growth:
    """Exactly so many buildings: places fill from their middles outwards, all at one pace."""
    blocks, streets = lay_out(centres, rng)
    reach = _reach(blocks, centres, rng)
    free = _free(blocks, centres, land, reach)
    order = np.flatnonzero(free)[np.argsort(reach[free], kind="stable")]
    blocks, reach = blocks.take(order), reach[order]
    zone = zone_of(centres.tier[blocks.owner], reach, rng)
    chosen = plots(blocks.inside(streets), zone, rng)
    if len(chosen.block) < buildings:
        raise TooLarge(
            Text(zh="这块地容不下这么多建筑物", en="the land has no room for so many buildings"),
            field="buildings",
            limit=len(chosen.block),
        )
    chosen = Plots(*(getattr(chosen, name)[:buildings] for name in Plots.__slots__))
    last = int(chosen.block[-1]) + 1
    blocks, zone, reach = blocks.take(np.arange(last)), zone[:last], reach[:last]
    owner = blocks.owner[chosen.block]
    floors, heights = _heights(zone[chosen.block], centres.peak[owner], reach[chosen.block], rng)
    return Growth(
        blocks=blocks,
        zone=zone,
        polygons=block_polygons(centres, blocks.owner, blocks.inside(streets)),
        streets=used(streets, blocks),
        plots=chosen,
        outlines=footprints(centres, owner, chosen),
        floors=floors,
        heights=heights,
    )


def _reach(blocks: Blocks, centres: Centres, rng: np.random.Generator) -> Floats:
    """How far out a block lies: 0 in the middle, 1 at the edge its place is meant to have."""
    middle = blocks.middle()
    angle = np.angle(middle)
    lobes = rng.uniform(0, 2 * np.pi, (2, len(centres.at)))[:, blocks.owner]
    uneven = 1 + 0.16 * np.sin(2 * angle + lobes[0]) + 0.10 * np.sin(3 * angle + lobes[1])
    reach: Floats = np.abs(middle) / centres.radius[blocks.owner] * uneven
    return reach


def _free(blocks: Blocks, centres: Centres, land: shapely.Polygon, reach: Floats) -> Flags:
    """Whether a block lies on dry land, and clearly within its own place and no other's."""
    polygons = block_polygons(centres, blocks.owner, blocks.box)
    inner = land.buffer(-COAST)
    shapely.prepare(inner)
    middle = centres.place(blocks.owner, blocks.middle())
    # A few blocks at a time: every block against every centre would not fit for a large city.
    nearest = np.concatenate(
        [
            np.partition(np.abs(part[:, None] - centres.at) / centres.radius, 1, axis=1)[:, 1]
            for part in np.array_split(middle, len(middle) // 50_000 + 1)
        ]
    )
    free: Flags = shapely.contains(inner, polygons) & (reach * _APART < nearest)
    return free


def _heights(kind: Ints, peak: Floats, reach: Floats, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Floors and metres: they fall from the middle, most of all those of offices."""
    low, high = np.array([zone.floors for zone in ZONES])[kind].T
    luck = rng.lognormal(-0.25, 0.5, len(kind)).clip(0.25, 1.6)
    rise = measure("rise")[kind] * peak / 1.6 * np.exp(-((reach / 0.45) ** 2)) * luck
    storey = measure("storey")[kind]
    floors = rng.integers(low, high + 1) + np.round(rise / storey).astype(np.int64)
    crown = np.where(kind == OFFICE, rng.uniform(1.0, 9.0, len(kind)), rng.uniform(0.3, 1.5, len(kind)))
    return floors, np.round(floors * storey + crown, 1)
