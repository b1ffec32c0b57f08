"""Boxes: what meets them exactly, borders included, counted as a brute force counts."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random

import numpy as np
import pytest
import shapely

from diban.base import Query
from diban.ground import NOW, Extent, LayerId
from tests.contract.board import (
    ALL,
    EVERYTHING,
    NAMED,
    Board,
    Row,
    city,
    shapes,
    square,
    wkb,
)

ROWS = 300


@pytest.fixture(scope="module")
def layer(engine: Board) -> LayerId:
    """Triangles, lines, points and squares, some without a shape."""
    chance, rows = Random(4), city(ROWS)
    for place, row in enumerate(rows):
        x, y = 113.9 + chance.random() * 0.1, 22.5 + chance.random() * 0.1
        row["geometry"] = (
            row["geometry"],
            shapely.Polygon([(x, y), (x + 0.01, y), (x, y + 0.01)]),
            shapely.LineString([(x, y), (x + 0.02, y + 0.02)]),
            shapely.Point(x, y),
            shapely.MultiPolygon([square(x, y), square(x + 0.03, y)]),
            None,
        )[place % 6]
    layer = engine.filled(NAMED, rows)
    engine.land(layer, rows[: ROWS - 20])
    engine.base.tidy(layer, 2)
    return layer


def brute_force(rows: list[Row], boxes: tuple[Extent, ...]) -> list[int]:
    """The numbers of rows that intersect one of the boxes, by shapely over all rows."""
    found = np.zeros(len(rows), bool)
    for box in boxes:
        found |= shapely.intersects(shapely.box(*box.as_list()), shapes(rows))
    return [row["_fid"] for row, met in zip(rows, found, strict=True) if met]


def some_boxes() -> list[tuple[Extent, ...]]:
    chance = Random(8)
    boxes: list[tuple[Extent, ...]] = [
        (Extent(-180, -90, 180, 90),),
        (Extent(113.9, 22.5, 114.0, 22.6),),
        (Extent(0, 0, 1, 1),),
        (Extent(113.93, 22.51, 113.94, 22.52), Extent(113.935, 22.515, 113.97, 22.55)),
    ]
    for side in (0.001, 0.01, 0.03, 0.08):
        for _ in range(4):
            west, south = 113.88 + chance.random() * 0.1, 22.48 + chance.random() * 0.1
            boxes.append((Extent(west, south, west + side, south + side),))
    return boxes


def test_boxes_find_and_count_what_a_brute_force_finds(engine: Board, layer: LayerId) -> None:
    rows = engine.rows(layer)
    assert len(rows) == ROWS - 20
    for boxes in some_boxes():
        query = replace(EVERYTHING, bbox=boxes)
        expected = brute_force(rows, boxes)
        assert [row["_fid"] for row in engine.pages(layer, query)] == expected
        assert [row["_fid"] for row in engine.pages(layer, replace(query, limit=5))] == expected
        assert engine.count(layer, query) == len(expected)


def steps(value: float, count: int) -> float:
    """The number so many representable numbers above (or below) another, of the same power of two."""
    return value + count * math.ulp(value)


def test_borders_belong_to_the_box_to_the_last_bit(engine: Board) -> None:
    west, south, east, north = 113.9017, 22.5031, 113.9043, 22.5067
    box = Extent(west, south, east, north)
    x, y = (west + east) / 2, (south + north) / 2
    inside = {
        "west": (west, y),
        "east": (east, y),
        "south": (x, south),
        "north": (x, north),
        "corner": (west, south),
        "within": (steps(east, -1), steps(north, -1)),
    }
    outside = {
        "past west": (steps(west, -1), y),
        "past east": (steps(east, 1), y),
        "past south": (x, steps(south, -1)),
        "past north": (x, steps(north, 1)),
        "past corner": (steps(west, -1), steps(south, -1)),
        "some floats": (steps(east, 1000), y),
    }
    rows = [{"code": code, "geometry": shapely.Point(at)} for code, at in (inside | outside).items()]
    # The same on squares that touch the box, or miss it, by a side.
    rows += [
        {"code": f"square {code}", "geometry": shapely.box(steps(east, by), y, east + 0.01, y + 0.001)}
        for code, by in (("touches", 0), ("misses", 1))
    ]
    layer = engine.filled(NAMED, rows)
    query = replace(EVERYTHING, bbox=(box,))
    expected = {*inside, "square touches"}
    assert {row["code"] for row in engine.pages(layer, query)} == expected
    assert engine.count(layer, query) == len(expected)


def test_counts_do_not_trust_rounded_boxes(engine: Board) -> None:
    # All within one single-precision step of the border, where a rounded box would call them inside.
    edge = 113.9
    rows = [
        {"code": str(n), "geometry": shapely.Point(steps(edge, n * 40_000), 22.5)} for n in range(-20, 21)
    ]
    layer = engine.filled(NAMED, rows)
    query = replace(EVERYTHING, bbox=(Extent(edge, 22, 114, 23),))
    assert engine.count(layer, query) == len(engine.pages(layer, query)) == 21


def test_a_box_without_width_still_finds(engine: Board, layer: LayerId) -> None:
    point = next(row for row in engine.rows(layer) if row["code"] == "000003")
    at = shapely.from_wkb(point["geometry"])
    query = replace(EVERYTHING, bbox=(Extent(at.x, at.y, at.x, at.y),))
    assert "000003" in {row["code"] for row in engine.pages(layer, query)}


def test_a_diagonal_does_not_meet_what_only_its_box_meets(engine: Board) -> None:
    line = shapely.LineString([(113, 22), (114, 23)])
    layer = engine.filled(NAMED, [{"code": "diagonal", "geometry": line}])
    corner, middle = Extent(113.8, 22.1, 113.9, 22.2), Extent(113.4, 22.4, 113.6, 22.6)
    assert engine.pages(layer, Query(bbox=(corner,))) == []
    assert engine.count(layer, Query(bbox=(corner,))) == 0
    assert len(engine.pages(layer, Query(bbox=(corner, middle)))) == 1


def test_a_row_that_meets_two_boxes_comes_once(engine: Board) -> None:
    layer = engine.filled(NAMED, [{"code": "wide", "geometry": shapely.box(113, 22, 114, 23)}])
    twice = Query(bbox=(Extent(113, 22, 113.2, 22.2), Extent(113.8, 22.8, 114, 23)))
    assert len(engine.pages(layer, twice)) == 1
    assert engine.count(layer, twice) == 1


def test_a_box_across_the_antimeridian_finds_both_sides(engine: Board) -> None:
    rows = [{"code": str(x), "geometry": shapely.Point(x, 0)} for x in (-180.0, -179.9, 0.0, 179.9, 180.0)]
    layer = engine.filled(NAMED, rows)
    query = Query(bbox=Extent.parse([179.5, -1, -179.5, 1]))
    assert {row["code"] for row in engine.pages(layer, query)} == {"-180.0", "-179.9", "179.9", "180.0"}
    assert engine.count(layer, query) == 4


@pytest.mark.parametrize(
    "shape",
    [None, shapely.Point(), shapely.Polygon(), shapely.GeometryCollection()],
    ids=["null", "POINT EMPTY", "POLYGON EMPTY", "GEOMETRYCOLLECTION EMPTY"],
)
def test_what_has_no_place_meets_no_box(engine: Board, shape: shapely.Geometry | None) -> None:
    rows = [{"code": "nowhere", "geometry": shape}, {"code": "here", "geometry": square(113, 22)}]
    layer = engine.filled(NAMED, rows)
    for box in (Extent(-180, -90, 180, 90), Extent(113, 22, 113.5, 22.5), Extent(0, 0, 1, 1)):
        query = Query(bbox=(box,))
        expected = ["here"] if box.east > 113 else []
        assert [row["code"] for row in engine.pages(layer, query)] == expected
        assert engine.count(layer, query) == len(expected)
    assert engine.count(layer, EVERYTHING) == 2
    assert engine.base.at(layer, NOW, ALL).feature(1).to_pylist()[0]["geometry"] == (
        None if shape is None else wkb(shape)
    )
