"""Streets cut blocks: one plan for the whole city, halved again and again; each cut is a street.

The plan is straight-lined; `Mesh.warp` gives it the sway of a grown city. Nothing that is apart on
the plan meets on the board.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

from diban.app.sample_city.land import Land
from diban.app.sample_city.plane import Complexes, Flags, Floats, Geometries, Ints, Ripples, pairs
from diban.app.sample_city.quads import between, lengthwise, polygons, spans

EXPRESSWAY, PRIMARY, SECONDARY, LOCAL = 1, 2, 3, 4
WIDTHS = np.array([0.0, 58.0, 42.0, 26.0, 14.0])
"""From kerb to kerb in metres, by grade."""

_ROOT_KM = np.array([-34 - 2j, 69 + 2j, 72 + 51j, -31 + 57j])
_DENSE, _SPARSE, _WILD = 700.0, 1500.0, 2600.0
_REACH = np.array([11000.0, 2700.0, 560.0])
"""A cut of a cell that long is an expressway, a primary, or a secondary road."""
_SAMPLES = np.linspace(0.02, 0.98, 5)


Urban = Callable[[Complexes], Floats]


@dataclass(frozen=True, slots=True)
class Cells:
    """Corners on the plan (n, 4), and the number of the street at each side."""

    corners: Complexes
    sides: Ints

    def take(self, chosen: Ints | Flags) -> Cells:
        """Some of them."""
        return Cells(self.corners[chosen], self.sides[chosen])


@dataclass(frozen=True, slots=True)
class Cuts:
    """Streets as straight lines on the plan, from ``start`` to ``end``, with their grade."""

    start: Complexes
    end: Complexes
    grade: Ints

    @classmethod
    def joined(cls, parts: list[Cuts]) -> Cuts:
        """All of them, in order."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__))


@dataclass(frozen=True, slots=True)
class Mesh:
    """The superblocks and the streets around them; ``wild`` where nothing can be built."""

    ripples: Ripples
    cells: Cells
    cuts: Cuts
    wild: Flags

    def warp(self, plan: Complexes) -> Complexes:
        """Points of the plan on the board."""
        return self.ripples(plan)


def lay_mesh(land: Land, urban: Urban, rng: np.random.Generator) -> Mesh:
    """Cut the city into superblocks, small where it is ``urban`` (0 to 1), large in the hills."""
    ripples = Ripples.of(rng, [(27000, 620), (9500, 125), (3600, 26)])
    root = _ROOT_KM * 1000
    cells = Cells(root[None], np.arange(4)[None])
    cuts = [Cuts(root, np.roll(root, -1), np.full(4, PRIMARY))]
    known, done, wild = 4, [], []
    while len(cells.corners):
        on_land, buildable = _sampled(cells, ripples, land)
        cells, buildable = cells.take(on_land), buildable[on_land]
        longest = np.maximum(*spans(cells.corners))
        wanted = _SPARSE + (_DENSE - _SPARSE) * urban(ripples(middles(cells)))
        ready = longest < np.where(buildable, wanted, _WILD) * rng.uniform(0.8, 1.2, len(longest))
        done.append(cells.take(ready))
        wild.append(~buildable[ready])
        made, cells = cut(cells.take(~ready), known, rng)
        cuts.append(made)
        known += len(made.grade)
    corners, sides = (np.concatenate([getattr(part, name) for part in done]) for name in Cells.__slots__)
    return Mesh(ripples, Cells(corners, sides), Cuts.joined(cuts), np.concatenate(wild))


def _sampled(cells: Cells, ripples: Ripples, land: Land) -> tuple[Flags, Flags]:
    """Whether any point of a cell lies on land, and any where blocks can be."""
    u, v = (axis.ravel() for axis in np.meshgrid(_SAMPLES, _SAMPLES))
    spots = pairs(ripples(between(cells.corners[:, None], u, v)))
    found = []
    for ground in (land.land, land.building):
        shapely.prepare(ground)
        found.append(shapely.contains_xy(ground, spots[..., 0], spots[..., 1]))
    large = np.maximum(*spans(cells.corners)) > _WILD
    return found[0].any(axis=1) | large, (found[1].mean(axis=1) > 0.08) | large


