"""Buildings on their plots: outline and height."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from diban.app.sample_city.plane import Complexes, Flags, Floats, Geometries, Ints, pairs
from diban.app.sample_city.quads import directions, largest_scale
from diban.app.sample_city.zones import OFFICE, ZONES, measure

_C = 0.22
_OUTLINES: tuple[tuple[list[tuple[float, float]], list[tuple[float, float]]], ...] = (
    # (shell, hole) in a unit square
    ([(0, 0), (1, 0), (1, 1), (0, 1)], []),
    ([(0, 0), (1, 0), (1, 0.45), (0.4, 0.45), (0.4, 1), (0, 1)], []),
    ([(0, 0), (1, 0), (1, 1), (0.68, 1), (0.68, 0.4), (0.32, 0.4), (0.32, 1), (0, 1)], []),
    ([(0, 0.5), (0.3, 0.5), (0.3, 0), (0.7, 0), (0.7, 0.5), (1, 0.5), (1, 1), (0, 1)], []),
    (
        [
            *[(0.3, 0), (0.7, 0), (0.7, 0.3), (1, 0.3), (1, 0.7), (0.7, 0.7)],
            *[(0.7, 1), (0.3, 1), (0.3, 0.7), (0, 0.7), (0, 0.3), (0.3, 0.3)],
        ],
        [],
    ),
    ([(_C, 0), (1 - _C, 0), (1, _C), (1, 1 - _C), (1 - _C, 1), (_C, 1), (0, 1 - _C), (0, _C)], []),
    ([(0, 0), (1, 0), (1, 1), (0, 1)], [(0.3, 0.3), (0.3, 0.7), (0.7, 0.7), (0.7, 0.3)]),
)
_SQUARE_ONLY = (4, 5)
_SMALLEST = 5.0


@dataclass(frozen=True, slots=True)
class Stands:
    """The rectangles that buildings fill: middle and direction on the board, half sides (n, 2)."""

    middle: Complexes
    along: Complexes
    half: Floats
    outline: Ints
    turned: Flags


def stand(plots: Complexes, zone: Ints, rng: np.random.Generator) -> tuple[Stands, Flags]:
    """A rectangle inside each plot, along its front; and which plots are built on."""
    count = len(zone)
    ways = directions(plots)
    along = (ways[:, 0] - ways[:, 2]) / np.abs(ways[:, 0] - ways[:, 2])
    middle = plots.mean(axis=1)
    sides = np.abs(np.roll(plots, -1, axis=1) - plots)
    half = np.stack([(sides[:, 0] + sides[:, 2]) / 4, (sides[:, 1] + sides[:, 3]) / 4], axis=1)
    half = half * rng.uniform(measure("filled")[zone, None], 1.0, (count, 2))
    thresholds = np.array([item.shapes for item in ZONES])[zone].cumsum(axis=1)
    outline = (rng.uniform(size=(count, 1)) > thresholds).sum(axis=1).clip(max=len(_OUTLINES) - 1)
    square = np.isin(outline, _SQUARE_ONLY)[:, None]
    half = np.where(square, half.min(axis=1, keepdims=True), half)
    half = half * np.minimum(1.0, largest_scale(plots, middle, along, half))[:, None]
    built = (rng.uniform(size=count) >= measure("empty")[zone]) & (half.min(axis=1) * 2 > _SMALLEST)
    return Stands(middle, along, half, outline, rng.uniform(size=count) < 0.5), built


def footprints(stands: Stands) -> Geometries:
    """The outlines of the buildings on the board."""
    outlines = np.empty(len(stands.middle), np.object_)
    for number, (shell, hole) in enumerate(_OUTLINES):
        these = np.flatnonzero(stands.outline == number)
        rings = [_rings(stands, these, ring) for ring in (shell, hole) if ring]
        if len(these):
            outlines[these] = shapely.polygons(rings[0], rings[1][:, None] if hole else None)
    return outlines


def _rings(stands: Stands, these: Ints, ring: list[tuple[float, float]]) -> Geometries:
    unit = np.array(ring) * 2 - 1
    unit = np.where(stands.turned[these, None, None], -unit, unit) * stands.half[these, None]
    corners = stands.middle[these, None] + stands.along[these, None] * (unit[..., 0] + 1j * unit[..., 1])
    rings: Geometries = shapely.linearrings(pairs(corners))
    return rings


def heights(zone: Ints, peak: Floats, reach: Floats, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Floors and metres: they fall from the middle, most of all those of offices."""
    low, high = np.array([item.floors for item in ZONES])[zone].T
    luck = rng.lognormal(-0.25, 0.5, len(zone)).clip(0.25, 1.6)
    rise = measure("rise")[zone] * peak / 1.6 * np.exp(-((reach / 0.45) ** 2)) * luck
    storey = measure("storey")[zone]
    floors = rng.integers(low, high + 1) + np.round(rise / storey).astype(np.int64)
    crown = np.where(zone == OFFICE, rng.uniform(1.0, 9.0, len(zone)), rng.uniform(0.3, 1.5, len(zone)))
    return floors, np.round(floors * storey + crown, 1)
