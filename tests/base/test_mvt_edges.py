"""At the edge: cutting at the buffer, neighbours, the antimeridian and the poles."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from diban.base.mvt import TileAddress
from tests.base.mvt_tiles import SHENZHEN, batch, degrees, encode, features, shown, units

BUFFERED = shapely.box(-64, -64, 4160, 4160)


def _one_tile_right(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    moved: NDArray[np.float64] = xy + np.array([4096.0, 0.0])
    return moved


@pytest.mark.parametrize(
    "wkt",
    [
        "POLYGON ((-900 -900, 900 -900, 900 900, -900 900, -900 -900))",
        "POLYGON ((-9000 -9000, 9000 -9000, 9000 9000, -9000 9000, -9000 -9000))",
        "POLYGON ((-9000 -9000, 9000 -9000, 9000 9000, -9000 9000, -9000 -9000), (1 1, 9 1, 9 9, 1 1))",
        "POLYGON ((3000 -500, 5500 2000, 3000 4500, 500 2000, 3000 -500))",
        "MULTIPOLYGON (((-500 0, 99 0, 99 99, -500 99, -500 0)), ((5000 0, 5099 0, 5099 99, 5000 0)))",
        "POLYGON ((-900 0, 900 0, 900 300, -300 300, -300 400, 900 400, 900 700, -900 700, -900 0))",
        "LINESTRING (-500 500, 5000 500, 5000 900, -500 900)",
        "MULTILINESTRING ((-500 500, 500 500), (-500 600, -400 600), (10 10, 20 20))",
    ],
)
def test_what_crosses_the_buffer_is_cut_there(wkt: str) -> None:
    wanted = shapely.intersection(shapely.from_wkt(wkt), BUFFERED)
    (shape,) = shown(units(wkt))
    assert shape.normalize().equals_exact(wanted.normalize(), tolerance=1e-9)


@pytest.mark.parametrize(
    "wkt",
    [
        "POINT (-65 10)",
        "MULTIPOINT ((-65 10), (5000 5000))",
        "LINESTRING (-500 0, 0 -500)",
        "LINESTRING (4200 -500, 4200 5000)",
        "LINESTRING (-900 10, -64 10)",
        "POLYGON ((4200 0, 4300 0, 4300 100, 4200 0))",
        "POLYGON ((-500 0, 0 -500, -500 -500, -500 0))",
    ],
)
def test_what_lies_outside_or_only_touches_makes_no_tile(wkt: str) -> None:
    assert encode(batch([units(wkt)])) == b""


def test_points_in_the_buffer_belong_to_the_tile() -> None:
    (shape,) = shown(units("MULTIPOINT ((-64 5), (-66 5), (4160 4160), (10 10), (4162 9))"))
    assert shape.wkt == "MULTIPOINT ((-64 5), (4160 4160), (10 10))"


def test_a_point_has_the_same_number_in_neighbouring_tiles() -> None:
    rng = np.random.default_rng(5)
    neighbours = [TileAddress(14, 7154, 13382), TileAddress(14, 7154, 13383), TileAddress(14, 7155, 13382)]
    points = [units(f"POINT ({x} {y})") for x, y in rng.uniform(4050, 4140, (400, 2))]
    here, right, below = (
        {f["id"]: f["geometry"]["coordinates"] for f in features(encode(batch(points), address))}
        for address in neighbours
    )
    assert len(here) == len(right) == len(below) == 400
    assert all(right[number] == [x - 4096, y] for number, (x, y) in here.items())
    assert all(below[number] == [x, y - 4096] for number, (x, y) in here.items())


CORNERS = st.lists(
    st.tuples(st.floats(3000, 5200, width=32), st.floats(100, 3900, width=32)), min_size=3, max_size=8
)


@settings(deadline=None)
@given(CORNERS)
def test_neighbours_join_without_a_seam(corners: list[tuple[float, float]]) -> None:
    polygon = shapely.Polygon(corners)
    if not polygon.is_valid or polygon.area < 1:
        return
    geometry = degrees(polygon)
    left = shapely.union_all(shown(geometry))
    right = shapely.union_all(shown(geometry, address=TileAddress(14, 7154, 13383)))
    left = left.intersection(shapely.box(0, 0, 4096, 4096))
    right = shapely.transform(right.intersection(shapely.box(0, 0, 4096, 4096)), _one_tile_right)
    assert left.union(right).symmetric_difference(polygon).area <= polygon.length + 4
    border = shapely.LineString([(4096, 0), (4096, 4096)])
    assert left.intersection(border).length == pytest.approx(right.intersection(border).length, abs=12 * 2.5)


def test_a_line_leaves_one_tile_where_it_enters_the_next() -> None:
    rng = np.random.default_rng(6)
    for begin, end in zip(rng.uniform(0, 4096, 50), rng.uniform(0, 4096, 50), strict=True):
        line = degrees(shapely.LineString([(1000, begin), (7000, end)]))
        border = shapely.LineString([(0, -100), (0, 4200)])
        (left,) = shown(line)
        (right,) = shown(line, address=TileAddress(14, 7154, 13383))
        leaves = left.intersection(shapely.transform(border, _one_tile_right)).y
        enters = right.intersection(border).y
        assert leaves == pytest.approx(enters, abs=1.5)


def test_the_world_at_zoom_0_reaches_over_the_poles_and_the_antimeridian_only_by_the_buffer() -> None:
    world = shapely.box(-180, -90, 180, 90)
    (shape,) = shown(world, address=TileAddress(0, 0, 0))
    assert shape.bounds == (0, -64, 4096, 4160)


@pytest.mark.parametrize("latitude", [86.5, 89, 90, -86.5, -90])
def test_points_beyond_the_end_of_mercator_are_left_out(latitude: float) -> None:
    assert encode(batch([shapely.Point(10, latitude)]), TileAddress(0, 0, 0)) == b""
    row = 0 if latitude > 0 else 15
    assert encode(batch([shapely.Point(10, latitude)]), TileAddress(4, row, 8)) == b""


def test_a_meridian_ends_at_the_edge_of_the_outermost_tile() -> None:
    meridian = shapely.LineString([(10, -90), (10, 90)])
    (shape,) = shown(meridian, address=TileAddress(4, 0, 8))
    assert shape.bounds[1::2] == (-64, 4160)


def test_features_at_the_antimeridian_stay_on_their_side() -> None:
    east, west = shapely.Point(180, 0), shapely.Point(-180, 0)
    last, first = TileAddress(3, 3, 7), TileAddress(3, 3, 0)
    assert [s.x for s in shown(east, west, address=last)] == [4096]
    assert [s.x for s in shown(east, west, address=first)] == [0]


def test_the_deepest_zoom_is_as_exact_as_a_millimetre() -> None:
    deepest = TileAddress(24, 7154 << 10, 13382 << 10)
    (shape,) = shown(units("POLYGON ((10 10, 90 10, 90 70, 10 10))", deepest), address=deepest)
    assert shape.equals_exact(shapely.from_wkt("POLYGON ((10 10, 90 10, 90 70, 10 10))"), tolerance=1)


def test_a_large_polygon_fills_the_tiles_deep_inside() -> None:
    country = shapely.box(73, 18, 135, 53)
    (shape,) = shown(country, address=TileAddress(24, 7154 << 10, 13382 << 10))
    assert shape.equals(BUFFERED)


def test_nothing_at_all_makes_no_tile() -> None:
    assert encode(batch([]), SHENZHEN) == b""
