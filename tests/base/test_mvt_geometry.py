"""Geometry in tiles: kinds, order, winding, rounding; compared with shapely on the same coordinates."""

import struct
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from diban.base.mvt import TileAddress, encode_tile
from tests.base.mvt_tiles import SHENZHEN, batch, degrees, encode, features, raw, shapes, shown, units

TYPES = [
    "POINT (10 20)",
    "MULTIPOINT ((10 20), (30 40), (5 5))",
    "LINESTRING (10 10, 200 300, 400 10)",
    "MULTILINESTRING ((10 10, 20 20), (4000 4000, 3000 3500, 100 3000))",
    "POLYGON ((0 0, 100 0, 100 100, 0 100, 0 0))",
    "POLYGON ((0 0, 900 0, 900 900, 0 900, 0 0), (10 10, 20 10, 20 20, 10 10), (50 50, 80 50, 60 90, 50 50))",
    "MULTIPOLYGON (((0 0, 90 0, 90 90, 0 90, 0 0), (9 9, 9 20, 20 20, 9 9)), ((99 0, 99 9, 95 9, 99 0)))",
]


@pytest.mark.parametrize("wkt", TYPES)
def test_every_type_comes_back(wkt: str) -> None:
    (shape,) = shown(units(wkt))
    assert shape.geom_type == shapely.from_wkt(wkt).geom_type
    assert shape.normalize().equals_exact(shapely.from_wkt(wkt).normalize())


@pytest.mark.parametrize("wkt", TYPES)
@pytest.mark.parametrize("dimensions", ["Z", "M", "ZM"])
def test_heights_and_measures_are_left_aside(wkt: str, dimensions: str) -> None:
    flat = units(wkt)
    high = shapely.force_3d(flat, 7.5)
    if "M" in dimensions:
        words = shapely.to_wkt(flat, rounding_precision=17).replace(",", " 1.5,").replace(")", " 1.5)")
        words = words.replace(") 1.5", ")").replace(") 1.5", ")")
        high = shapely.from_wkt(words.replace(" (", " M (", 1))
        assert high.has_m
        high = shapely.force_3d(high, 7.5) if dimensions == "ZM" else high
    assert encode(batch([high])) == encode(batch([flat]))


def test_types_may_be_mixed_and_keep_their_order() -> None:
    kinds = [shape.geom_type for shape in shown(*map(units, TYPES), *map(units, TYPES))]
    assert kinds == [shapely.from_wkt(wkt).geom_type for wkt in TYPES] * 2


def test_exterior_rings_are_clockwise_on_the_screen_whatever_they_were() -> None:
    ring = "POLYGON ((0 0, 90 0, 90 90, 0 90, 0 0), (10 10, 20 10, 20 20, 10 20, 10 10))"
    geometry = units(ring)
    assert encode(batch([geometry])) == encode(batch([units(ring)]))
    for variant in (shapely.orient_polygons(geometry), shapely.reverse(shapely.orient_polygons(geometry))):
        (shape,) = shapes(encode(batch([variant])))
        assert shape.exterior.is_ccw  # y down: counterclockwise to shapely is clockwise on the screen
        assert not shape.interiors[0].is_ccw


def test_the_examples_of_the_specification() -> None:
    wanted = {
        "POINT (25 17)": [9, 50, 34],
        "MULTIPOINT ((5 7), (3 2))": [17, 10, 14, 3, 9],
        "LINESTRING (2 2, 2 10, 10 10)": [9, 4, 4, 18, 0, 16, 16, 0],
        "MULTILINESTRING ((2 2, 2 10, 10 10), (1 1, 3 5))": [9, 4, 4, 18, 0, 16, 16, 0, 9, 17, 17, 10, 4, 8],
        "POLYGON ((3 6, 8 12, 20 34, 3 6))": [9, 6, 12, 18, 10, 12, 24, 44, 15],
        "MULTIPOLYGON (((0 0, 10 0, 10 10, 0 10, 0 0)), "
        "((11 11, 20 11, 20 20, 11 20, 11 11), (13 13, 13 17, 17 17, 17 13, 13 13)))": [
            *[9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15],
            *[9, 22, 2, 26, 18, 0, 0, 18, 17, 0, 15],
            *[9, 4, 13, 26, 0, 8, 8, 0, 0, 7, 15],
        ],
    }
    layer = raw(encode(batch([units(wkt) for wkt in wanted])))
    assert [list(feature.geometry) for feature in layer.features] == list(wanted.values())


def test_points_are_rounded_to_the_nearest_unit() -> None:
    (shape,) = shown(units("MULTIPOINT ((1.4 1.6), (2.49 -2.51))"))
    assert shape.wkt == "MULTIPOINT ((1 2), (2 -3))"


