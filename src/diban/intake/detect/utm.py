"""UTM zones on WGS 84."""

from __future__ import annotations

import numpy as np

from diban.ground import UTM, Crs, Extent
from diban.intake.detect.sample import Points

_REACH = 6.0


def hypotheses(points: Points, area: Extent) -> tuple[Crs, ...]:
    """The zones near the city, where the numbers are metres within one."""
    if not 180 < np.median(points[:, 0]) < 1e6:
        return ()
    return tuple(crs for meridian, crs in UTM.items() if area.west - _REACH <= meridian <= area.east + _REACH)
