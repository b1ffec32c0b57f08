"""Drawn tiles: the same bytes as without, for nobody else, never behind, only what is touched drawn anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pkgutil import resolve_name
from typing import Any

import pytest
import shapely
import sqlalchemy as sa

from diban.base import Snapshot, Tile, TileAddress
from diban.ground import NOW, Compare, Conflict, Field, LayerId, LayerScope, Mask, Moment, Scope, Text
from diban.store import reading
from tests.contract.board import ALL, BUILDINGS, Board, Row, square, tile_at
from tests.contract.test_overview import edited, properties, rows_of
from tests.contract.test_tile_budget import granted
from tests.contract.test_touched import crossed

NAME = "t"
FEW = 8
ZOOMS = (0, 6, 9, 10, 11, 12, 13, 14, 16)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a few hundred features exceed."""
    monkeypatch.setattr("diban.base.overview.build.DENSE", 25)
    for module in ("overview.build", "overview.drawing", "snapshot"):
        monkeypatch.setattr(f"diban.base.{module}.TILE_FEATURES", 150)
    for module in ("overview.build", "overview.finishing", "tiles"):
        monkeypatch.setattr(f"diban.base.{module}.ROOM", 6_000)


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> list[TileAddress]:
    """The tiles that are answered as they lie drawn."""
    found: list[TileAddress] = []
    place = "diban.base.snapshot.tile_of_drawn"
    answer = resolve_name(place)

    def told(row: Any) -> Tile:
        found.append(TileAddress(row.zoom, row.row, row.column))
        tile: Tile = answer(row)
        return tile

    monkeypatch.setattr(place, told)
    return found


def squares() -> list[TileAddress]:
    """All tiles of these zooms around the rows, close up only some."""
    found = []
    for zoom in ZOOMS:
        first, last = tile_at(zoom, 113.89, 22.62), tile_at(zoom, 114.02, 22.49)
        step = 1 if zoom < 15 else 3
        for row in range(first.row, last.row + 1, step):
            found += [TileAddress(zoom, row, column) for column in range(first.column, last.column + 1, step)]
    return found


def seen(engine: Board, layer: LayerId, scope: Scope = ALL) -> Snapshot:
    """The layer as it is."""
    return engine.base.at(layer, NOW, scope)


def drawn(engine: Board, layer: LayerId) -> dict[TileAddress, tuple[int, str]]:
    """Which of the squares lie drawn: the version that each shows, and what it was made as."""
    with reading(engine.database) as connection:
        asked = sa.text("SELECT storage FROM layer WHERE id = :id")
        storage = str(connection.execute(asked, {"id": layer}).scalar_one())
    found = {}
    for each in squares():
        with engine.store.reader(storage, None, (each.zoom, each.row, each.column)) as reader:
            row = reader.look.drawn
        if row is not None:
            found[each] = (row.seq, row.made_as)
    return found


def bytes_of(snapshot: Snapshot, which: Iterable[TileAddress]) -> dict[TileAddress, tuple[Any, ...]]:
    """What each tile answers."""
    tiles = {each: snapshot.tile(NAME, each) for each in which}
    return {
        each: (tile.data, tile.features, tile.left_out, tile.counted, tile.simplified)
        for each, tile in tiles.items()
    }


def test_they_hold_the_same_bytes(engine: Board) -> None:
    layer = engine.filled(BUILDINGS, rows_of())
    engine.base.overview(layer)
    without = bytes_of(seen(engine, layer), squares())
    told: list[int] = []
    engine.base.overview(layer, NAME, told.append)
    there = drawn(engine, layer)
    assert {each.zoom for each in there} == set(ZOOMS) - {16}
    assert 40 < len(there) < len(squares())
    assert told == sorted(told)
    assert told[-1] >= len(there)
    assert bytes_of(seen(engine, layer), squares()) == without
    # Each tile with a few features, no other.
    for each, (_, features, _, counted, _) in without.items():
        assert each in there or features < FEW or counted < FEW
        assert each not in there or features
    told.clear()
    engine.base.overview(layer, NAME, told.append)
    assert told == []


def test_they_are_what_is_answered(engine: Board, answered: list[TileAddress]) -> None:
    layer = engine.filled(BUILDINGS, rows_of())
    engine.base.overview(layer, NAME)
    bytes_of(seen(engine, layer), squares())
    assert set(answered) == set(drawn(engine, layer))
    answered.clear()
    seen(engine, layer).tile("another name", tile_at(9, 113.95, 22.55))
    assert answered == []


@pytest.mark.parametrize(
    "limits",
    [
        LayerScope(rows=Compare("floors", ">", 0)),
        LayerScope(area=shapely.to_wkb(shapely.box(113.9, 22.5, 113.95, 22.56))),
        LayerScope(decimals=3),
        LayerScope(fields=frozenset({"code", "name"})),
        LayerScope(masks=(("code", Mask.ENDS),)),
        LayerScope(max_zoom=8),
    ],
)
def test_who_may_not_see_all_is_never_answered_from_them(
    engine: Board, limits: LayerScope, answered: list[TileAddress]
) -> None:
    layer = engine.filled(BUILDINGS, rows_of())
    engine.base.overview(layer)
    mine = seen(engine, layer, granted(layer, limits))
    before = bytes_of(mine, squares())
    engine.base.overview(layer, NAME)
    assert bytes_of(mine, squares()) == before
    assert {each.zoom for each in answered} <= set(range(limits.max_zoom + 1 if limits.max_zoom < 24 else 0))


