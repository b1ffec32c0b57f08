"""Any of the others with y before x."""

from __future__ import annotations

from diban.ground import Crs, Extent
from diban.intake.detect import degrees, gauss_kruger, mercator, shifted, utm
from diban.intake.detect.sample import Points

STRAIGHT = (
    degrees.hypotheses,
    shifted.hypotheses,
    gauss_kruger.hypotheses,
    mercator.hypotheses,
    utm.hypotheses,
)


def hypotheses(points: Points, area: Extent) -> tuple[Crs, ...]:
    """What the numbers can be the other way round."""
    other = points[:, ::-1]
    return tuple(crs.turned_round for family in STRAIGHT for crs in family(other, area))
