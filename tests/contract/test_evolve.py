"""Schemas in versions: fields added, renamed, left out in no time; older versions answer with theirs."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from diban.base import Query
from diban.ground import Compare, Conflict, Invalid, Kind, Moment, Schema
from tests.contract.board import ALL, BUILDINGS, NAMED, Board, a_field, city, fids, plain, square

MANY = 20_000
SECONDS = 1.0

NEW_FIELDS = (
    a_field("note", Kind.TEXT),
    a_field("rooms", Kind.INTEGER),
    a_field("ratio", Kind.FLOAT),
    a_field("rent", Kind.DECIMAL, digits=10, scale=3),
    a_field("until", Kind.DATE),
    a_field("checked", Kind.INSTANT),
    a_field("listed", Kind.BOOLEAN),
)
NEW_VALUES = {
    "note": "备注",
    "rooms": 2**60,
    "ratio": 0.5,
    "rent": Decimal("1.250"),
    "until": date(2030, 1, 1),
    "checked": datetime(2026, 1, 1, tzinfo=UTC),
    "listed": True,
}


def with_fields(schema: Schema, *names: str) -> Schema:
    """The schema with text fields of these names behind its own."""
    return replace(schema, fields=(*schema.fields, *(a_field(name, Kind.TEXT) for name in names)))


def test_added_fields_are_empty_until_they_are_delivered(engine: Board) -> None:
    layer, rows = engine.layer(NAMED), city(5)
    first = engine.land(layer, rows)
    stored = engine.evolve(layer, replace(NAMED, fields=(*NAMED.fields, *NEW_FIELDS)))
    assert (stored.number, [field.slot for field in stored.fields]) == (2, list(range(1, 10)))
    assert engine.base.schema(layer) == stored
    empty = dict.fromkeys(NEW_VALUES)
    assert plain(engine.rows(layer)) == plain([_named(row) | empty for row in rows])
    second = engine.land(layer, [_named(row) | NEW_VALUES for row in rows])
    assert (second.changed, second.schema_number) == (5, 2)
    assert plain(engine.rows(layer)) == plain([_named(row) | NEW_VALUES for row in rows])
    assert engine.rows(layer, Moment(version=first.id))[0].keys() == {"_fid", "code", "name", "geometry"}
    assert engine.base.verify(layer, first)
    assert engine.base.verify(layer, second)


def _named(row: dict[str, object]) -> dict[str, object]:
    return {name: row[name] for name in ("code", "name", "geometry")}


def test_the_same_rows_under_a_wider_schema_change_nothing(engine: Board) -> None:
    layer, rows = engine.layer(NAMED), city(5)
    engine.land(layer, rows)
    engine.evolve(layer, with_fields(NAMED, "note"))
    assert engine.compare(layer, rows).empty


def test_a_renamed_field_keeps_its_values_and_its_slot(engine: Board) -> None:
    layer, rows = engine.layer(NAMED), city(5)
    first = engine.land(layer, rows)
    titled = replace(NAMED, fields=(a_field("编码", Kind.TEXT), a_field("label", Kind.TEXT)), key="编码")
    stored = engine.evolve(layer, titled, {"编码": "code", "label": "name"})
    assert [field.slot for field in stored.fields] == [1, 2]
    found = engine.rows(layer)
    assert [(row["编码"], row["label"]) for row in found] == [(row["code"], row["name"]) for row in rows]
    again = [{"编码": row["code"], "label": row["name"], "geometry": row["geometry"]} for row in rows]
    assert engine.compare(layer, again).empty
    # However it is named, the current version answers with the present schema, so that pages agree.
    assert engine.rows(layer, Moment(version=first.id)) == found
    engine.land(layer, again[:4])
    assert set(engine.rows(layer, Moment(version=first.id))[0]) == {"_fid", "code", "name", "geometry"}
    assert len(engine.pages(layer, Query(where=Compare("编码", "=", "000003")))) == 1


def test_two_fields_may_change_names(engine: Board) -> None:
    layer = engine.filled(NAMED, [{"code": "c", "name": "n"}])
    swapped = replace(NAMED, fields=(a_field("code", Kind.TEXT), a_field("name", Kind.TEXT)))
    engine.evolve(layer, swapped, {"code": "name", "name": "code"})
    (row,) = engine.rows(layer)
    assert (row["code"], row["name"]) == ("n", "c")


def test_a_field_left_out_is_kept_by_older_versions_and_its_slot_is_not_given_again(engine: Board) -> None:
    layer = engine.layer(NAMED)
    first = engine.land(layer, [{"code": "a", "name": "old"}])
    engine.evolve(layer, replace(NAMED, fields=NAMED.fields[:1]))
    assert set(engine.rows(layer)[0]) == {"_fid", "code", "geometry"}
    stored = engine.evolve(layer, NAMED)
    assert [field.slot for field in stored.fields] == [1, 3]
    assert engine.rows(layer)[0]["name"] is None
    engine.land(layer, [{"code": "a", "name": "new"}])
    assert engine.rows(layer, Moment(version=first.id))[0]["name"] == "old"


def test_the_same_schema_again_is_the_same_version(engine: Board) -> None:
    layer = engine.filled(NAMED, city(3))
    assert engine.evolve(layer, NAMED).number == engine.base.schema(layer).number == 1


def test_older_versions_are_searched_by_their_own_names(engine: Board) -> None:
    layer = engine.layer(NAMED)
    first = engine.land(layer, [{"code": "a", "name": "old"}])
    renamed = replace(NAMED, fields=(NAMED.fields[0], a_field("label", Kind.TEXT)))
    engine.evolve(layer, renamed, {"label": "name"})
    engine.land(layer, [{"code": "a", "label": "new"}])
    moment = Moment(version=first.id)
    assert len(engine.pages(layer, Query(where=Compare("name", "=", "old")), moment)) == 1
    with pytest.raises(Invalid):
        engine.base.at(layer, moment, ALL).page(Query(where=Compare("label", "=", "old")))


def test_a_field_never_changes_its_type(engine: Board) -> None:
    layer = engine.filled(BUILDINGS, city(3))
    fields = {field.name: field for field in BUILDINGS.fields}
    wrong = (a_field("floors", Kind.TEXT), a_field("price", Kind.DECIMAL, digits=18, scale=3))
    for field in wrong:
        changed = tuple((fields | {field.name: field}).values())
        with pytest.raises(Invalid) as caught:
            engine.evolve(layer, replace(BUILDINGS, fields=changed))
        assert caught.value.field == field.name
    assert engine.base.schema(layer).number == 1


def test_an_act_rolled_back_leaves_room_for_another_field(engine: Board) -> None:
    layer = engine.filled(NAMED, city(3))
    wider = replace(NAMED, fields=(*NAMED.fields, a_field("extra", Kind.TEXT)))
    with suppress(KeyError), engine.acting() as act:
        engine.base.evolve(act, layer, wider, {})
        raise KeyError
    assert engine.base.schema(layer).number == 1
    engine.evolve(layer, replace(NAMED, fields=(*NAMED.fields, a_field("x", Kind.INTEGER))))
    engine.land(layer, [{"code": "a", "x": 2**63 - 1}, {"code": "b", "x": 9}, {"code": "c", "x": 10}])
    found = engine.pages(layer, Query(where=Compare("x", ">=", 10)))
    assert sorted(row["x"] for row in found) == [10, 2**63 - 1]


def test_adding_and_renaming_touch_no_row(engine: Board) -> None:
    rows = [{"code": str(n), "name": "x", "geometry": square(113 + n / MANY, 22)} for n in range(MANY)]
    layer = engine.filled(NAMED, rows)
    before = fids(engine.rows(layer))
    started = time.monotonic()
    engine.evolve(layer, with_fields(NAMED, *(f"f{place}" for place in range(20))))
    wide = with_fields(NAMED, *(f"g{place}" for place in range(20)))
    engine.evolve(layer, wide, {f"g{place}": f"f{place}" for place in range(20)})
    assert time.monotonic() - started < SECONDS
    assert fids(engine.rows(layer)) == before
    version = engine.base.current(layer)
    assert version is not None
    assert engine.base.verify(layer, version)


def test_fields_may_come_before_the_first_rows(engine: Board) -> None:
    layer = engine.layer(NAMED)
    engine.evolve(layer, with_fields(NAMED, "note"))
    engine.land(layer, [{"code": "a", "name": "b", "note": "c"}])
    assert plain(engine.rows(layer)) == [{"code": "a", "name": "b", "note": "c", "geometry": None}]


def test_a_schema_waits_for_rows_that_are_staged(engine: Board) -> None:
    layer = engine.filled(NAMED, city(5))
    staged = engine.stage(engine.compare(layer, city(3)))
    with pytest.raises(Conflict):
        engine.evolve(layer, with_fields(NAMED, "note"))
    assert engine.flip(staged).schema_number == 1
    engine.evolve(layer, with_fields(NAMED, "note"))
    assert plain(engine.rows(layer)) == plain([_named(row) | {"note": None} for row in city(3)])
