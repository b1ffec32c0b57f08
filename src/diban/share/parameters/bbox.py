"""``bbox`` and ``bbox-crs``: which boxes, in which CRS and axis order (Features Part 1 7.15.3, Part 2)."""

from __future__ import annotations

import math

import numpy as np

from diban.ground import CRS84, WEB_MERCATOR, Crs, Extent, Invalid, Text, project
from diban.share.parameters.crs import CRS_SCHEMA, crs_of
from diban.share.parameters.parameter import Parameter

BBOX = Parameter(
    "bbox",
    Text(zh="范围：两角坐标，可含高程", en="box: two corners, with heights or without"),
    {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6},
)
BBOX_CRS = Parameter("bbox-crs", Text(zh="范围的坐标系", en="CRS of the box"), CRS_SCHEMA)
_STEPS = 21
_HALF_WORLD = math.pi * 6_378_137.0
_FAR = 1000.0
"""Degrees beyond which nothing lies: a number that is larger means as much and is harder to reckon with."""


def parse_bbox(text: str | None, crs: str | None) -> tuple[Extent, ...]:
    """The boxes in the stored CRS; none when the parameter is absent.

    In another CRS the box's border is followed, so that the result holds all of it.
    """
    given = crs_of(crs, "bbox-crs")
    if text is None:
        return ()
    numbers = _numbers(text)
    half = len(numbers) // 2
    corners = [*numbers[:2], *numbers[half : half + 2]]
    if given.swapped:
        corners = [corners[1], corners[0], corners[3], corners[2]]
    if given.degrees:
        return Extent.parse([max(-_FAR, min(_FAR, corner)) for corner in corners])
    return (_around(corners, given),)


def widened(boxes: tuple[Extent, ...], decimals: int | None) -> tuple[Extent, ...]:
    """The boxes grown to whole cells of coordinates that round alike.

    So a small box never tells more of a place than the coarse coordinates that may be seen.
    """
    if decimals is None:
        return boxes
    cell = 10.0**-decimals
    return tuple(
        Extent(
            (math.floor(box.west / cell + 0.5) - 0.5) * cell,
            (math.floor(box.south / cell + 0.5) - 0.5) * cell,
            (math.floor(box.east / cell + 0.5) + 0.5) * cell,
            (math.floor(box.north / cell + 0.5) + 0.5) * cell,
        )
        for box in boxes
    )


def _numbers(text: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) in (4, 6) and all(math.isfinite(number) for number in numbers):
        return numbers
    raise Invalid(
        Text(zh="bbox 应为 4 或 6 个数", en="bbox is 4 or 6 numbers"),
        field="bbox",
        limit="4 | 6",
        remedy=Text(zh="例如 113.9,22.5,114.0,22.6", en="for example 113.9,22.5,114.0,22.6"),
    )


def _around(corners: list[float], crs: Crs) -> Extent:
    west, south, east, north = corners
    if west > east or south > north:
        raise Invalid(Text(zh="bbox 的角点次序不对", en="the corners of bbox are out of order"), field="bbox")
    if crs == WEB_MERCATOR:  # further east than the world is wide would come back in from the west
        west, east = max(west, -_HALF_WORLD), min(east, _HALF_WORLD)
    x, y = np.linspace(west, east, _STEPS), np.linspace(south, north, _STEPS)
    border = np.array([(a, b) for a in x for b in (south, north)] + [(a, b) for a in (west, east) for b in y])
    moved = project(border, crs, CRS84)
    if not np.isfinite(moved).all():
        raise Invalid(
            Text(zh="bbox 超出坐标系范围", en="bbox lies outside its CRS"), field="bbox", limit=crs.code
        )
    (west, south), (east, north) = moved.min(axis=0), moved.max(axis=0)
    return Extent(float(west), float(south), float(east), float(north))
