"""Blocks hold plots and plots hold buildings, with set-backs, along the streets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from diban.app.sample_city.centres import Centres
from diban.app.sample_city.plane import Flags, Floats, Geometries, Ints, pairs
from diban.app.sample_city.zones import ZONES, measure

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


@dataclass(frozen=True, slots=True)
class Plots:
    """Where buildings may stand: the block of each, its box on the plan, and its outline's number."""

    block: Ints
    box: Floats
    outline: Ints
    turned: Flags


def plot_counts(inside: Floats, zone: Ints) -> Ints:
    """How many plots a block of this size has along u and along v, (n, 2)."""
    edge, size = measure("edge")[zone, None], np.array([item.plot for item in ZONES])[zone]
    room = inside[:, 2:] - inside[:, :2] - 2 * edge
    counts: Ints = np.maximum(1, np.round(room / size)).astype(np.int64)
    return counts


def plots(inside: Floats, zone: Ints, rng: np.random.Generator) -> Plots:
    """The plots that are built on, block by block, each with the box that its building fills."""
    counts = plot_counts(inside, zone)
    total = counts.prod(axis=1)
    block = np.repeat(np.arange(len(zone)), total)
    order = np.arange(len(block)) - np.repeat(total.cumsum() - total, total)
    cell = np.stack([order % counts[block, 0], order // counts[block, 0]], axis=1)
    built = rng.uniform(size=len(block)) >= measure("empty")[zone[block]]
    block, cell = block[built], cell[built]
    kind = zone[block]
    edge, gap = measure("edge")[kind, None], measure("gap")[kind, None]
    low, high = inside[block, :2] + edge - gap / 2, inside[block, 2:] - edge + gap / 2
    size = (high - low) / counts[block]
    room = np.maximum(size - gap, 5.0)
    share = rng.uniform(measure("filled")[kind, None], 1.0, (len(block), 2))
    corner = low + size * cell + (size - room) / 2
    outline = _outlines(kind, rng)
    # Towers stand on squares.
    square = np.isin(outline, _SQUARE_ONLY)[:, None]
    built_size = np.where(square, (room * share).min(axis=1, keepdims=True), room * share)
    start = corner + (room - built_size) * rng.choice([0.0, 0.5, 1.0], (len(block), 2))
    return Plots(block, np.hstack([start, start + built_size]), outline, rng.uniform(size=len(block)) < 0.5)


def _outlines(kind: Ints, rng: np.random.Generator) -> Ints:
    thresholds = np.array([zone.shapes for zone in ZONES])[kind].cumsum(axis=1)
    outline: Ints = (rng.uniform(size=(len(kind), 1)) > thresholds).sum(axis=1).clip(max=len(_OUTLINES) - 1)
    return outline


def footprints(centres: Centres, owner: Ints, chosen: Plots) -> Geometries:
    """Outlines of the buildings on the board; ``owner`` is the centre of each."""
    polygons = np.empty(len(owner), np.object_)
    for number, (shell, hole) in enumerate(_OUTLINES):
        these = np.flatnonzero(chosen.outline == number)
        rings = [_ring(centres, owner[these], chosen, these, ring) for ring in (shell, hole) if ring]
        holes = None if len(rings) == 1 else rings[1][:, None]
        if len(these):
            polygons[these] = shapely.polygons(rings[0], holes)
    return polygons


def _ring(
    centres: Centres, owner: Ints, chosen: Plots, these: Ints, ring: list[tuple[float, float]]
) -> Geometries:
    unit = np.array(ring)
    turned = chosen.turned[these, None, None]
    unit = np.where(turned, 1 - unit, unit)
    low, high = chosen.box[these, None, :2], chosen.box[these, None, 2:]
    corners = low + (high - low) * unit
    w = corners[..., 0] + 1j * corners[..., 1]
    rings: Geometries = shapely.linearrings(pairs(centres.place(owner[:, None], w)))
    return rings