def cut(cells: Cells, known: int, rng: np.random.Generator) -> tuple[Cuts, Cells]:
    """One street across the longer side of each cell; its number continues after ``known``."""
    corners, sides = lengthwise(cells.corners, cells.sides)
    count = len(corners)
    length, _ = spans(corners)
    grade = 1 + (length[:, None] < _REACH).sum(axis=1)
    # Great roads lie askew; small ones halve or third their cell, and so meet those next to it.
    free = grade < SECONDARY
    lower = np.where(free, rng.uniform(0.42, 0.58, count), rng.choice([0.5, 0.5, 0.46, 0.54], count))
    upper = lower + np.where(free, rng.normal(0, 0.045, count), 0)
    start = corners[:, 0] + lower * (corners[:, 1] - corners[:, 0])
    end = corners[:, 3] + upper * (corners[:, 2] - corners[:, 3])
    number = known + np.arange(count)
    left = np.stack([corners[:, 0], start, end, corners[:, 3]], axis=1)
    right = np.stack([start, corners[:, 1], corners[:, 2], end], axis=1)
    sides_left, sides_right = sides.copy(), sides.copy()
    sides_left[:, 1] = sides_right[:, 3] = number
    halves = Cells(np.concatenate([left, right]), np.concatenate([sides_left, sides_right]))
    return Cuts(start, end, grade), halves


def street_runs(
    cuts: Cuts, ripples: Ripples, grounds: list[shapely.Geometry], step: float = 45.0
) -> tuple[Geometries, Ints]:
    """The streets on the board as far as they run over their ground (one by grade, from 1).

    Returns lines, and the number of the street of each; a bay or a hill cuts a street in two.
    """
    way = cuts.end - cuts.start
    counts = np.maximum(2, np.ceil(np.abs(way) / step).astype(np.int64) + 1)
    street = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(street)) - np.repeat(counts.cumsum() - counts, counts)
    spots = ripples(cuts.start[street] + way[street] * place / (counts[street] - 1))
    runs = np.zeros(len(street), bool)
    for grade, ground in enumerate(grounds, 1):
        shapely.prepare(ground)
        mine = cuts.grade[street] == grade
        runs[mine] = shapely.contains_xy(ground, pairs(spots[mine]))
    begins = runs & np.r_[True, (street[1:] != street[:-1]) | ~runs[:-1]]
    run = begins.cumsum() - 1
    enough = np.bincount(run[runs], minlength=run.max(initial=0) + 1) > 1
    runs &= enough[run]
    _, renumbered = np.unique(run[runs], return_inverse=True)
    lines: Geometries = shapely.linestrings(pairs(spots[runs]), indices=renumbered)
    return shapely.simplify(lines, 0.05), street[begins & enough[run]]


def faces(mesh: Mesh, land: shapely.Polygon) -> tuple[Geometries, Ints]:
    """The land cut along the mesh, without gap or overlap; and the superblock of each piece."""
    way = mesh.cuts.end - mesh.cuts.start
    over = way / np.abs(way) * 2.0  # a little too long, so that no cut falls short of the next
    ends = np.stack([mesh.cuts.start - over, mesh.cuts.end + over], axis=1)
    straight = shapely.segmentize(shapely.linestrings(pairs(ends)), 120)
    lines = mesh.ripples.bend(straight)
    noded = shapely.union_all([*lines, land.boundary], grid_size=0.01)
    parts = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inner = shapely.point_on_surface(parts)
    shapely.prepare(land)
    on_land = shapely.contains(land, inner)
    parts, inner = parts[on_land], inner[on_land]
    bent = mesh.ripples.bend(shapely.segmentize(polygons(mesh.cells.corners), 120))
    cell = shapely.STRtree(bent).query_nearest(inner, all_matches=False)[1]
    return parts, cell


def middles(cells: Cells) -> Complexes:
    """The middle of each cell."""
    at: Complexes = cells.corners.mean(axis=1)
    return at