def test_points_that_fall_on_their_predecessor_and_lines_without_length_are_dropped() -> None:
    line, polygon = shown(
        units("LINESTRING (0 0, 0.1 0.1, 5 5, 5.2 5.2, 9 9)"),
        units("LINESTRING (7 7, 7.2 7.2)"),
        units("POLYGON ((0 0, 50 0, 50.2 0.2, 50 50, 0 50, 0.1 0.2, 0 0))"),
    )
    assert line.wkt == "LINESTRING (0 0, 5 5, 9 9)"
    assert shapely.get_num_coordinates(polygon) == 5


def test_holes_that_shrink_to_nothing_are_dropped() -> None:
    hole = "(10 10, 10.3 10, 10.3 10.3, 10 10)"
    (shape,) = shown(units(f"POLYGON ((0 0, 90 0, 90 90, 0 90, 0 0), {hole}, (50 50, 60 50, 60 60, 50 50))"))
    assert len(shape.interiors) == 1


@pytest.mark.parametrize(
    ("wkt", "stand_in"),
    [
        ("POLYGON ((10 10, 10.2 10, 10.2 10.2, 10 10))", "POLYGON ((10 10, 11 10, 11 11, 10 11, 10 10))"),
        ("POLYGON ((10 10, 60 10.1, 60 10.3, 10 10))", "POLYGON ((10 10, 60 10, 60 11, 10 11, 10 10))"),
        ("POLYGON ((10 60, 10.1 10, 10.3 10, 10 60))", "POLYGON ((10 10, 11 10, 11 60, 10 60, 10 10))"),
        ("POLYGON ((10 10, 20 20, 20.1 19.9, 10 10))", "POLYGON ((10 10, 20 20, 20 21, 10 11, 10 10))"),
    ],
)
def test_a_polygon_that_shrinks_to_nothing_is_drawn_one_unit_wide(wkt: str, stand_in: str) -> None:
    (shape,) = shown(units(wkt))
    assert shape.equals(shapely.from_wkt(stand_in))


def test_no_building_disappears_when_the_zoom_is_low() -> None:
    rng = np.random.default_rng(3)
    places = rng.uniform((113.8, 22.4), (114.3, 22.7), (500, 2))
    houses = [shapely.box(x, y, x + 1e-4, y + 8e-5) for x, y in places]
    for zoom in (5, 8, 11):
        address = TileAddress(zoom, 7154 >> 14 - zoom, 13382 >> 14 - zoom)
        west, south, east, north = address.bounds_lonlat(0)
        seen = [
            i + 1 for i, (x, y) in enumerate(places) if west < x < east - 1e-4 and south < y < north - 8e-5
        ]
        assert set(seen) <= {feature["id"] for feature in features(encode(batch(houses), address))}


def test_rings_that_meet_themselves_after_rounding_are_mended() -> None:
    thin_waist = "POLYGON ((0 0, 100 0, 50.2 50, 100 100, 0 100, 49.8 50, 0 0))"
    pinched = "POLYGON ((0 0, 40 20, 80 0, 80 50, 40 20.4, 0 50, 0 0))"
    for wkt in (thin_waist, pinched):
        (shape,) = shown(units(wkt))
        assert shape.symmetric_difference(shapely.from_wkt(wkt)).area < 150


def test_invalid_polygons_of_a_delivery_are_drawn_as_valid_ones() -> None:
    bow_tie = units("POLYGON ((0 0, 100 100, 100 0, 0 100, 0 0))")
    crossing = units("POLYGON ((-900 0, 900 100, 900 0, -900 100, -900 0))")
    doubled = units("MULTIPOLYGON (((0 0, 90 0, 90 90, 0 90, 0 0)), ((50 0, 140 0, 140 90, 50 90, 50 0)))")
    outside = units("POLYGON ((0 0, 90 0, 90 90, 0 90, 0 0), (60 60, 150 60, 150 150, 60 150, 60 60))")
    tie, cut, double, hole = shown(bow_tie, crossing, doubled, outside)
    assert tie.area == pytest.approx(5000, abs=10)
    assert 0 < cut.area < 900 * 100
    assert double.geom_type == "MultiPolygon"
    assert hole.area > 0


def test_a_collection_becomes_one_feature_for_each_kind() -> None:
    collection = units(
        "GEOMETRYCOLLECTION (POLYGON ((0 0, 9 0, 9 9, 0 0)), POINT (1 2), LINESTRING (0 0, 5 5), POINT (3 4),"
        " GEOMETRYCOLLECTION (MULTIPOINT ((5 6)), POLYGON ((20 0, 29 0, 29 9, 20 0)), LINESTRING EMPTY))"
    )
    table = batch([collection, units("POINT (7 7)")], name=pa.array(["a", "b"]))
    found = features(encode(table))
    assert [f["id"] for f in found] == [1, 1, 1, 2]
    assert [f["properties"]["name"] for f in found] == ["a", "a", "a", "b"]
    assert [f["geometry"]["type"] for f in found] == ["MultiPoint", "LineString", "MultiPolygon", "Point"]
    assert found[0]["geometry"]["coordinates"] == [[1, 2], [3, 4], [5, 6]]


