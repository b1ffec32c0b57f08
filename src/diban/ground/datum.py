"""GCJ-02 and BD-09: the shifted degrees of Chinese web maps, and the way back from them.

Both are published only as formulas that others have found; what they give agrees with the maps to
about a metre, on average, and is no survey. Coordinates are x, y = longitude, latitude in degrees;
GCJ-02 is taken as a shift of WGS 84, which stands for CGCS2000 as everywhere here.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]

_RADIUS, _FLATNESS = 6378245.0, 0.00669342162296594323  # Krassowsky's ellipsoid, as the formula has it
_WEST, _SOUTH, _EAST, _NORTH = 72.004, 0.8293, 137.8347, 55.8271
_TURN = np.pi * 3000 / 180
_CLOSE, _ROUNDS = 1e-11, 30  # degrees: a thousandth of a millimetre


class Shift(StrEnum):
    """How degrees were shifted."""

    GCJ02 = "GCJ-02"
    BD09 = "BD-09"


def shifted(points: Points, shift: Shift) -> Points:
    """WGS 84 degrees (n, 2) as GCJ-02 or BD-09; outside the box of China nothing is shifted to GCJ-02."""
    with np.errstate(invalid="ignore"):
        return _FORWARD[shift](points)


def unshifted(points: Points, shift: Shift) -> Points:
    """GCJ-02 or BD-09 degrees (n, 2) as WGS 84: the inverse of `shifted` to better than 1e-9 degrees.

    Found by iteration, which converges about a thousandfold each round. Points that are not finite
    stay as they are.
    """
    found = points.copy()
    with np.errstate(invalid="ignore"):
        for _ in range(_ROUNDS):
            error = points - _FORWARD[shift](found)
            found = found + np.where(np.isfinite(error), error, 0.0)
            if not (np.abs(error) > _CLOSE).any():
                break
    return found


def _to_gcj02(points: Points) -> Points:
    lon, lat = points[:, 0], points[:, 1]
    here = (lon >= _WEST) & (lon <= _EAST) & (lat >= _SOUTH) & (lat <= _NORTH)
    x, y = lon - 105.0, lat - 35.0
    root, waves = np.sqrt(np.abs(x)), 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + 2 / 3 * (waves + _ripples(x, 150, 300))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north = north + 2 / 3 * (waves + 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi / 3 * y))
    north = north + 2 / 3 * (160 * np.sin(np.pi / 12 * y) + 320 * np.sin(np.pi / 30 * y))
    sine = np.sin(np.radians(lat))
    bend = 1 - _FLATNESS * sine * sine
    east = np.degrees(east * np.sqrt(bend) / (_RADIUS * np.cos(np.radians(lat))))
    north = np.degrees(north * bend * np.sqrt(bend) / (_RADIUS * (1 - _FLATNESS)))
    return np.where(here[:, None], points + np.column_stack([east, north]), points)


def _ripples(x: Points, near: float, far: float) -> Points:
    """The long waves of the shift eastwards, in metres."""
    short = 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi / 3 * x)
    waves: Points = short + near * np.sin(np.pi / 12 * x) + far * np.sin(np.pi / 30 * x)
    return waves


def _to_bd09(points: Points) -> Points:
    x, y = _to_gcj02(points).T
    distance = np.hypot(x, y) + 2e-5 * np.sin(y * _TURN)
    angle = np.arctan2(y, x) + 3e-6 * np.cos(x * _TURN)
    return np.column_stack([distance * np.cos(angle) + 0.0065, distance * np.sin(angle) + 0.006])


_FORWARD: dict[Shift, Callable[[Points], Points]] = {Shift.GCJ02: _to_gcj02, Shift.BD09: _to_bd09}
