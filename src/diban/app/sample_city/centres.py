"""Where the city is dense: three centres, six towns, and a small place in every other street office."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from diban.app.sample_city.plane import Complexes, Floats, Ints, board, pairs

MAIN, TOWN, PLACE = 0, 1, 2

_FIXED_KM = [
    # (east, north), tier, height of the tallest buildings in metres
    *[((-0.2, 16.1), MAIN, 330.0), ((10.2, 10.2), MAIN, 230.0), ((-10.6, 12.6), MAIN, 160.0)],
    *[((-15.5, 33.0), TOWN, 95.0), ((6.5, 32.0), TOWN, 85.0), ((22.0, 21.5), TOWN, 100.0)],
    *[((38.5, 24.5), TOWN, 60.0), ((47.5, 13.0), TOWN, 70.0), ((-6.5, 41.5), TOWN, 60.0)],
]
DISTRICTS = len(_FIXED_KM)
OFFICES = 74
_SHARES = {MAIN: (0.17, 0.13, 0.10), TOWN: (0.045,) * 6}
_GROUND = (4300.0, 3600.0, 2600.0)
"""Land that one building takes, streets included, in square metres, by tier."""
_LONGEST_BLOCK = np.array([185.0, 160.0, 115.0])
_CANDIDATES = 60


@dataclass(frozen=True, slots=True)
class Centres:
    """Points on the board with what grows around them; each has a street plan of its own.

    Around a centre, w = u + iv are metres on its straight plan; `place` bends that plan by a
    conformal map, so that streets curve and still cross at right angles.
    """

    at: Complexes
    tier: Ints
    peak: Floats
    radius: Floats
    turn: Complexes
    bend: Complexes

    @property
    def grain(self) -> Floats:
        """The length of a block, in metres."""
        return _LONGEST_BLOCK[self.tier]

    def place(self, owner: Ints, w: Complexes) -> Complexes:
        """Points of the straight plans on the board."""
        placed: Complexes = self.at[owner] + self.turn[owner] * (w + self.bend[owner] * w * w / 2)
        return placed


def centres(land: shapely.Polygon, buildings: int, rng: np.random.Generator) -> Centres:
    """The centres of a city with so many buildings."""
    at = _spread(np.array([complex(*place) * 1000 for place, _, _ in _FIXED_KM]), land, rng)
    rest = OFFICES - DISTRICTS
    tier = np.array([tier for _, tier, _ in _FIXED_KM] + [PLACE] * rest)
    peak = np.array([peak for _, _, peak in _FIXED_KM] + [0.0] * rest)
    fixed = np.array([*_SHARES[MAIN], *_SHARES[TOWN]])
    crumbs = rng.uniform(0.6, 1.4, rest)
    share = np.concatenate([fixed, (1 - fixed.sum()) * crumbs / crumbs.sum()])
    radius = np.sqrt(share * buildings * np.array(_GROUND)[tier] / np.pi)
    turn = np.exp(1j * np.radians(rng.uniform(-25, 25, OFFICES)))
    bend = 0.05 / radius * np.exp(1j * rng.uniform(0, 2 * np.pi, OFFICES))
    return Centres(at, tier, peak, radius, turn, bend)


def _spread(at: Complexes, land: shapely.Polygon, rng: np.random.Generator) -> Complexes:
    """More points on the land, each the one of some candidates that lies farthest from all others."""
    inner = land.buffer(-1200)
    shapely.prepare(inner)
    west, south, east, north = inner.bounds
    while len(at) < OFFICES:
        spots = rng.uniform([west, south], [east, north], (_CANDIDATES, 2))
        spots = spots[shapely.contains_xy(inner, spots)]
        candidates = board(spots)
        nearest = np.abs(candidates[:, None] - at).min(axis=1)
        # Sparser towards the hills in the east.
        room = nearest / (1 + 0.025 * np.maximum(candidates.real / 1000, 0))
        at = np.append(at, candidates[room.argmax()])
    return at


def points(centres: Centres) -> Floats:
    """The centres as points (n, 2) on the board."""
    return pairs(centres.at)
