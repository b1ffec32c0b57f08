"""What a block is used for, and how its parcels, plots and buildings are measured out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diban.app.sample_city.plane import Floats, Ints


@dataclass(frozen=True, slots=True)
class Zone:
    """One way to build a block, in metres.

    ``use`` is the code that parcels and buildings carry. ``block`` is how long a block is,
    ``parcel`` and ``plot`` their sizes along the street and away from it, ``edge`` the set-back
    from the parcel's border, ``gap`` the space between neighbours, ``filled`` the smallest share of
    a plot's sides that is built on, ``empty`` the share of plots left open. ``floors`` at the
    outskirts, ``rise`` how much of the centre's peak is added in the middle, ``storey`` its height.
    ``shapes`` weighs the outlines of `footprints`.
    """

    use: str
    block: float
    parcel: tuple[float, float]
    edge: float
    plot: tuple[float, float]
    gap: float
    filled: float
    empty: float
    floors: tuple[int, int]
    rise: float
    storey: float
    shapes: tuple[float, ...]


# outlines:                    bar   L     U     T   cross  cut  court
_TOWERS, _SLABS = (0.38, 0.06, 0.00, 0.06, 0.10, 0.36, 0.04), (0.58, 0.08, 0.00, 0.10, 0.24, 0.0, 0.0)
_HOUSES, _SHEDS = (0.84, 0.16, 0.0, 0.0, 0.0, 0.0, 0.0), (0.72, 0.18, 0.10, 0.0, 0.0, 0.0, 0.0)
_HALLS = (0.14, 0.26, 0.32, 0.10, 0.0, 0.0, 0.18)

ZONES = (
    Zone("02", 165, (78, 70), 7.0, (80, 72), 2.0, 0.62, 0.05, (5, 12), 1.00, 4.2, _TOWERS),
    Zone("01", 205, (165, 88), 5.5, (62, 35), 12.0, 0.76, 0.05, (6, 13), 0.42, 3.0, _SLABS),
    Zone("03", 150, (62, 56), 2.5, (16, 14), 2.4, 0.84, 0.07, (3, 8), 0.00, 3.1, _HOUSES),
    Zone("04", 250, (128, 104), 7.0, (112, 46), 9.0, 0.80, 0.06, (1, 6), 0.00, 5.2, _SHEDS),
    Zone("05", 215, (170, 110), 8.0, (84, 58), 15.0, 0.72, 0.20, (3, 7), 0.06, 3.8, _HALLS),
    Zone("06", 260, (260, 200), 16.0, (72, 62), 26.0, 0.40, 0.93, (1, 2), 0.00, 4.0, _HOUSES),
)
OFFICE, HOMES, VILLAGE, WORKS, PUBLIC, PARK = range(6)

_RINGS = np.array([0.30, 0.72])
_MIX = np.array(
    [
        # from the middle outwards; shares of office, homes, village, works, public, park
        [
            (0.60, 0.24, 0.00, 0.00, 0.08, 0.08),
            (0.18, 0.62, 0.04, 0.00, 0.10, 0.06),
            (0.05, 0.58, 0.08, 0.14, 0.09, 0.06),
        ],
        [
            (0.36, 0.46, 0.02, 0.00, 0.10, 0.06),
            (0.06, 0.58, 0.09, 0.14, 0.08, 0.05),
            (0.00, 0.36, 0.12, 0.42, 0.06, 0.04),
        ],
        [
            (0.04, 0.48, 0.26, 0.06, 0.12, 0.04),
            (0.00, 0.36, 0.26, 0.28, 0.06, 0.04),
            (0.00, 0.30, 0.24, 0.40, 0.03, 0.03),
        ],
    ]
)


def zone_of(tier: Ints, reach: Floats, crowded: float, rng: np.random.Generator) -> Ints:
    """A zone by draw; ``reach`` is 0 in the middle of its place and 1 at the edge.

    ``crowded`` is the share of all else that is built over with the small houses of old villages.
    """
    mix = _MIX * (1 - crowded)
    mix[..., VILLAGE] += crowded
    thresholds = mix[tier, np.searchsorted(_RINGS, reach)].cumsum(axis=1)
    zone: Ints = (rng.uniform(size=(len(tier), 1)) > thresholds).sum(axis=1).clip(max=PARK)
    return zone


def measure(name: str) -> Floats:
    """One measure of every zone, in the order of `ZONES`; (6,) or (6, 2)."""
    return np.array([getattr(zone, name) for zone in ZONES], np.float64)
