"""Scope: nothing without a grant; fields, rows, area, precision, masks hold in every read, without oracle."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import shapely

from diban.base import Order, Query
from diban.ground import (
    NOW,
    Absent,
    AllOf,
    Compare,
    Denied,
    Extent,
    Invalid,
    LayerId,
    LayerScope,
    Mask,
    Missing,
    Not,
    Scope,
    now,
)
from tests.contract.board import BUILDINGS, EVERYTHING, NAMED, Board, Row, city, square, tile_at, wkb

ROWS = 60


@pytest.fixture(scope="module")
def layer(engine: Board) -> LayerId:
    """Buildings, each with an owner's name."""
    return engine.filled(BUILDINGS, [row | {"name": f"张三{row['code']}"} for row in city(ROWS)])


def granted(layer: LayerId, grant: LayerScope) -> Scope:
    """A grant on one layer."""
    return Scope("district", "contract suite", {layer: grant})


def seen(engine: Board, layer: LayerId, grant: LayerScope) -> list[Row]:
    """What a grant lets one see; pages, batches, counts and single features must agree on it."""
    scope = granted(layer, grant)
    snapshot = engine.base.at(layer, NOW, scope)
    rows = engine.pages(layer, replace(EVERYTHING, limit=7), scope=scope)
    assert rows == engine.rows(layer, scope=scope)
    assert snapshot.count(EVERYTHING) == len(rows)
    visible = {row["_fid"]: row for row in rows}
    for fid in range(1, ROWS + 1, 7):
        if fid in visible:
            assert snapshot.feature(fid).to_pylist() == [visible[fid]]
        else:
            with pytest.raises(Missing):
                snapshot.feature(fid)
    return rows


def test_without_a_grant_nothing_is_answered(engine: Board, layer: LayerId) -> None:
    other = engine.layer(NAMED)
    for scope in (Scope.nothing(), granted(other, LayerScope()), Scope("holder", "no layers")):
        with pytest.raises(Denied) as caught:
            engine.base.at(layer, NOW, scope)
        assert caught.value.remedy is not None


def test_a_grant_ends(engine: Board, layer: LayerId) -> None:
    for scope in (granted(layer, LayerScope()), Scope.system("contract suite")):
        engine.base.at(layer, NOW, replace(scope, until=now() + timedelta(hours=1)))
        with pytest.raises(Denied):
            engine.base.at(layer, NOW, replace(scope, until=now()))


def test_only_granted_fields_appear(engine: Board, layer: LayerId) -> None:
    rows = seen(engine, layer, LayerScope(fields=frozenset({"code", "price"})))
    assert len(rows) == ROWS
    assert set(rows[0]) == {"_fid", "code", "price", "geometry"}
    snapshot = engine.base.at(layer, NOW, granted(layer, LayerScope(fields=frozenset({"code"}))))
    assert snapshot.schema.names() == ["code"]
    with pytest.raises(Invalid):
        snapshot.page(Query(fields=("code", "name")))
    assert "name" not in {field.name for field in snapshot.schema.fields}


def test_a_key_that_is_hidden_is_not_named(engine: Board, layer: LayerId) -> None:
    snapshot = engine.base.at(layer, NOW, granted(layer, LayerScope(fields=frozenset({"floors"}))))
    assert snapshot.schema.key is None


@pytest.mark.parametrize(
    "grant",
    [
        LayerScope(fields=frozenset({"code", "floors"})),
        LayerScope(masks=(("name", Mask.HIDE),)),
        LayerScope(masks=(("name", Mask.ENDS),)),
        LayerScope(masks=(("name", Mask.TOKEN),)),
    ],
    ids=["not granted", "hidden", "ends", "token"],
)
def test_what_is_not_shown_whole_answers_no_question(
    engine: Board, layer: LayerId, grant: LayerScope
) -> None:
    snapshot = engine.base.at(layer, NOW, granted(layer, grant))
    named = Compare("name", "=", "张三000001")
    questions = [
        Query(where=named),
        Query(where=Not(named)),
        Query(where=AllOf((Compare("floors", ">", 0), Not(AllOf((Absent("name"),)))))),
    ]
    for query in questions:
        for ask in (snapshot.page, snapshot.count):
            with pytest.raises(Denied) as caught:
                ask(query)
            assert caught.value.field == "name"
    for order in ((Order("name"),), (Order("floors"), Order("name", True))):
        with pytest.raises(Denied):
            snapshot.page(Query(order=order))


def test_rows_that_are_not_granted_are_nowhere(engine: Board, layer: LayerId) -> None:
    condition = Compare("floors", ">=", 3)
    rows = seen(engine, layer, LayerScope(rows=condition))
    expected = [row for row in engine.rows(layer) if row["floors"] is not None and row["floors"] >= 3]
    assert 0 < len(expected) < ROWS
    assert rows == expected


def test_rows_may_be_granted_by_a_field_that_is_hidden(engine: Board, layer: LayerId) -> None:
    grant = LayerScope(fields=frozenset({"code"}), rows=Compare("floors", ">=", 3))
    rows = seen(engine, layer, grant)
    assert 0 < len(rows) < ROWS
    assert set(rows[0]) == {"_fid", "code", "geometry"}
    scope = granted(layer, grant)
    with pytest.raises(Denied):
        engine.count(layer, Query(where=Compare("floors", "=", 3)), scope)


