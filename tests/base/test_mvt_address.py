"""Tiles of WebMercatorQuad: which exist and where they lie."""

import pyproj
import pytest

from diban.base.mvt import TileAddress
from diban.ground import Invalid


@pytest.mark.parametrize(
    ("zoom", "row", "column", "field"),
    [
        (-1, 0, 0, "zoom"),
        (25, 0, 0, "zoom"),
        (0, 1, 0, "row"),
        (3, 8, 0, "row"),
        (3, -1, 0, "row"),
        (3, 0, 8, "column"),
        (24, 0, 2**24, "column"),
    ],
)
def test_an_address_outside_of_the_matrix_set_is_refused(
    zoom: int, row: int, column: int, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        TileAddress(zoom, row, column)
    assert refusal.value.field == field
    assert refusal.value.limit is not None
    assert refusal.value.remedy is not None


def test_the_first_and_the_last_tile_of_a_zoom_exist() -> None:
    TileAddress(0, 0, 0)
    TileAddress(24, 2**24 - 1, 2**24 - 1)


def test_one_tile_holds_the_mercator_world() -> None:
    half = 20037508.342789244
    assert TileAddress(0, 0, 0).bounds_mercator() == pytest.approx((-half, -half, half, half))


def test_degrees_and_metres_are_the_same_box() -> None:
    address = TileAddress(14, 7154, 13382)
    transformer = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    west, south, east, north = address.bounds_lonlat(buffer=0)
    assert 113 < west < east < 115
    assert 22 < south < north < 24
    corners = (*transformer.transform(west, south), *transformer.transform(east, north))
    assert corners == pytest.approx(address.bounds_mercator(), abs=1e-6)


def test_the_buffer_widens_the_box_on_all_sides() -> None:
    address = TileAddress(14, 7154, 13382)
    bare, wide = address.bounds_lonlat(0), address.bounds_lonlat()
    assert wide[0] < bare[0]
    assert wide[1] < bare[1]
    assert wide[2] > bare[2]
    assert wide[3] > bare[3]
    assert (wide[2] - wide[0]) / (bare[2] - bare[0]) == pytest.approx(1 + 2 * 64 / 4096)


def test_the_buffer_ends_at_the_antimeridian_but_not_at_the_edge_of_mercator() -> None:
    west, south, east, north = TileAddress(0, 0, 0).bounds_lonlat()
    assert (west, east) == (-180, 180)
    assert 85.0511 < north < 90
    assert south == -north
