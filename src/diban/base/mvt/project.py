"""Degrees → tile units."""

from __future__ import annotations

import numpy as np

from diban.base.mvt.address import TileAddress
from diban.base.mvt.paths import Paths

_NEAR_POLE = 89.9
"""Degrees; Web Mercator ends at 85.0511°, what lies beyond this latitude is drawn at it, out of sight."""


def finite(paths: Paths) -> Paths:
    """The paths without those features that have a coordinate which is not a finite number."""
    fine = np.isfinite(paths.x) & np.isfinite(paths.y)
    if fine.all():
        return paths
    return paths.where(~np.isin(paths.row, paths.row[paths.owner[~fine]]))


def to_tile(paths: Paths, address: TileAddress, extent: int) -> Paths:
    """Paths in degrees → the same in units of the tile: x from its western, y from its northern edge.

    Neighbouring tiles give one place the same numbers, shifted by exactly one extent.
    """
    side = float(extent * 2**address.zoom)
    sine = np.sin(np.radians(np.minimum(np.maximum(paths.y, -_NEAR_POLE), _NEAR_POLE)))
    x = (paths.x / 360 + 0.5) * side - address.column * extent
    y = (0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)) * side - address.row * extent
    return paths.moved(x, y)
