"""The shifted degrees of Chinese web maps, which look like any others."""

from __future__ import annotations

import numpy as np

from diban.ground import BD09, GCJ02, Crs, Extent
from diban.intake.detect.degrees import are_degrees
from diban.intake.detect.sample import Points


def hypotheses(points: Points, _area: Extent) -> tuple[Crs, ...]:
    """Both, where there are degrees in the box of China, which is where maps are shifted."""
    lon, lat = np.median(points, axis=0)
    return (GCJ02, BD09) if are_degrees(points) and 72 <= lon <= 138 and 0.8 <= lat <= 56 else ()
