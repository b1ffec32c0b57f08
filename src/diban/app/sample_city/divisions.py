"""Districts (区), street offices (街道) and communities (社区): nested, covering, along the streets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from diban.app.sample_city.centres import fixed_centres, urban
from diban.app.sample_city.land import Land
from diban.app.sample_city.mesh import Mesh, faces, middles
from diban.app.sample_city.plane import Complexes, Floats, Geometries, Ints

OFFICES, COMMUNITIES = 74, 662
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Level:
    """One level of divisions: outlines on the board, codes, and the number of the division above."""

    outlines: Geometries
    codes: list[str]
    above: Ints


@dataclass(frozen=True, slots=True)
class Divisions:
    """Three levels; ``community`` is that of each superblock, ``seats`` the middles of street offices."""

    districts: Level
    offices: Level
    communities: Level
    community: Ints
    seats: Complexes


def divide(mesh: Mesh, land: Land, rng: np.random.Generator) -> Divisions:
    """Superblocks make communities, communities street offices, and these districts."""
    spots = mesh.warp(middles(mesh.cells))
    dense = np.where(mesh.wild, 0.3, 0.4 + 2.0 * urban(spots))
    seeds = _spread(spots, dense, COMMUNITIES, rng)
    community = _nearest(spots, seeds)
    seats = _spread(seeds, 0.4 + urban(seeds), OFFICES, rng)
    office = _nearest(seeds, seats)
    district = _nearest(seats, fixed_centres())
    # Numbered as the codes are: by district, then street office, then community.
    by_district = np.argsort(district, kind="stable")
    office, seats, district = np.argsort(by_district)[office], seats[by_district], district[by_district]
    parts, cell = faces(mesh, land.land)
    present = np.unique(community[cell])
    by_office = present[np.argsort(office[present], kind="stable")]
    place = np.zeros(len(seeds), np.int64)
    place[by_office] = np.arange(len(by_office))
    community, office = place[community], office[by_office]
    communities = _united(parts, community[cell])
    offices = _united(communities, office)
    codes = [f"4403{number + 3:02d}" for number in range(len(fixed_centres()))]
    office_codes = _codes(codes, district)
    return Divisions(
        Level(_united(offices, district), codes, np.zeros(len(codes), np.int64)),
        Level(offices, office_codes, district),
        Level(communities, _codes(office_codes, office), office),
        community,
        seats,
    )


def _spread(spots: Complexes, weight: Floats, count: int, rng: np.random.Generator) -> Complexes:
    """As many points, each the middle of the spots that are nearest to it."""
    seeds = rng.choice(spots, count, replace=False, p=weight / weight.sum())
    for _ in range(_ROUNDS):
        mine = _nearest(spots, seeds)
        total = np.bincount(mine, minlength=count)
        east, north = (np.bincount(mine, part, count) for part in (spots.real, spots.imag))
        seeds = np.where(total > 0, (east + 1j * north) / np.maximum(total, 1), seeds)
    return seeds


def _nearest(spots: Complexes, seeds: Complexes) -> Ints:
    points, tree = _points(spots), shapely.STRtree(_points(seeds))
    found: Ints = tree.query_nearest(points, all_matches=False)[1]
    return found


def _points(spots: Complexes) -> Geometries:
    made: Geometries = shapely.points(spots.real, spots.imag)
    return made


def _united(parts: Geometries, owner: Ints) -> Geometries:
    """One outline for each owner, of parts that meet exactly."""
    order = np.argsort(owner, kind="stable")
    collections = shapely.geometrycollections(parts[order], indices=owner[order])
    united: Geometries = shapely.coverage_union_all(collections[:, None], axis=1)
    return united


def _codes(above: list[str], owner: Ints) -> list[str]:
    """Three digits more than the division above, counted from 001."""
    first = np.searchsorted(owner, owner)
    return [
        f"{above[up]}{number:03d}"
        for up, number in zip(owner, np.arange(len(owner)) - first + 1, strict=True)
    ]
