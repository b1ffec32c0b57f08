"""What a block is used for, and how its plots and buildings are measured out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diban.app.sample_city.plane import Floats, Ints


@dataclass(frozen=True, slots=True)
class Zone:
    """One way to build a block, in metres.

    ``plot`` is the size of a plot along u and v, ``edge`` the set-back from the street, ``gap``
    the space between neighbours, ``filled`` the smallest share of a plot's sides that is built on,
    ``empty`` the share of plots left open. ``floors`` at the outskirts, ``rise`` how much of the
    centre's peak is added in the middle, ``storey`` its height. ``shapes`` weighs the outlines of
    `footprints`. ``use`` is the code that buildings carry.
    """

    use: str
    plot: tuple[float, float]
    edge: float
    gap: float
    filled: float
    empty: float
    floors: tuple[int, int]
    rise: float
    storey: float
    shapes: tuple[float, ...]


ZONES = (
    # outlines:                                                  bar   L     U     T   cross  cut  court
    Zone("02", (78, 78), 9, 16, 0.62, 0.06, (5, 12), 1.00, 4.2, (0.38, 0.06, 0.00, 0.06, 0.12, 0.34, 0.04)),
    Zone("01", (64, 33), 8, 13, 0.78, 0.05, (6, 12), 0.42, 3.0, (0.62, 0.10, 0.00, 0.08, 0.20, 0.00, 0.00)),
    Zone("03", (26, 23), 4, 4, 0.82, 0.08, (3, 8), 0.00, 3.1, (0.86, 0.14, 0.00, 0.00, 0.00, 0.00, 0.00)),
    Zone("04", (98, 62), 8, 14, 0.80, 0.06, (1, 6), 0.00, 5.2, (0.74, 0.16, 0.10, 0.00, 0.00, 0.00, 0.00)),
    Zone("05", (92, 72), 12, 20, 0.74, 0.12, (3, 7), 0.06, 3.8, (0.12, 0.24, 0.34, 0.10, 0.00, 0.00, 0.20)),
    Zone("06", (230, 230), 30, 60, 0.20, 0.30, (1, 2), 0.00, 4.0, (0.70, 0.30, 0.00, 0.00, 0.00, 0.00, 0.00)),
)
OFFICE, HOMES, VILLAGE, WORKS, PUBLIC, PARK = range(6)

_RINGS = np.array([0.34, 0.74])
_MIX = np.array(
    [
        # from the middle outwards; shares of office, homes, village, works, public, park
        [
            (0.62, 0.22, 0.00, 0.00, 0.09, 0.07),
            (0.16, 0.63, 0.02, 0.02, 0.11, 0.06),
            (0.05, 0.54, 0.08, 0.20, 0.08, 0.05),
        ],
        [
            (0.38, 0.44, 0.00, 0.00, 0.12, 0.06),
            (0.06, 0.58, 0.06, 0.16, 0.08, 0.06),
            (0.00, 0.38, 0.14, 0.38, 0.06, 0.04),
        ],
        [
            (0.00, 0.42, 0.36, 0.08, 0.10, 0.04),
            (0.00, 0.30, 0.38, 0.26, 0.04, 0.02),
            (0.00, 0.26, 0.36, 0.36, 0.02, 0.00),
        ],
    ]
)


def zone_of(tier: Ints, reach: Floats, rng: np.random.Generator) -> Ints:
    """A zone for each block; ``reach`` is 0 in the middle of its place and 1 at the edge."""
    ring = np.searchsorted(_RINGS, reach)
    thresholds = _MIX[tier, ring].cumsum(axis=1)
    zone: Ints = (rng.uniform(size=(len(tier), 1)) > thresholds).sum(axis=1).clip(max=PARK)
    return zone


def measure(name: str) -> Floats:
    """One number of every zone, in the order of `ZONES`."""
    return np.array([getattr(zone, name) for zone in ZONES], np.float64)