def test_only_what_meets_the_area_is_seen(engine: Board, layer: LayerId) -> None:
    area = shapely.Polygon([(113.9, 22.5), (113.98, 22.5), (113.9, 22.58)])
    rows = seen(engine, layer, LayerScope(area=wkb(area)))
    expected = [
        row for row in engine.rows(layer) if shapely.intersects(area, shapely.from_wkb(row["geometry"]))
    ]
    assert 0 < len(expected) < ROWS
    assert rows == expected
    box = Extent(113.9, 22.5, 113.95, 22.6)
    query = replace(EVERYTHING, bbox=(box,))
    scope = granted(layer, LayerScope(area=wkb(area)))
    inside = [
        row
        for row in expected
        if shapely.intersects(shapely.box(*box.as_list()), shapely.from_wkb(row["geometry"]))
    ]
    assert engine.pages(layer, query, scope=scope) == inside
    assert engine.count(layer, query, scope) == len(inside)


def test_rows_without_a_place_are_in_no_area(engine: Board) -> None:
    rows = [
        {"code": "here", "geometry": square(1, 1)},
        {"code": "null"},
        {"code": "", "geometry": shapely.Point()},
    ]
    layer = engine.filled(NAMED, rows)
    scope = granted(layer, LayerScope(area=wkb(shapely.box(0, 0, 9, 9))))
    assert [row["code"] for row in engine.rows(layer, scope=scope)] == ["here"]


def test_coordinates_are_no_finer_than_granted(engine: Board) -> None:
    layer = engine.filled(NAMED, [{"code": "a", "geometry": shapely.Point(113.123456, 22.987654)}])
    scope = granted(layer, LayerScope(decimals=2))
    (row,) = engine.rows(layer, scope=scope)
    assert row["geometry"] == wkb(shapely.Point(113.12, 22.99))
    # Nor can a box feel for the true place: it finds what is shown, where it is shown.
    shown, true = Extent(113.119, 22.989, 113.121, 22.991), Extent(113.1234, 22.9876, 113.1235, 22.9877)
    for box, count in ((shown, 1), (true, 0)):
        assert engine.count(layer, Query(bbox=(box,)), scope) == count
        assert len(engine.pages(layer, Query(bbox=(box,)), scope=scope)) == count


def test_coarse_coordinates_keep_their_heights(engine: Board) -> None:
    tall = shapely.from_wkt("LINESTRING Z (113.123456 22.5 7.125, 113.2 22.6 8)")
    layer = engine.filled(NAMED, [{"code": "a", "geometry": tall}])
    (row,) = engine.rows(layer, scope=granted(layer, LayerScope(decimals=2)))
    assert shapely.from_wkb(row["geometry"]).wkt == "LINESTRING Z (113.12 22.5 7.125, 113.2 22.6 8)"


@pytest.mark.parametrize(
    ("mask", "expected"),
    [(Mask.ENDS, ["张*1", "*", "*", None, "*"]), (Mask.TOKEN, None)],
    ids=["ends", "token"],
)
def test_masked_text_is_shown_in_part(engine: Board, mask: Mask, expected: list[str | None] | None) -> None:
    names = ["张三丰1", "李四", "王", None, ""]
    layer = engine.filled(
        NAMED, [{"code": str(n), "name": name} for n, name in enumerate([*names, names[0]])]
    )
    rows = engine.rows(layer, scope=granted(layer, LayerScope(masks=(("name", mask),))))
    shown = [row["name"] for row in rows]
    if expected is not None:
        assert shown[:-1] == expected
    assert shown[0] == shown[-1]
    assert (shown[3], len(set(shown[:3]) - {"*"})) == (None, 1 if expected else 3)
    assert not set(names[:3]) & set(shown)


def test_tiles_obey_the_scope(engine: Board, layer: LayerId) -> None:
    def features(grant: LayerScope) -> int:
        return engine.base.at(layer, NOW, granted(layer, grant)).tile("t", address).features

    address = tile_at(12, 113.95, 22.55)
    everything = features(LayerScope())
    assert everything > 0
    assert features(LayerScope(rows=Compare("floors", ">=", 3))) < everything
    assert features(LayerScope(area=wkb(shapely.box(0, 0, 1, 1)))) == 0
    assert features(LayerScope(min_zoom=13)) == 0
    assert features(LayerScope(max_zoom=11)) == 0
    data = engine.base.at(layer, NOW, granted(layer, LayerScope(masks=(("name", Mask.HIDE),)))).tile(
        "t", address
    )
    assert "张三".encode() not in data.data
    with pytest.raises(Invalid):
        engine.base.at(layer, NOW, granted(layer, LayerScope(fields=frozenset({"code"})))).tile(
            "t", address, ("name",)
        )


def test_older_versions_obey_the_scope_too(engine: Board) -> None:
    rows = city(20)
    layer = engine.layer(BUILDINGS)
    first = engine.land(layer, rows)
    engine.land(layer, [row | {"floors": 3} for row in rows])
    engine.base.tidy(layer, 2)
    scope = granted(layer, LayerScope(rows=Compare("floors", "=", 3), masks=(("name", Mask.HIDE),)))
    then = engine.rows(layer, replace(NOW, version=first.id), scope)
    assert len(then) == sum(row["floors"] == 3 for row in rows)
    assert all("name" not in row for row in then)
    assert len(engine.rows(layer, scope=scope)) == 20
