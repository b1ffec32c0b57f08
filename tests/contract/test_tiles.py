"""Tiles: both engines draw the same features with the same properties, the largest first when too many."""

from __future__ import annotations

from typing import Any

import mapbox_vector_tile
import pytest
import shapely

from diban.base import SUMMARY, Tile
from diban.ground import NOW, LayerId, Moment
from tests.contract.board import ALL, BUILDINGS, NAMED, REGISTER, Board, city, square, tile_at

ADDRESSES = [
    (0, 113.95, 22.55),
    (9, 113.95, 22.55),
    (12, 113.95, 22.55),
    (14, 113.93, 22.53),
    (17, 113.95, 22.55),
]


def decoded(tile: Tile) -> dict[int, Any]:
    """Properties and geometry of each feature of a tile, by its id."""
    if not tile.data:
        return {}
    layers = mapbox_vector_tile.decode(tile.data)
    layers.pop(SUMMARY, None)
    (drawn,) = layers.values()
    assert (drawn["extent"], drawn["version"]) == (4096, 2)
    found = {feature["id"]: (feature["properties"], feature["geometry"]) for feature in drawn["features"]}
    assert len(found) == len(drawn["features"])
    return found


@pytest.fixture(scope="module")
def layers(embedded: Board, postgis: Board) -> list[tuple[Board, LayerId]]:
    """The same rows on both engines, some of them in the past."""
    made = []
    for board in (embedded, postgis):
        layer, rows = board.layer(BUILDINGS), city(400)
        rows[5]["geometry"] = shapely.Point(113.95, 22.55)
        rows[6]["geometry"] = shapely.LineString([(113.9, 22.5), (114.0, 22.6)])
        rows[7]["geometry"] = None
        rows[8]["geometry"] = shapely.box(113.9, 22.5, 114, 22.6).difference(
            shapely.box(113.94, 22.54, 113.96, 22.56)
        )
        board.land(layer, rows)
        board.land(layer, [row | {"floors": 3} if n % 4 else row for n, row in enumerate(rows[:380])])
        board.base.tidy(layer, 2)
        made.append((board, layer))
    return made


@pytest.mark.parametrize(("zoom", "x", "y"), ADDRESSES)
def test_both_engines_draw_the_same(
    layers: list[tuple[Board, LayerId]], zoom: int, x: float, y: float
) -> None:
    for place in (0, 1):
        tiles = []
        for board, layer in layers:
            version = board.base.history(layer)[place]
            snapshot = board.base.at(layer, Moment(version=version.id), ALL)
            tiles.append(decoded(snapshot.tile("buildings", tile_at(zoom, x, y))))
        assert tiles[0] == tiles[1]
        assert tiles[0]


def test_a_tile_shows_what_lies_in_it(engine: Board) -> None:
    here, edge, far = square(113.95, 22.55), square(113.96, 22.55), square(115, 24)
    layer = engine.filled(
        NAMED,
        [
            {"code": "here", "name": "这里", "geometry": here},
            {"code": "edge", "name": None, "geometry": edge},
            {"code": "far", "geometry": far},
            {"code": "nowhere", "geometry": None},
            {"code": "empty", "geometry": shapely.Polygon()},
        ],
    )
    tile = engine.base.at(layer, NOW, ALL).tile("named", tile_at(12, 113.95, 22.55))
    found = decoded(tile)
    assert (tile.features, tile.left_out, set(found)) == (2, 0, {1, 2})
    assert found[1][0] == {"code": "here", "name": "这里"}
    assert found[2][0] == {"code": "edge"}
    assert decoded(engine.base.at(layer, NOW, ALL).tile("named", tile_at(12, 113.95, 22.55), ("name",)))[1][
        0
    ] == {"name": "这里"}


def test_no_tile_without_rows(engine: Board) -> None:
    empty, table = engine.layer(NAMED), engine.filled(REGISTER, city(3))
    for layer in (empty, table):
        assert engine.base.at(layer, NOW, ALL).tile("t", tile_at(3, 113.9, 22.5)) == Tile(b"", 0, 0)
    layer = engine.filled(NAMED, [{"code": "a", "geometry": square(113, 22)}])
    assert engine.base.at(layer, NOW, ALL).tile("t", tile_at(12, 0, 0)) == Tile(b"", 0, 0)


def test_of_too_many_the_largest_are_drawn(engine: Board) -> None:
    many = 10_300
    rows = [
        {"code": str(n), "geometry": shapely.box(113, 22, 113.001 + n / many / 10, 22.001 + n / many / 10)}
        for n in range(many)
    ]
    layer = engine.filled(NAMED, rows)
    tile = engine.base.at(layer, NOW, ALL).tile("t", tile_at(8, 113.05, 22.05), ())
    found = decoded(tile)
    assert (tile.features, tile.left_out, tile.counted) == (10_000, 300, 10_300)
    assert min(found) == 301
