"""The shifted degrees of Chinese web maps, which look like any others."""

from __future__ import annotations

from diban.ground import BD09, GCJ02, Crs, Extent
from diban.intake.detect.degrees import are_degrees
from diban.intake.detect.sample import Points


def hypotheses(points: Points, _area: Extent) -> tuple[Crs, ...]:
    """Both, wherever there are degrees."""
    return (GCJ02, BD09) if are_degrees(points) else ()
