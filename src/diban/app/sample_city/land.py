"""The land form: a long coast between an estuary and bays, with hills, reservoirs and rivers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from diban.app.sample_city.plane import Complexes, Floats, Geometries, Ripples, pairs, smooth

# All places are in kilometres on the drawing board.
_COAST = [
    # Down the estuary to a blunt cape, the inner bay and the river's mouth,
    *[(-23.5, 47), (-24.3, 42), (-22.5, 36), (-20, 30), (-17.5, 24), (-15.5, 19), (-13.5, 14), (-11.5, 9.5)],
    *[(-9, 8), (-8, 11), (-7.6, 15), (-3.5, 17.6), (-1.4, 15), (1.5, 11.6), (5, 12.8), (9, 14.2)],
    # the outer bay, and the peninsula in the east with its coves,
    *[
        (13, 15.6),
        (17, 18.6),
        (20, 16.4),
        (23, 17.6),
        (25, 20.4),
        (28, 20.8),
        (30, 18),
        (33, 19),
        (36, 22),
        (39, 19.4),
    ],
    *[(41.5, 15.5), (43.5, 10.5), (47, 7.4), (51.5, 6.6), (55.5, 8.2), (58.5, 7), (61.8, 9.8), (62.4, 13)],
    *[(58, 14.6), (54, 15.6), (57, 18.6), (61.2, 21.8), (57, 24.8), (51.5, 22.6), (49, 27)],
]
_BORDER = [
    *[(45.5, 31), (40, 32), (35, 30.2), (31, 34.5), (25, 38.5), (17, 38.2), (10, 43.5), (3, 42.2)],
    *[(-4, 47.6), (-11, 45.8), (-17, 49)],
]
_OPEN_WATER: list[tuple[float, float]] = [
    (-20, 47.3),
    (-36, 47.3),
    (-36, -6),
    (76, -6),
    (76, 27),
    (49, 27),
    (44, 25),
    (0, 30),
]
_RIDGES: list[tuple[list[tuple[float, float]], float]] = [
    # the line of tops and how far the hill reaches from it
    ([(14.5, 21.5), (19, 22.8), (25, 24.5)], 2.1),
    ([(28, 25.2), (33, 25.5), (37, 24)], 1.7),
    ([(49, 11.5), (54, 11.8), (58.5, 11.2)], 2.4),
    ([(45, 21.5), (50, 19.5), (55, 20.6)], 2.0),
    ([(-7, 27.5), (-3.5, 30), (0, 31.4)], 1.9),
    ([(-4.5, 21), (0, 21.6), (4, 20.9)], 1.0),
    ([(6.5, 21), (9, 23), (10, 26)], 1.2),
    ([(-17, 34), (-14, 36.6)], 1.5),
    ([(-9.5, 43.6), (-5.5, 44.6)], 1.1),
    ([(-11.2, 11.9), (-10.6, 12.9)], 0.75),
    ([(1.3, 18.3), (1.6, 18.6)], 0.42),
    ([(21, 30.8), (26, 29.6)], 1.4),
    ([(8, 38.6), (13, 39.4)], 1.2),
    ([(38.5, 28.6), (41.5, 27)], 1.3),
    ([(15, 33), (16.5, 35)], 0.9),
    ([(32, 27.6), (36, 29)], 1.0),
    ([(-2, 38.5), (0.6, 40)], 1.0),
    ([(22, 34.6), (24, 36)], 0.8),
    ([(-12.5, 22.6), (-11.4, 23.4)], 0.6),
    ([(30.5, 31), (32, 31.6)], 0.6),
    ([(44, 13.5), (47, 15.6)], 1.2),
]
_RIVERS: list[tuple[list[tuple[float, float]], tuple[float, float]]] = [
    # the course, and its width in metres at both ends
    ([(-9.5, 32.5), (-13, 38.5), (-18.5, 41), (-26, 43.4)], (30, 170)),
    ([(10.6, 27.8), (11.8, 21), (10, 16.4), (5.4, 14.6), (-0.5, 12.6)], (24, 150)),
    ([(2.6, 30.6), (5, 35), (4, 43.5)], (20, 80)),
    ([(-4.6, 23.4), (-6.4, 19), (-5.4, 13.6)], (28, 90)),
    ([(20, 26.6), (24.5, 33.4), (27.5, 38.5)], (20, 70)),
    ([(35, 26.6), (37.5, 30), (44, 31.6)], (20, 60)),
    ([(-11, 26.2), (-15, 23.6), (-19.5, 22.8)], (20, 70)),
]
_LAKES = [
    # the middle and the reach
    *[(-4.6, 24.4, 0.85), (-11.6, 27.6, 1.25), (-8.8, 31.6, 0.95), (13.4, 19.4, 0.55), (6, 24.6, 0.5)],
    *[(29, 28.3, 0.65), (17.5, 26.4, 0.6), (-16.6, 37.6, 0.55), (-1.4, 34.4, 0.5), (36, 27, 0.5)],
    *[(47.5, 17.6, 0.45), (24.6, 27.6, 0.5), (12, 36.6, 0.45), (2.6, 24.4, 0.3), (-14.6, 40.4, 0.4)],
]

_WATERS = 7500.0
"""How far out the city's waters reach, in metres."""
SHORE = 70.0
"""How far from the shore roads end, in metres; a shore road joins them there."""


