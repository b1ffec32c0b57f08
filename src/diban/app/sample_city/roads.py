"""The roads between places: a shore road, expressways, and a net from centre to centre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from diban.app.sample_city.centres import PLACE, Centres, points
from diban.app.sample_city.growth import COAST, Growth
from diban.app.sample_city.plane import Floats, Geometries, Ints, Ripples, board, pairs, smooth
from diban.app.sample_city.streets import PRIMARY, SECONDARY, street_lines

EXPRESSWAY = 1
_EXPRESSWAYS_KM = [
    [
        (-26.0, 39.5),
        (-12.0, 37.2),
        (-1.0, 36.5),
        (9.0, 36.0),
        (17.0, 31.5),
        (27.0, 27.5),
        (36.0, 20.8),
        (44.0, 18.5),
        (57.0, 17.5),
        (66.0, 17.0),
    ],
    [(-9.5, 49.0), (-10.5, 33.0), (-8.5, 23.0), (-6.8, 17.0), (-7.0, 6.0)],
    [(12.0, 44.0), (13.5, 27.0), (15.5, 18.0), (15.0, 7.0)],
]
_SHORE_KM = shapely.box(-13.5, 0, 31.0, 16.6)
_WIDTHS = np.array([0.0, 52.0, 36.0, 24.0, 0.0])
_STEP = 120.0
_SHORE = 0.55
_EDGE = 19.0
_SHORTEST = 60.0


@dataclass(frozen=True, slots=True)
class Roads:
    """Every road and street: line on the board, grade, kerb-to-kerb width.

    The first ``len(street)`` are streets of `Growth`, by their numbers there.
    """

    lines: Geometries
    grade: Ints
    width: Floats
    street: Ints


def build_roads(land: shapely.Polygon, centres: Centres, growth: Growth, rng: np.random.Generator) -> Roads:
    """All roads; those between places end where the streets begin."""
    street = np.flatnonzero(growth.streets.low < growth.streets.high)
    built = shapely.union_all(shapely.buffer(growth.polygons, 45, quad_segs=4)).buffer(_EDGE - 45)
    shore = _shore(land)
    dry = land.buffer(-COAST * _SHORE)
    parts = [(street_lines(centres, growth.streets, street), growth.streets.grade[street])]
    for grade, found in (
        (EXPRESSWAY, _expressways(rng)),
        (PRIMARY, _to_the_shore(centres, built, shore)),
        *_between(centres, rng),
    ):
        # As near to the blocks as its width allows, so that it meets the streets around them.
        open_land = dry.difference(built.buffer(_WIDTHS[grade] / 2 + 3 - _EDGE))
        pieces = shapely.get_parts(shapely.intersection(found, open_land))
        pieces = pieces[shapely.length(pieces) > _SHORTEST]
        parts.append((pieces, np.full(len(pieces), grade)))
    parts.append((np.array([shore]), np.array([EXPRESSWAY])))
    grades: Ints = np.concatenate([levels for _, levels in parts])
    width = _WIDTHS[grades]
    width[: len(street)] = growth.streets.width[street]
    return Roads(np.concatenate([lines for lines, _ in parts]), grades, width, street)


def _shore(land: shapely.Polygon) -> shapely.LineString:
    """A road along the southern shore, between the blocks and the water; it bridges narrow inlets."""
    line = land.buffer(-COAST * _SHORE).simplify(60).exterior
    frame = shapely.transform(_SHORE_KM, lambda xy: xy * 1000)
    pieces = shapely.get_parts(shapely.line_merge(line.intersection(frame)))
    longest = pieces[shapely.length(pieces).argmax()]
    return shapely.linestrings(pairs(smooth(board(shapely.get_coordinates(longest)), 2)))


def _to_the_shore(centres: Centres, built: shapely.MultiPolygon, shore: shapely.LineString) -> Geometries:
    """From each of the three centres the shortest way to the shore road."""
    places = shapely.get_parts(built)
    mine = [places[shapely.distance(places, spot).argmin()] for spot in shapely.points(points(centres)[:3])]
    lines: Geometries = shapely.shortest_line(np.array(mine), shore)
    return lines


def _expressways(rng: np.random.Generator) -> Geometries:
    ripples = Ripples.of(rng, [(5000, 180)])
    corners = [np.array([complex(*corner) for corner in line]) * 1000 for line in _EXPRESSWAYS_KM]
    return ripples.bend(np.array([shapely.linestrings(pairs(smooth(line, 4))) for line in corners]))


def _between(centres: Centres, rng: np.random.Generator) -> list[tuple[int, Geometries]]:
    """Roads from centre to centre wherever no third lies within their circle (Gabriel's graph)."""
    spots = points(centres)
    squares = ((spots[:, None] - spots) ** 2).sum(axis=2)
    third = squares[:, None, :] + squares[None, :, :]
    joined = (third > squares[:, :, None]) | (np.arange(len(spots)) == np.arange(len(spots))[:, None, None])
    joined |= np.arange(len(spots)) == np.arange(len(spots))[None, :, None]
    first, last = np.nonzero(np.triu(joined.all(axis=2), 1))
    start, end = centres.at[first], centres.at[last]
    steps = int(np.abs(end - start).max() / _STEP)
    way = np.linspace(0, 1, steps)
    straight = start[:, None] + (end - start)[:, None] * way
    # They sway in between and meet in the centres.
    sway = Ripples.of(rng, [(6000, 260), (2300, 90)])(straight) - straight
    lines = shapely.linestrings(pairs(straight + sway * np.sin(np.pi * way)))
    minor = (centres.tier[first] == PLACE) & (centres.tier[last] == PLACE)
    return [(PRIMARY, lines[~minor]), (SECONDARY, lines[minor])]