def test_an_edit_is_seen_at_once_and_only_what_it_touches_is_drawn_anew(
    engine: Board, answered: list[TileAddress]
) -> None:
    rows = rows_of()
    layer = engine.filled(BUILDINGS, rows)
    engine.base.overview(layer, NAME)
    before = drawn(engine, layer)
    after, boxes = edited(rows)
    engine.land(layer, after)
    now = seen(engine, layer)
    bytes_of(now, squares())
    touched = crossed(squares(), boxes)
    assert set(answered) == set(before) - touched
    engine.base.overview(layer)
    without = bytes_of(now, touched)
    engine.base.overview(layer, NAME)
    again = drawn(engine, layer)
    assert {each for each in again if again[each] != before.get(each)} == set(again) & touched
    assert set(before) - set(again) <= touched
    assert bytes_of(seen(engine, layer), touched) == without
    fid = next(row["_fid"] for row in engine.rows(layer) if row["code"] == "new")
    assert properties(seen(engine, layer).tile(NAME, tile_at(11, 113.95, 22.55)))[fid]["name"] == "新"


def test_older_versions_are_not_answered_from_them(engine: Board, answered: list[TileAddress]) -> None:
    rows = rows_of()
    layer = engine.filled(BUILDINGS, rows)
    was = bytes_of(seen(engine, layer), squares())
    after, boxes = edited(rows)
    engine.land(layer, after)
    engine.base.overview(layer, NAME)
    first = engine.base.history(layer)[-1]
    old = engine.base.at(layer, Moment(version=first.id), ALL)
    assert {each: found[3] for each, found in bytes_of(old, squares()).items()} == {
        each: found[3] for each, found in was.items()
    }
    assert answered == []
    assert crossed(drawn(engine, layer), boxes)


def test_what_is_emptied_is_forgotten_with_all_below_it(engine: Board) -> None:
    cluster: list[Row] = [
        {"code": f"c{number}", "geometry": square(113.9001 + number / 1e5, 22.5001, 5e-6)}
        for number in range(20)
    ]
    others: list[Row] = [
        {"code": f"o{number}", "geometry": square(114.0 + number / 1e5, 22.6, 5e-6)} for number in range(20)
    ]
    layer = engine.filled(BUILDINGS, [*cluster, *others])
    engine.base.overview(layer, NAME)
    there = {tile_at(zoom, 113.9002, 22.5001) for zoom in ZOOMS} & set(squares())
    assert there <= set(drawn(engine, layer))
    engine.land(layer, [*cluster[:3], *others])
    engine.base.overview(layer, NAME)
    left = {each.zoom for each in there & set(drawn(engine, layer))}
    assert left == {zoom for zoom in ZOOMS if tile_at(zoom, 114.0001, 22.6) in there}
    assert left


def test_another_schema_draws_all_anew(engine: Board, answered: list[TileAddress]) -> None:
    layer = engine.filled(BUILDINGS, rows_of())
    engine.base.overview(layer, NAME)
    before = drawn(engine, layer)
    title = Text(zh="更多", en="more")
    more = Field("more", BUILDINGS.fields[0].kind, title)
    engine.evolve(layer, replace(BUILDINGS, fields=(*BUILDINGS.fields, more)))
    bytes_of(seen(engine, layer), squares())
    assert answered == []
    engine.base.overview(layer, NAME)
    after = drawn(engine, layer)
    assert set(after) == set(before)
    assert {made_as for _, made_as in after.values()}.isdisjoint(made_as for _, made_as in before.values())


def test_an_erasure_forgets_them(engine: Board) -> None:
    layer = engine.filled(BUILDINGS, rows_of())
    engine.base.overview(layer, NAME)
    square = tile_at(9, 113.95, 22.55)
    gone = min(properties(seen(engine, layer).tile(NAME, square)))
    assert engine.base.erase(layer, [gone]) == 1
    assert drawn(engine, layer) == {}
    engine.base.overview(layer, NAME)
    assert square in drawn(engine, layer)
    assert gone not in properties(seen(engine, layer).tile(NAME, square))


def test_what_is_drawn_of_rows_that_are_erased_meanwhile_is_not_kept(
    engine: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = engine.filled(BUILDINGS, rows_of())
    engine.base.overview(layer)
    keep = engine.store.keep_drawn

    def late(*arguments: Any) -> None:
        monkeypatch.undo()
        engine.base.erase(layer, [61])
        keep(*arguments)

    monkeypatch.setattr(engine.store, "keep_drawn", late)
    with pytest.raises(Conflict):
        engine.base.overview(layer, NAME)
    assert drawn(engine, layer) == {}


def test_interrupted_it_goes_on(engine: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = engine.filled(BUILDINGS, rows_of())
    engine.base.overview(layer)
    told: list[int] = []

    def stop(made: int) -> None:
        told.append(made)
        if made > 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.base.overview(layer, NAME, stop)
    half = drawn(engine, layer)
    assert half
    rest: list[int] = []
    engine.base.overview(layer, NAME, rest.append)
    whole = drawn(engine, layer)
    assert set(half) < set(whole)
    engine.store.keep_drawn(seen(engine, layer)._storage, 0, [], [(0, 0, 0)])
    assert drawn(engine, layer) == {}
    again: list[int] = []
    engine.base.overview(layer, NAME, again.append)
    assert drawn(engine, layer) == whole
    assert told[-1] + rest[-1] == again[-1]
