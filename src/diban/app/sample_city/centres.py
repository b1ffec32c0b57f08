"""Where the city is dense: three centres, six towns, and a small place in every other street office."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diban.app.sample_city.plane import Complexes, Floats, Ints

MAIN, TOWN, PLACE = 0, 1, 2

_FIXED_KM = [
    # (east, north), tier, weight, height of the tallest buildings in metres
    *[((2.6, 16.4), MAIN, 1.0, 330.0), ((-9.4, 15.4), MAIN, 0.85, 260.0), ((10.4, 17.6), MAIN, 0.75, 200.0)],
    *[((-17.6, 30.2), TOWN, 0.62, 110.0), ((2.4, 34.2), TOWN, 0.55, 95.0), ((26.2, 32.4), TOWN, 0.6, 110.0)],
    *[((24.0, 21.4), TOWN, 0.3, 80.0), ((40.6, 24.6), TOWN, 0.4, 70.0), ((-8.6, 40.4), TOWN, 0.5, 80.0)],
]
DISTRICTS = len(_FIXED_KM)
_PLACE_WEIGHT = 0.16
_GROUND = 3300.0
"""Land that one building takes, streets included, in square metres."""
_ROOM, _CROWDING = 500_000, 0.8e-6
"""So many buildings the land holds as it is built elsewhere; by how much each one more crowds it."""


@dataclass(frozen=True, slots=True)
class Centres:
    """Points on the board with what grows around them, as far as ``radius`` metres.

    ``crowded`` is 0 where there is room enough; else the share of the ground that small houses take over.
    """

    at: Complexes
    tier: Ints
    peak: Floats
    radius: Floats
    crowded: float

    def reach(self, spots: Complexes) -> tuple[Floats, Ints]:
        """How far out each spot lies, 0 in a centre and 1 at the edge of what is built; and whose it is."""
        away = np.abs(spots[:, None] - self.at) / self.radius
        owner = away.argmin(axis=1)
        return away[np.arange(len(spots)), owner], owner


def fixed_centres() -> Complexes:
    """The middles of the nine districts on the board."""
    return np.array([complex(*place) for place, *_ in _FIXED_KM]) * 1000


def urban(spots: Complexes) -> Floats:
    """How urban the ground is, from 1 in the centres down to 0 far from all."""
    weight = np.array([weight for *_, weight, _ in _FIXED_KM])
    away = (np.abs(spots[:, None] - fixed_centres()) / weight).min(axis=1) / 1000
    share: Floats = np.exp(-((away / 9.0) ** 2))
    return share


def grow_centres(seats: Complexes, buildings: int) -> Centres:
    """The centres of a city with so many buildings; ``seats`` are those of the street offices."""
    fixed = fixed_centres()
    seats = seats[np.abs(seats[:, None] - fixed).min(axis=1) > 1500]
    rest = np.ones(len(seats))
    tier = np.concatenate([[tier for _, tier, *_ in _FIXED_KM], rest * PLACE]).astype(np.int64)
    weight = np.concatenate([[weight for *_, weight, _ in _FIXED_KM], rest * _PLACE_WEIGHT])
    peak = np.concatenate([[peak for *_, peak in _FIXED_KM], rest * 0])
    radius = weight * np.sqrt(buildings * _GROUND / np.pi / (weight**2).sum())
    crowded = max(0, buildings - _ROOM) * _CROWDING
    return Centres(np.concatenate([fixed, seats]), tier, peak, radius, crowded)
