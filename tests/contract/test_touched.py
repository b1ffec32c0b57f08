"""What a version touched: exactly the tiles are made anew that the old and the new boxes cross."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
import shapely

from diban.base import Snapshot, TileAddress
from diban.ground import NOW, Compare, LayerId, LayerScope, Mode, Moment, Scope
from tests.contract.board import ALL, BUILDINGS, Board, Row, city, square, tile_at

ZOOMS = (0, 3, 6, 9, 11, 13, 14, 16)
CITY = shapely.box(113.89, 22.49, 114.02, 22.62)


def squares() -> Iterator[TileAddress]:
    """Tiles of several zooms around the city; close up only some."""
    for zoom in ZOOMS:
        north_west, south_east = tile_at(zoom, 113.89, 22.62), tile_at(zoom, 114.02, 22.49)
        step = 1 if zoom < 15 else 2
        for row in range(north_west.row, south_east.row + 1, step):
            for column in range(north_west.column, south_east.column + 1, step):
                yield TileAddress(zoom, row, column)


def crossed(tiles: Iterable[TileAddress], shapes: Iterable[shapely.Geometry]) -> set[TileAddress]:
    """The tiles that draw, in their buffer too, what meets one of these boxes."""
    boxes = [shapely.box(*shape.bounds) for shape in shapes]
    return {
        tile for tile in tiles if any(shapely.box(*tile.bounds_lonlat()).intersects(box) for box in boxes)
    }


def states(seen: Snapshot) -> dict[TileAddress, str]:
    """What each tile is made from."""
    return {tile: seen.state_of(tile) for tile in squares()}


def edits() -> tuple[list[Row], list[Row], list[shapely.Geometry]]:
    """Rows before and after: one moved, one changed in place, one new, one gone; old and new boxes."""
    before = city(60)
    after = [dict(row) for row in before[:-1]]
    moved, changed, gone = after[0], after[1], before[-1]
    old = moved["geometry"]
    moved["geometry"] = square(114.0123, 22.6123)
    changed["name"] = "改了"
    new = {"code": "new", "geometry": square(113.8912, 22.4934)}
    boxes = [old, moved["geometry"], changed["geometry"], new["geometry"], gone["geometry"]]
    return before, [*after, new], boxes


def test_an_edit_touches_exactly_the_tiles_that_its_boxes_cross(engine: Board) -> None:
    before, after, boxes = edits()
    layer = engine.filled(BUILDINGS, before)
    first = engine.base.at(layer, NOW, ALL)
    was, drawn = states(first), {tile: first.tile("t", tile) for tile in squares()}
    engine.land(layer, after)
    second = engine.base.at(layer, NOW, ALL)
    now = states(second)
    touched = {tile for tile in now if now[tile] != was[tile]}
    assert touched == crossed(now, boxes)
    assert 20 < len(touched) < len(now) / 4
    assert all(second.tile("t", tile) == drawn[tile] for tile in now if tile not in touched)
    # As of the version before, and after a version that changes nothing here.
    version = engine.base.history(layer)[-1]
    assert states(engine.base.at(layer, Moment(version=version.id), ALL)) == was
    engine.land(layer, after, Mode.FULL)
    assert states(engine.base.at(layer, NOW, ALL)) == now


def test_an_erasure_touches_everything_and_forgets_where_it_was(engine: Board) -> None:
    before, after, _ = edits()
    layer = engine.filled(BUILDINGS, before)
    engine.land(layer, after)
    was = states(engine.base.at(layer, NOW, ALL))
    engine.base.erase(layer, [1])
    now = states(engine.base.at(layer, NOW, ALL))
    assert all(was[tile] != now[tile] for tile in was)
    with engine.acting() as act:
        kept = act.connection.exec_driver_sql(
            f"SELECT west, east, fid FROM layer_touched WHERE layer = '{layer}'"
        ).fetchall()
    assert [tuple(row) for row in kept] == [(-180.0, 180.0, None)]


def test_many_changes_touch_everything(engine: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diban.base.touched.MOST", 2)
    before, after, _ = edits()
    layer = engine.filled(BUILDINGS, before)
    was = states(engine.base.at(layer, NOW, ALL))
    engine.land(layer, after)
    now = states(engine.base.at(layer, NOW, ALL))
    assert all(was[tile] != now[tile] for tile in was)


@pytest.mark.parametrize(
    "limits",
    [
        LayerScope(rows=Compare("floors", ">", 0)),
        LayerScope(area=shapely.to_wkb(CITY)),
        LayerScope(decimals=3),
    ],
)
def test_who_does_not_see_all_learns_nothing_of_where(engine: Board, limits: LayerScope) -> None:
    def seen(layer: LayerId) -> dict[TileAddress, str]:
        return states(engine.base.at(layer, NOW, Scope("somebody", "tests", {layer: limits})))

    before, after, _ = edits()
    layer = engine.filled(BUILDINGS, before)
    was = seen(layer)
    engine.land(layer, after)
    now = seen(layer)
    assert all(was[tile] != now[tile] for tile in was)


@pytest.mark.parametrize("limits", [LayerScope(), LayerScope(decimals=3)])
def test_the_state_moves_when_an_erasure_begins_and_when_it_has_ended(
    engine: Board, limits: LayerScope
) -> None:
    """Also of tiles that are never kept, and for who sees less: what is drawn meanwhile is neither."""
    before, _, _ = edits()
    layer = engine.filled(BUILDINGS, before)
    scope = Scope("somebody", "tests", {layer: limits})
    square = TileAddress(20, 1, 1)
    looks: list[tuple[str, str]] = []

    def look() -> None:
        snapshot = engine.base.at(layer, NOW, scope)
        looks.append((snapshot.state_of(square), snapshot.erasures()))

    look()
    engine.base.erase(layer, [1], lambda done, total: look())
    look()
    states, erasures = map(set, zip(*looks[:2], looks[-1], strict=True))
    assert (len(states), len(erasures)) == (3, 3)
