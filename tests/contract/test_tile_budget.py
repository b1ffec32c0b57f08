"""Tiles keep a budget of bytes at every zoom, say what they leave out, and count each feature once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely

from diban.base import SUMMARY, TILE_BYTES, Snapshot, Tile, TileAddress
from diban.ground import NOW, Compare, LayerId, LayerScope, Scope
from tests.contract.board import ALL, BUILDINGS, NAMED, Board, Row, city, square, tile_at

ZOOMS = (0, 3, 8, 10, 12, 15)


def told(tile: Tile) -> dict[str, Any] | None:
    """What the tile says of itself; None when it is complete."""
    layer = mapbox_vector_tile.decode(tile.data).get(SUMMARY) if tile.data else None
    if layer is None:
        return None
    (one,) = layer["features"]
    assert one["geometry"] == {"type": "Point", "coordinates": [2048, 2048]}
    found: dict[str, Any] = one["properties"]
    return found


def mixed(count: int) -> list[Row]:
    """Rows of every kind of geometry, some with a centre far from any of their parts, some at the rim."""
    rows = city(count)
    rows[0]["geometry"] = shapely.box(113.9, 22.5, 114, 22.6).difference(
        shapely.box(113.905, 22.505, 114, 22.595)
    )
    rows[1]["geometry"] = shapely.LineString([(-170, -80), (170, 80)])
    rows[2]["geometry"] = shapely.MultiPoint([(10, 89), (10, -89)])
    rows[3]["geometry"] = shapely.Point(180, 90)
    rows[4]["geometry"] = shapely.Point(-180, -90)
    rows[5]["geometry"] = shapely.box(113.8, 22.4, 114.1, 22.7)
    rows[6]["geometry"] = shapely.LineString([(113.95, 22.55), (113.950001, 22.550001)])
    rows[7]["geometry"] = None
    rows[8]["geometry"] = shapely.Polygon()
    for number in range(10, 60):
        rows[number]["geometry"] = shapely.Point(113.9 + number / 700, 22.55)
    return rows


def tiles_by_zoom(seen: Snapshot, zooms: Sequence[int]) -> dict[int, list[Tile]]:
    """Every tile of these zooms in which anything is counted, found from above."""
    squares, found = {(0, 0)}, {}
    for level in range(max(zooms) + 1):
        tiles = {(row, column): seen.tile("t", TileAddress(level, row, column)) for row, column in squares}
        if level in zooms:
            found[level] = list(tiles.values())
        squares = {
            (2 * row + down, 2 * column + along)
            for (row, column), tile in tiles.items()
            if tile.counted
            for down in (0, 1)
            for along in (0, 1)
        }
    return found


@pytest.mark.parametrize(
    "scope", [LayerScope(), LayerScope(rows=Compare("floors", ">=", 2)), LayerScope(decimals=3)]
)
def test_each_feature_is_counted_in_one_tile(
    engine: Board, scope: LayerScope, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a small budget, so that most zooms leave something out by number or by bytes."""
    monkeypatch.setattr("diban.base.snapshot.TILE_FEATURES", 60)
    monkeypatch.setattr("diban.base.tiles.ROOM", 4_000)
    layer = engine.filled(BUILDINGS, mixed(150))
    seen = engine.base.at(layer, NOW, granted(layer, scope))
    placed = sum(
        row["geometry"] is not None and not shapely.is_empty(shapely.from_wkb(row["geometry"]))
        for row in engine.rows(layer, NOW, granted(layer, scope))
    )
    left_out = set()
    for found in tiles_by_zoom(seen, ZOOMS).values():
        assert sum(tile.counted for tile in found) == placed
        assert all(0 <= tile.left_out <= tile.counted for tile in found)
        assert all(len(tile.data) <= 4_000 + 1_024 for tile in found)
        for tile in found:
            said = told(tile)
            assert said is not None or (tile.left_out, tile.simplified) == (0, False)
            if said is not None:
                assert (said["counted"], said["left_out"]) == (tile.counted, tile.left_out)
                assert said["shown"] == tile.counted - tile.left_out
                assert (said["drawn"], said["layer"], said["kept"]) == (tile.features, "t", "largest")
        left_out.add(sum(tile.left_out for tile in found))
    assert min(left_out) <= 1  # close up everything is drawn, except a line that was rounded to a point
    assert max(left_out) > 3


def granted(layer: LayerId, limits: LayerScope) -> Scope:
    """Sight of one layer only."""
    return Scope("somebody", "tests", {layer: limits})


def test_both_engines_leave_the_same_out(
    embedded: Board, postgis: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diban.base.snapshot.TILE_FEATURES", 150)
    monkeypatch.setattr("diban.base.tiles.ROOM", 9_000)
    rows = mixed(400)
    for number in range(60, 400):  # of different sizes, in metres, so that single precision would err
        side = 1e-4 + (number * 7919 % 400) * 1e-6
        rows[number]["geometry"] = square(113.9 + number / 4000, 22.5 + number / 5000, side)
    made = [board.base.at(board.filled(BUILDINGS, rows), NOW, ALL) for board in (embedded, postgis)]
    for zoom in (0, 5, 9, 10, 12):
        one, other = (seen.tile("t", tile_at(zoom, 113.95, 22.55)) for seen in made)
        assert one == other
        assert one.left_out


def coast(corners: int) -> shapely.Polygon:
    """A polygon with so many corners that no tile has room for all of them."""
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    radius = 0.3 + 0.002 * np.random.default_rng(3).random(corners)
    return shapely.Polygon(np.column_stack((114 + radius * np.cos(angle), 22.5 + radius * np.sin(angle))))


def test_one_feature_of_very_many_corners(engine: Board) -> None:
    layer = engine.filled(NAMED, [{"code": "coast", "geometry": coast(400_000)}])
    seen = engine.base.at(layer, NOW, ALL)
    for zoom in range(15):
        tile = seen.tile("t", tile_at(zoom, 114, 22.5))
        assert len(tile.data) <= TILE_BYTES
        assert (tile.features, tile.left_out, tile.counted) == (1, 0, 1)
    wide = seen.tile("t", tile_at(9, 114.2, 22.5))
    assert wide.simplified
    said = told(wide)
    assert said is not None
    assert said["simplified"] is True


def test_texts_that_are_too_long(engine: Board) -> None:
    rows = [
        {"code": f"{n}", "name": f"{n}" * (400_000 if n == 1 else 50_000), "geometry": square(114, 22.5)}
        for n in range(1, 20)
    ]
    tile = engine.base.at(engine.filled(NAMED, rows), NOW, ALL).tile("t", tile_at(12, 114.0005, 22.5005))
    assert len(tile.data) <= TILE_BYTES
    assert tile.counted == 19
    assert tile.features + tile.left_out == 19
    assert 3 <= tile.features < 19
