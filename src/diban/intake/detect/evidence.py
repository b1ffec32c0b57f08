"""How well a sample lies under one CRS, and when it lies clearly better under another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
import shapely

from diban.ground import STORED, Crs, project
from diban.intake.detect.reference import Districts, Reference
from diban.intake.detect.sample import Points, Sample

_FEWEST_PAIRS, _MOST_CLOSER, _TIMES_CLOSER, _LEAST_CLOSER = 3, 0.8, 3.0, 5.0
_FEWEST_ROWS, _SIGMAS, _LOST, _AGREEING = 10, 4.0, 0.2, 0.8
_TOGETHER, _FAR = 0.2, 50.0
_DEGREE = 111_320.0  # metres
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Candidate:
    """A CRS and how the sample lies under it.

    ``inside``: share of features in the city's area; ``moves`` (m, 2): metres east and north from the
    same features as they are known; ``agrees``: per row, whether it lies in the district that it names
    (in any, where it names none). The latter two are None where there is nothing to hold against.
    ``places``: some of the features in degrees, longitude first, for people to look at on a map.
    """

    crs: Crs
    inside: float
    moves: Points | None
    agrees: npt.NDArray[np.bool_] | None
    places: Points

    @property
    def offset(self) -> float | None:
        """Median distance in metres from where the same features are known to lie."""
        return None if self.moves is None else float(np.median(np.hypot(*self.moves.T)))

    @property
    def agreeing(self) -> float | None:
        """Share of rows in the district that they name."""
        return None if self.agrees is None else float(self.agrees.mean())

    def clearly_better(self, other: Candidate) -> bool:
        """Whether the evidence speaks for this one against the other beyond chance."""
        if self.moves is not None and other.moves is not None:
            mine, its = np.hypot(*self.moves.T), np.hypot(*other.moves.T)
            near, far = float(np.median(mine)), float(np.median(its))
            closer = np.mean(mine < its) >= _MOST_CLOSER
            return bool(closer and _TIMES_CLOSER * near <= far and far - near >= _LEAST_CLOSER)
        if self.agrees is not None and other.agrees is not None:
            # McNemar's test: only rows that tell the two apart count.
            gained = int((self.agrees & ~other.agrees).sum())
            lost = int((other.agrees & ~self.agrees).sum())
            beyond = gained - lost >= max(_FEWEST_ROWS, _SIGMAS * np.sqrt(gained + lost))
            return bool(beyond and lost <= _LOST * gained and self.agrees.mean() >= _AGREEING)
        return False

    @property
    def moved_together(self) -> bool:
        """Whether all known features lie off by the same way."""
        if self.moves is None or len(self.moves) < _FEWEST_ROWS:
            return False
        way = np.median(self.moves, axis=0)
        far = float(np.hypot(*way))
        spread = float(np.median(np.hypot(*(self.moves - way).T)))
        return far >= _FAR and spread <= _TOGETHER * far


def weigh(sample: Sample, candidates: tuple[Crs, ...], reference: Reference) -> list[Candidate]:
    """How the sample lies under each of these."""
    named = None if reference.districts is None else reference.districts.named_in(sample)
    known, whose = _known(sample, reference, named)
    weighed = []
    for crs in candidates:
        with np.errstate(all="ignore"):
            lonlat = project(sample.points, crs, STORED)
        agrees = None
        if reference.districts is not None and named is not None and not len(whose):
            agrees = _agrees(lonlat, named, reference.districts)
        moves = _metres(lonlat[whose] - known, known) if len(whose) else None
        weighed.append(Candidate(crs, _inside(lonlat, reference), moves, agrees, _spread(lonlat)))
    return weighed


def _spread(lonlat: Points) -> Points:
    """A few, taken evenly from all that have a place."""
    placed = lonlat[np.logical_and.reduce(np.isfinite(lonlat), axis=1)]
    return placed[:: max(1, len(placed) // _SHOWN)][:_SHOWN]


def _inside(lonlat: Points, reference: Reference) -> float:
    west, south, east, north = reference.area.as_list()
    x, y = lonlat.T
    return float(np.mean((x >= west) & (x <= east) & (y >= south) & (y <= north)))


def _known(
    sample: Sample, reference: Reference, named: npt.NDArray[np.int64] | None
) -> tuple[Points, npt.NDArray[np.int64]]:
    """Where features of the sample are known to lie, and which they are.

    By the layer's key; else, where each row names a district of its own, they are taken for the districts.
    """
    if reference.known is not None and sample.keys is not None:
        place = pc.index_in(sample.keys, reference.known.keys).fill_null(-1).to_numpy(zero_copy_only=False)
        whose = np.flatnonzero(place >= 0)
        if len(whose) >= _FEWEST_PAIRS:
            return reference.known.points[place[whose]], whose
    if reference.districts is not None and named is not None:
        whose = np.flatnonzero(named >= 0)
        if len(whose) >= _FEWEST_PAIRS and len(np.unique(named[whose])) == len(whose):
            middles = shapely.centroid(reference.districts.shapes[named[whose]])
            return shapely.get_coordinates(middles), whose
    return np.empty((0, 2)), np.empty(0, np.int64)


def _agrees(lonlat: Points, named: npt.NDArray[np.int64], districts: Districts) -> npt.NDArray[np.bool_]:
    placed = np.logical_and.reduce(np.isfinite(lonlat), axis=1)
    points = shapely.points(np.where(placed.reshape(-1, 1), lonlat, 0.0))
    at, district = shapely.STRtree(districts.shapes).query(points, predicate="intersects")
    agrees = np.zeros(len(points), np.bool_)
    agrees[at[(named[at] < 0) | (named[at] == district)]] = True
    agrees &= placed
    return agrees


def _metres(degrees: Points, at: Points) -> Points:
    wide: Points = degrees * _DEGREE
    wide[:, 0] *= np.cos(np.radians(at[:, 1]))
    return np.where(np.isfinite(wide), wide, 1e9)
