"""An overview that follows small changes: laid into what is kept, and the same as one made anew."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import Any

import pytest

from diban.base import Tile, TileAddress
from diban.ground import NOW, LayerId
from tests.contract.board import ALL, BUILDINGS, Board, Row, square, tile_at
from tests.contract.test_overview import HERE, kept, properties, rows_of

FEW = (61, 120, 180, 240)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a few hundred features exceed."""
    monkeypatch.setattr("diban.base.overview.build.DENSE", 25)
    monkeypatch.setattr("diban.base.overview.build.TILE_FEATURES", 150)
    monkeypatch.setattr("diban.base.overview.build.ROOM", 6_000)
    monkeypatch.setattr("diban.base.overview.finishing.ROOM", 6_000)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[TileAddress]:
    """The tiles that are made of all that lies in them."""
    found: list[TileAddress] = []
    place = "diban.base.overview.build.drawn_of"
    draw = resolve_name(place)

    def drawn(rows: Any, schema: Any, address: TileAddress, seq: int, room: int | None, counted: Any) -> Any:
        if room is not None:
            found.append(address)
        return draw(rows, schema, address, seq, room, counted)

    monkeypatch.setattr(place, drawn)
    return found


def tiles(engine: Board, layer: LayerId) -> dict[TileAddress, Tile]:
    """Every kept tile as it is answered."""
    seen = engine.base.at(layer, NOW, ALL)
    return {address: seen.tile("t", address) for address in kept(engine, layer)}


def anew(engine: Board, layer: LayerId) -> dict[TileAddress, Tile]:
    """The same when all of them are made again of what lies in them."""
    _, reader = engine.overview(layer)
    storage = engine.base.at(layer, NOW, ALL)._storage
    with reader as reading:
        epoch = reading.look.epoch
    engine.store.keep(storage, epoch, [], [(0, 0, 0)])
    assert kept(engine, layer) == {}
    engine.base.overview(layer)
    return tiles(engine, layer)


def renamed(rows: list[Row], which: tuple[int, ...], name: str) -> list[Row]:
    """Some rows with another name."""
    after = [dict(row) for row in rows]
    for number in which:
        after[number]["name"] = name
    return after


def test_a_small_edit_is_laid_into_the_tiles_that_it_touches(engine: Board, made: list[TileAddress]) -> None:
    rows = rows_of()
    layer = engine.filled(BUILDINGS, rows)
    engine.base.overview(layer)
    made.clear()
    engine.land(layer, renamed(rows, FEW, "改"))
    assert engine.base.overview(layer) > 5
    assert made == []
    assert set(kept(engine, layer).values()) == {1, 2}
    found = tiles(engine, layer)
    again = anew(engine, layer)
    assert set(found) == set(again)
    names = set()
    for address, tile in found.items():
        assert (tile.counted, tile.left_out) == (again[address].counted, again[address].left_out)
        assert properties(tile) == properties(again[address])
        names |= {each.get("name") for each in properties(tile).values()}
    assert "改" in names


def test_what_is_too_small_to_have_room_is_counted_and_not_drawn(
    engine: Board, made: list[TileAddress]
) -> None:
    rows = rows_of()
    layer = engine.filled(BUILDINGS, rows)
    engine.base.overview(layer)
    made.clear()
    world = TileAddress(0, 0, 0)
    before = engine.base.at(layer, NOW, ALL).tile("t", world)
    tiny: list[Row] = [
        {"code": f"tiny{number}", "name": "小", "geometry": square(113.95 + number / 100, 22.55, 1e-7)}
        for number in range(3)
    ]
    engine.land(layer, [*rows, *tiny])
    engine.base.overview(layer)
    assert world not in made
    after = engine.base.at(layer, NOW, ALL).tile("t", world)
    assert (after.counted, after.left_out) == (before.counted + 3, before.left_out + 3)
    assert properties(after) == properties(before)


def test_many_small_edits_have_the_tile_made_whole_again(engine: Board, made: list[TileAddress]) -> None:
    rows = rows_of()
    layer = engine.filled(BUILDINGS, rows)
    engine.base.overview(layer)
    world = TileAddress(0, 0, 0)
    drawn = sorted(properties(engine.base.at(layer, NOW, ALL).tile("t", world)))
    fids = {row["_fid"]: row["code"] for row in engine.rows(layer)}
    places = {row["code"]: number for number, row in enumerate(rows)}
    made.clear()
    edits = 0
    while world not in made:
        edits += 1
        which = tuple(places[fids[fid]] for fid in drawn[3 * edits : 3 * edits + 3])
        rows = renamed(rows, which, f"第{edits}次")
        engine.land(layer, rows)
        engine.base.overview(layer)
        assert edits < 20
    assert 1 < edits <= 6


def test_both_engines_follow_alike(embedded: Board, postgis: Board) -> None:
    found = []
    for board in (embedded, postgis):
        rows = rows_of()
        layer = board.filled(BUILDINGS, rows)
        board.base.overview(layer)
        board.land(layer, renamed(rows, FEW, "改"))
        lagging = board.base.at(layer, NOW, ALL).tile("t", tile_at(11, *HERE))
        board.base.overview(layer)
        found.append((lagging, tiles(board, layer)))
    assert found[0] == found[1]