@dataclass(frozen=True, slots=True)
class Land:
    """Polygons on the board: what is land, sea, hills, a river or a lake.

    ``open`` is where a road can run, ``flat`` where it can without tunnel or bridge, ``building``
    where blocks can lie.
    """

    land: shapely.Polygon
    sea: Geometries
    hills: Geometries
    rivers: Geometries
    lakes: Geometries
    open: shapely.Geometry
    flat: shapely.Geometry
    building: shapely.Geometry


def land_form(rng: np.random.Generator) -> Land:
    """The ground on which the city grows."""
    ripples = Ripples.of(rng, [(9000, 300), (3600, 170), (1400, 60), (560, 20)])
    land = _largest(ripples.bend(_outlines([smooth(_km(_COAST + _BORDER), 3, closed=True)], 120))[0])
    waters = shapely.polygons(_metres(_OPEN_WATER)).intersection(land.convex_hull.buffer(_WATERS))
    sea = shapely.get_parts(waters.difference(land))
    lakes = _lakes(rng, land)
    rivers = shapely.intersection(_rivers(rng), land)
    water = shapely.union_all([*rivers, *lakes])
    hills = shapely.intersection(_hills(rng), land.buffer(-25))
    dry = land.buffer(-SHORE)
    flat = dry.difference(shapely.union_all([*shapely.buffer(hills, 35), water.buffer(22)]))
    building = flat.buffer(-16).difference(shapely.boundary(land).buffer(SHORE + 42))
    hills = shapely.get_parts(shapely.union_all(hills).difference(water.buffer(4)))
    return Land(
        land=land,
        sea=sea[shapely.area(sea) > 1e6],
        hills=hills[shapely.area(hills) > 3e4],
        rivers=np.array([_largest(river) for river in shapely.difference(rivers, shapely.union_all(lakes))]),
        lakes=lakes,
        open=dry.difference(shapely.union_all(lakes)),
        flat=flat,
        building=building,
    )


def _km(places: Sequence[tuple[float, float]]) -> Complexes:
    return np.array([complex(*place) for place in places]) * 1000


def _metres(places: Sequence[tuple[float, float]]) -> Floats:
    return pairs(_km(places))


def _outlines(rings: list[Complexes], step: float) -> Geometries:
    outlines: Geometries = shapely.segmentize(
        np.array([shapely.polygons(pairs(ring)) for ring in rings]), step
    )
    return outlines


def _largest(shape: shapely.Geometry) -> shapely.Polygon:
    parts = shapely.get_parts(shapely.make_valid(shape))
    return parts[shapely.area(parts).argmax()]


def _lakes(rng: np.random.Generator, land: shapely.Polygon) -> Geometries:
    """Each drawn out by ripples of its own place, as a dammed valley is."""
    ripples = Ripples.of(rng, [(2600, 190), (1000, 75), (420, 18)])
    spots = shapely.points(_metres([(x, y) for x, y, _ in _LAKES]))
    discs = shapely.buffer(spots, 850 * np.array([reach for *_, reach in _LAKES]), quad_segs=24)
    bent = ripples.bend(shapely.segmentize(discs, 40))
    lakes: Geometries = shapely.intersection(np.array([_largest(lake) for lake in bent]), land)
    return lakes


def _rivers(rng: np.random.Generator) -> Geometries:
    """Winding bands that widen towards the mouth."""
    ripples = Ripples.of(rng, [(3000, 130), (1200, 45)])
    banks = []
    for course, (narrow, wide) in _RIVERS:
        line = shapely.segmentize(shapely.linestrings(pairs(smooth(_km(course), 4))), 60)
        middle = ripples(shapely.get_coordinates(line) @ np.array([1, 1j]))
        along = np.gradient(middle)
        half = 0.5j * along / np.abs(along) * np.linspace(narrow, wide, len(middle))
        banks.append(
            _largest(shapely.polygons(pairs(np.concatenate([middle + half, (middle - half)[::-1]]))))
        )
    return np.array(banks)


def _hills(rng: np.random.Generator) -> Geometries:
    """Ridges with spurs."""
    ripples = Ripples.of(rng, [(4200, 420), (1700, 200), (650, 55)])
    hills = []
    for line, reach in _RIDGES:
        ridge = shapely.linestrings(pairs(smooth(_km(line), 3)))
        feet = shapely.line_interpolate_point(ridge, rng.uniform(0, ridge.length, 9))
        spurs = shapely.buffer(
            shapely.points(shapely.get_coordinates(feet) + rng.normal(0, 950 * reach, (9, 2))), 640 * reach
        )
        hills.append(
            shapely.union_all([ridge.buffer(900 * reach), *spurs]).buffer(-180 * reach).buffer(180 * reach)
        )
    bent = ripples.bend(shapely.segmentize(np.array(hills), 60))
    valid: Geometries = shapely.make_valid(bent)
    return valid
