"""Gauss-Krüger zones of CGCS2000, with the zone's number before the easting or without."""

from __future__ import annotations

import numpy as np

from diban.ground import GAUSS, Crs, Extent
from diban.intake.detect.sample import Points

_REACH = 6.0  # degrees: data in a neighbouring zone are met, further ones are not


def hypotheses(points: Points, area: Extent) -> tuple[Crs, ...]:
    """The zones near the city whose false easting such numbers can have."""
    prefix = int(np.median(points[:, 0]) // 1e6)
    if np.median(np.abs(points[:, 0])) <= 180:
        return ()
    return tuple(
        crs
        for (meridian, easting), crs in GAUSS.items()
        if easting // 1e6 == max(prefix, 0) and area.west - _REACH <= meridian <= area.east + _REACH
    )
