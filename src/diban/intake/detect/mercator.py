"""Web Mercator."""

from __future__ import annotations

import numpy as np

from diban.ground import WEB_MERCATOR, Crs, Extent
from diban.intake.detect.sample import Points

_HALF = 20_037_509.0


def hypotheses(points: Points, _area: Extent) -> tuple[Crs, ...]:
    """Where the numbers are metres of its square."""
    middle = np.abs(np.median(points, axis=0))
    return (WEB_MERCATOR,) if 180 < middle[0] <= _HALF and middle[1] <= _HALF else ()