def test_features_without_a_drawable_place_are_skipped() -> None:
    nan, infinity = float("nan"), float("inf")
    with np.errstate(invalid="ignore"):  # shapely warns of what is wanted here
        odd: list[Any] = [
            shapely.Point(nan, 22.6),
            shapely.Point(113.9, infinity),
            shapely.LineString([(113.9, 22.5), (nan, nan), (114, 22.6)]),
            shapely.Polygon([(113.9, 22.5), (114, nan), (114, 22.6)]),
            shapely.MultiLineString([[(113.9, 22.5), (113.95, 22.55)], [(-infinity, 22.5), (114, 22.6)]]),
        ]
    empty = ["POINT EMPTY", "LINESTRING EMPTY", "POLYGON EMPTY", "MULTIPOLYGON EMPTY"]
    empty += ["GEOMETRYCOLLECTION EMPTY", "GEOMETRYCOLLECTION (POINT EMPTY)"]
    ring = (nan, nan, 114.0, 22.5, 114.0, 22.6, nan, nan)
    odd.append(struct.pack("<BIII8d", 1, 3, 1, 4, *ring))
    nothing: list[Any] = [None, *map(shapely.from_wkt, empty), *odd]
    assert encode(batch(nothing)) == b""
    found = features(encode(batch([*nothing, units("POINT (5 5)"), *nothing])))
    assert [feature["id"] for feature in found] == [len(nothing) + 1]


def test_an_empty_point_among_others_is_left_out() -> None:
    nan = float("nan")
    points = [struct.pack("<BI2d", 1, 1, *place) for place in ((113.9, 22.5), (nan, nan), (114, 22.6))]
    wkb = struct.pack("<BII", 1, 4, 3) + b"".join(points)
    (shape,) = shapes(encode(batch([wkb]), TileAddress(3, 3, 6)))
    assert shapely.get_num_geometries(shape) == 2


@pytest.mark.parametrize("byte_order", [0, 1])
@pytest.mark.parametrize("flavor", ["iso", "extended"])
@pytest.mark.parametrize("wkt", TYPES)
def test_all_forms_of_wkb_say_the_same(wkt: str, flavor: str, byte_order: int) -> None:
    geometry = shapely.force_3d(units(wkt))
    wkb = shapely.to_wkb(geometry, flavor=flavor, byte_order=byte_order)
    assert encode(batch([wkb])) == encode(batch([units(wkt)]))


def test_a_polygon_of_very_many_holes() -> None:
    holes = [
        shapely.box(x, y, x + 20, y + 20).exterior for x in range(5, 4000, 40) for y in range(5, 400, 40)
    ]
    lace = shapely.Polygon(shapely.box(0, 0, 4090, 500).exterior, holes)
    (shape,) = shown(degrees(lace))
    assert shape.normalize().equals_exact(lace.normalize())


def test_a_slice_of_a_batch_is_read_where_it_begins() -> None:
    whole = batch([units(f"POINT ({n} {n})") for n in range(9)], name=pa.array([f"n{n}" for n in range(9)]))
    found = features(encode(whole.slice(3, 4)))
    assert [(f["id"], f["geometry"]["coordinates"], f["properties"]["name"]) for f in found] == [
        (n + 1, [n, n], f"n{n}") for n in range(3, 7)
    ]


def test_extent_and_buffer_can_be_chosen() -> None:
    points = batch([units("POINT (2048 2048)"), units("POINT (-40 5)")])
    layer = raw(encode_tile("buildings", points, SHENZHEN, extent=512, buffer=0))
    assert layer.extent == 512
    assert [list(f.geometry) for f in layer.features] == [[9, 512, 512]]


COORDINATES = st.tuples(st.integers(-3000, 3000), st.integers(-3000, 3000)).map(
    lambda p: (p[0] / 4, p[1] / 4)
)
RINGS = st.lists(COORDINATES, min_size=3, max_size=9)


@settings(deadline=None)
@given(st.lists(RINGS, min_size=1, max_size=6))
def test_whatever_polygons_come_the_rules_are_kept(rings: list[list[tuple[float, float]]]) -> None:
    polygons = [degrees(shapely.Polygon(ring)) for ring in rings]
    encode(batch([*polygons, shapely.MultiPolygon(polygons)]))


@settings(deadline=None)
@given(RINGS)
def test_a_valid_polygon_keeps_its_area(ring: list[tuple[float, float]]) -> None:
    polygon = shapely.Polygon(ring)
    if not polygon.is_valid:
        return
    wanted = polygon.intersection(shapely.box(-64, -64, 4160, 4160))
    found = shapely.union_all(shown(degrees(polygon)))
    # each corner moves by less than one unit, so the outline sweeps less than its length
    assert found.symmetric_difference(wanted).area <= polygon.length + 2
