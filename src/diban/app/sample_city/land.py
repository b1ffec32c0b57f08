"""The land: a long shape between an estuary in the west, bays in the south and hills in the north."""

from __future__ import annotations

import numpy as np
import shapely

from diban.app.sample_city.plane import Ripples, pairs, smooth

_CORNERS_KM = [
    # The west coast down to a blunt cape,
    *[(-24.5, 44.0), (-23.5, 36.0), (-20.0, 29.5), (-18.0, 22.0), (-14.5, 16.5), (-13.5, 9.5), (-10.5, 7.0)],
    # the bay, the long south shore, a hook of sand,
    *[
        (-7.5, 9.0),
        (-4.5, 14.5),
        (0.5, 15.0),
        (3.5, 10.5),
        (9.0, 8.5),
        (15.0, 10.5),
        (21.0, 13.5),
        (27.0, 11.5),
    ],
    *[(31.0, 14.5), (35.0, 19.0), (39.5, 17.0), (42.0, 10.0), (47.5, 7.0), (53.0, 2.5), (59.0, 4.0)],
    # the eastern headland and the cove behind it,
    *[(63.5, 9.5), (60.0, 14.5), (62.5, 19.5), (56.0, 22.0), (50.0, 20.5), (46.0, 24.5), (49.0, 29.0)],
    # and the border inland.
    *[(42.5, 31.0), (36.0, 29.0), (31.0, 33.0), (25.0, 37.5), (16.0, 38.0), (9.0, 44.0), (2.0, 42.5)],
    *[(-5.0, 47.5), (-12.0, 45.5), (-18.0, 48.0)],
]


def land(rng: np.random.Generator) -> shapely.Polygon:
    """The outline of the city's land on the board."""
    corners = np.array([complex(x, y) for x, y in _CORNERS_KM]) * 1000
    ripples = Ripples.of(rng, [(9000, 330), (3800, 140), (1500, 50), (600, 18)])
    outline = shapely.segmentize(shapely.polygons(pairs(smooth(corners, 5, closed=True))), 150)
    parts = shapely.get_parts(shapely.make_valid(ripples.bend(np.array([outline]))))
    return parts[shapely.area(parts).argmax()]
