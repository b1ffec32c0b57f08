"""Overviews: the same counts as without, nothing that may not be seen, never behind, gone when erased."""

from __future__ import annotations

from typing import Any

import mapbox_vector_tile
import pytest
import shapely
import sqlalchemy as sa

from diban.base import SUMMARY, Snapshot, Tile, TileAddress
from diban.ground import NOW, Compare, Conflict, LayerId, LayerScope, Mask, Moment
from tests.contract.board import ALL, BUILDINGS, Board, Row, features_of, square, tile_at
from tests.contract.test_tile_budget import granted, mixed, tiles_by_zoom
from tests.contract.test_touched import crossed, states

ZOOMS = (0, 9, 11, 12)
MANY = 400
HERE = (113.95, 22.55)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a few hundred features exceed."""
    monkeypatch.setattr("diban.base.overview.build.DENSE", 25)
    monkeypatch.setattr("diban.base.overview.build.TILE_FEATURES", 150)
    monkeypatch.setattr("diban.base.overview.build.ROOM", 6_000)
    monkeypatch.setattr("diban.base.overview.finishing.ROOM", 6_000)


def rows_of() -> list[Row]:
    """Features of all kinds, of many sizes."""
    rows = mixed(MANY)
    for number in range(60, MANY):
        side = 1e-4 + (number * 7919 % MANY) * 1e-6
        rows[number]["geometry"] = square(113.9 + number % 40 / 400, 22.5 + number / MANY / 10, side)
    return rows


def properties(tile: Tile) -> dict[int, dict[str, Any]]:
    """The properties of each feature that a tile draws."""
    layers = mapbox_vector_tile.decode(tile.data) if tile.data else {}
    layers.pop(SUMMARY, None)
    return {each["id"]: each["properties"] for layer in layers.values() for each in layer["features"]}


def kept(engine: Board, layer: LayerId) -> dict[TileAddress, int]:
    """The tiles that are kept, with the versions they show."""
    table, reader = engine.overview(layer)
    with reader as reading:
        found = reading.connection.execute(sa.select(table).where(table.c.zoom >= 0)).fetchall()
    return {TileAddress(each.zoom, each.row, each.column): each.seq for each in found}


def test_counts_are_those_of_the_layer(engine: Board) -> None:
    layer = engine.filled(BUILDINGS, rows_of())
    seen = engine.base.at(layer, NOW, ALL)
    without = tiles_by_zoom(seen, ZOOMS)
    made = engine.base.overview(layer)
    assert made == len(kept(engine, layer)) > 15
    assert engine.base.overview(layer) == 0
    for zoom, found in tiles_by_zoom(seen, ZOOMS).items():
        assert sorted(tile.counted for tile in found) == sorted(tile.counted for tile in without[zoom])
        assert all(0 <= tile.left_out <= tile.counted for tile in found)
        assert all(len(tile.data) <= 7_100 for tile in found)
    assert seen.tile("t", TileAddress(0, 0, 0)).left_out > 200


def test_both_engines_keep_the_same(embedded: Board, postgis: Board) -> None:
    found = []
    for board in (embedded, postgis):
        layer = board.filled(BUILDINGS, rows_of())
        board.base.overview(layer)
        seen = board.base.at(layer, NOW, ALL)
        found.append({square: seen.tile("t", square) for square in kept(board, layer)})
    assert found[0] == found[1]


def edited(rows: list[Row]) -> tuple[list[Row], list[Any]]:
    """Some rows changed, moved, new and gone; the boxes before and after."""
    after = [dict(row) for row in rows if row["code"] != rows[10]["code"]]
    after[23]["name"] = "改了"
    after[21]["geometry"] = shapely.box(113.91, 22.52, 113.92, 22.54)
    after.append({"code": "new", "name": "新", "geometry": shapely.box(113.91, 22.51, 113.92, 22.53)})
    boxes = [rows[10], rows[22], rows[24], after[21], after[-1]]
    return after, [row["geometry"] for row in boxes]


def look(seen: Snapshot, rows: list[Row], layer_fids: dict[str, int]) -> None:
    """What must hold of an edited layer, whether its overview has followed or not."""
    after = {row["code"]: row for row in rows}
    placed = sum(row.get("geometry") is not None and not row["geometry"].is_empty for row in rows)
    for found in tiles_by_zoom(seen, ZOOMS).values():
        assert sum(tile.counted for tile in found) == placed
    for zoom in (0, 9, 11):
        drawn = properties(seen.tile("t", tile_at(zoom, *HERE)))
        assert drawn[layer_fids["new"]]["name"] == "新"
        assert {each["code"] for each in drawn.values()} <= set(after)
        for each in drawn.values():
            assert each.get("name") == after[each["code"]].get("name")


def test_an_edit_is_seen_at_once_and_only_what_it_touches_is_made_anew(engine: Board) -> None:
    rows = rows_of()
    layer = engine.filled(BUILDINGS, rows)
    engine.base.overview(layer)
    before, was = kept(engine, layer), states(engine.base.at(layer, NOW, ALL))
    after, boxes = edited(rows)
    engine.land(layer, after)
    fids = {row["code"]: row["_fid"] for row in engine.rows(layer)}
    look(engine.base.at(layer, NOW, ALL), after, fids)
    made = engine.base.overview(layer)
    look(engine.base.at(layer, NOW, ALL), after, fids)
    now, touched = kept(engine, layer), crossed(before, boxes)
    assert {square for square in before if now.get(square) != before[square]} == touched
    assert set(now) - set(before) <= crossed(now, boxes)
    assert 5 < made < len(now)
    changed = states(engine.base.at(layer, NOW, ALL))
    assert {square for square in was if was[square] != changed[square]} == crossed(was, boxes)
    # As of the version before: nothing of the later one.
    old = engine.base.at(layer, Moment(version=engine.base.history(layer)[-1].id), ALL)
    assert fids["new"] not in properties(old.tile("t", tile_at(11, *HERE)))


def test_too_many_changes_to_follow_are_read_from_the_rows(
    engine: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_of()
    layer = engine.filled(BUILDINGS, rows)
    engine.base.overview(layer)
    monkeypatch.setattr("diban.base.touched.MOST", 2)
    after, _ = edited(rows)
    engine.land(layer, after)
    fids = {row["code"]: row["_fid"] for row in engine.rows(layer)}
    look(engine.base.at(layer, NOW, ALL), after, fids)
    assert engine.base.overview(layer) >= len(kept(engine, layer)) - 1
    look(engine.base.at(layer, NOW, ALL), after, fids)


def test_fields_are_hidden_and_masked(engine: Board) -> None:
    layer = engine.filled(BUILDINGS, rows_of())
    engine.base.overview(layer)
    limits = LayerScope(fields=frozenset({"code", "name"}), masks=(("code", Mask.ENDS),))
    for zoom in (0, 11):
        square = tile_at(zoom, *HERE)
        whole = properties(engine.base.at(layer, NOW, ALL).tile("t", square))
        found = properties(engine.base.at(layer, NOW, granted(layer, limits)).tile("t", square))
        assert found
        assert set(found) <= set(whole)
        for fid, each in found.items():
            assert set(each) <= {"code", "name"}
            assert each["code"] == f"{whole[fid]['code'][0]}*{whole[fid]['code'][-1]}"
            assert each.get("name") == whole[fid].get("name")


@pytest.mark.parametrize(
    "limits",
    [
        LayerScope(rows=Compare("floors", ">", 0)),
        LayerScope(area=shapely.to_wkb(shapely.box(113.9, 22.5, 113.95, 22.56))),
        LayerScope(decimals=3),
    ],
)
def test_who_does_not_see_all_is_answered_from_the_rows(engine: Board, limits: LayerScope) -> None:
    layer = engine.filled(BUILDINGS, rows_of())
    seen = engine.base.at(layer, NOW, granted(layer, limits))
    squares = [tile_at(zoom, *HERE) for zoom in ZOOMS]
    before = [seen.tile("t", square) for square in squares]
    engine.base.overview(layer)
    assert [seen.tile("t", square) for square in squares] == before


def test_a_field_that_came_later(engine: Board) -> None:
    rows = rows_of()
    layer = engine.filled(BUILDINGS, rows)
    engine.base.overview(layer)
    fields = (
        *BUILDINGS.fields[:2],
        BUILDINGS.fields[4].__class__("more", BUILDINGS.fields[0].kind, BUILDINGS.fields[0].title),
    )
    wider = BUILDINGS.__class__(fields, geometry=BUILDINGS.geometry, key="code")
    engine.evolve(layer, wider)
    square = tile_at(11, *HERE)
    found = properties(engine.base.at(layer, NOW, ALL).tile("t", square))
    assert set().union(*found.values()) == {"code", "name"}
    after = [{"code": row["code"], "name": row["name"], "geometry": row["geometry"]} for row in rows]
    after[60]["more"] = "x"
    after[60]["geometry"] = shapely.box(113.93, 22.53, 113.97, 22.57)
    engine.land(layer, features_of(engine.base.schema(layer), after))
    found = properties(engine.base.at(layer, NOW, ALL).tile("t", square))
    assert "x" in {each.get("more") for each in found.values()}


def test_an_erasure_forgets_what_is_kept(engine: Board) -> None:
    layer = engine.filled(BUILDINGS, rows_of())
    engine.base.overview(layer)
    square = tile_at(0, *HERE)
    shown = properties(engine.base.at(layer, NOW, ALL).tile("t", square))
    gone = min(shown)
    assert engine.base.erase(layer, [gone]) == 1
    assert kept(engine, layer) == {}
    assert gone not in properties(engine.base.at(layer, NOW, ALL).tile("t", square))
    engine.base.overview(layer)
    found = engine.base.at(layer, NOW, ALL).tile("t", square)
    assert gone not in properties(found)
    assert found.features


def test_what_is_made_of_rows_that_are_erased_meanwhile_is_not_kept(
    engine: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = engine.filled(BUILDINGS, rows_of())
    keep = engine.store.keep

    def late(*arguments: Any) -> None:
        monkeypatch.undo()
        engine.base.erase(layer, [61])
        keep(*arguments)

    monkeypatch.setattr(engine.store, "keep", late)
    with pytest.raises(Conflict):
        engine.base.overview(layer)
    assert kept(engine, layer) == {}
