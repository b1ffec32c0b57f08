"""Districts (区) and street offices (街道): the land divided around the centres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from diban.app.sample_city.centres import DISTRICTS, Centres, points
from diban.app.sample_city.plane import Floats, Geometries, Ints, Ripples

_GRID = 0.01


@dataclass(frozen=True, slots=True)
class Divisions:
    """Polygons on the board; ``district`` is the district of each street office."""

    districts: Geometries
    offices: Geometries
    district: Ints

    def office_at(self, spots: Floats) -> Ints:
        """The street office of points (n, 2) on the board; each must lie on the land."""
        spot, office = shapely.STRtree(self.offices).query(shapely.points(spots), predicate="intersects")
        found = np.full(len(spots), -1)
        found[spot[::-1]] = office[::-1]  # on a border the first one counts
        return found


def divide(land: shapely.Polygon, centres: Centres, rng: np.random.Generator) -> Divisions:
    """Every street office is what lies nearest its centre, with borders that sway."""
    spots = points(centres)
    frame = shapely.box(*land.bounds).buffer(5000)
    cells = shapely.voronoi_polygons(shapely.multipoints(spots), extend_to=frame, ordered=True)
    # Slopes add up to less than 1, so that no border is folded over another.
    ripples = Ripples.of(rng, [(8000, 160), (3000, 45), (1000, 12)])
    swayed = ripples.bend(shapely.segmentize(shapely.get_parts(cells), 120))
    offices = shapely.intersection(swayed, land, grid_size=_GRID)
    district = np.abs(centres.at[:, None] - centres.at[:DISTRICTS]).argmin(axis=1)
    districts = np.array(
        [shapely.union_all(offices[district == number], grid_size=_GRID) for number in range(DISTRICTS)]
    )
    return Divisions(districts, offices, district)
