"""Plain longitude and latitude."""

from __future__ import annotations

import numpy as np

from diban.ground import CGCS2000, Crs, Extent
from diban.intake.detect.sample import Points


def hypotheses(points: Points, _area: Extent) -> tuple[Crs, ...]:
    """CGCS2000 where most numbers can be degrees."""
    return (CGCS2000,) if are_degrees(points) else ()


def are_degrees(points: Points) -> bool:
    """Whether most points could be longitude and latitude."""
    return bool(np.mean((np.abs(points[:, 0]) <= 180) & (np.abs(points[:, 1]) <= 90)) > 0.5)
