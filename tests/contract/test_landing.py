"""Landing: the first rows, later ones, none; once for each delivery, and only on the latest version."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from diban.ground import Conflict, Invalid, Kind, Missing, Mode, Moment, VersionId
from tests.contract.board import (
    ALL,
    BUILDINGS,
    EVERYTHING,
    KEYLESS,
    NAMED,
    REGISTER,
    Board,
    a_field,
    city,
    fids,
    plain,
    square,
)


def test_a_new_layer_is_empty(engine: Board) -> None:
    layer = engine.layer(BUILDINGS)
    snapshot = engine.base.at(layer, Moment(), ALL)
    assert engine.base.current(layer) is None
    assert engine.base.history(layer) == []
    assert (snapshot.version, snapshot.extent, snapshot.count(EVERYTHING)) == (None, None, 0)
    assert engine.rows(layer) == []
    with pytest.raises(Missing):
        snapshot.feature(1)


def test_first_rows_land_whole(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(300)
    version = engine.land(layer, rows)
    assert (version.rows, version.added, version.changed, version.removed) == (300, 300, 0, 0)
    assert version.parent is None
    assert version == engine.base.current(layer)
    found = engine.rows(layer)
    assert plain(found) == plain(rows)
    assert [row["_fid"] for row in found] == list(range(1, 301))


def test_a_later_landing_changes_only_what_changed(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(100)
    first = engine.land(layer, rows)
    before = fids(engine.rows(layer))
    rows[3] = rows[3] | {"floors": 99}
    rows[7] = rows[7] | {"geometry": square(113.5, 22.4)}
    gone = rows.pop(50)
    rows.append(rows[0] | {"code": "new"})
    changes = engine.compare(layer, rows)
    assert (changes.before, changes.added, changes.changed, changes.removed) == (100, 1, 2, 1)
    assert (changes.unchanged, changes.empty, changes.removed_share) == (97, False, 0.01)
    version = engine.flip(engine.stage(changes))
    assert (version.rows, version.parent, version.mode) == (100, first.id, Mode.FULL)
    found = engine.rows(layer)
    assert plain(found) == plain(rows)
    after = fids(found)
    assert after.pop("new") == 101
    assert before.pop(gone["code"]) == 51
    assert after == before
    assert [version.id for version in engine.base.history(layer)] == [version.id, first.id]


def test_an_empty_first_landing_is_a_version(engine: Board) -> None:
    layer = engine.layer(BUILDINGS)
    first = engine.land(layer, [])
    assert (first.rows, first.extent) == (0, None)
    assert engine.rows(layer) == []
    second = engine.land(layer, city(5))
    assert (second.rows, second.added, second.parent) == (5, 5, first.id)
    assert plain(engine.rows(layer)) == plain(city(5))


def test_everything_may_be_taken_away_and_come_back(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(20)
    engine.land(layer, rows)
    emptied = engine.land(layer, [])
    assert (emptied.rows, emptied.removed) == (0, 20)
    assert engine.rows(layer) == []
    engine.land(layer, rows)
    assert plain(engine.rows(layer)) == plain(rows)


def test_no_changes_answer_the_present_version(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(20)
    first = engine.land(layer, rows)
    assert engine.compare(layer, rows[::-1]).empty
    assert engine.land(layer, rows[::-1]) == first
    assert engine.land(layer, [], Mode.UNCHANGED) == first
    assert len(engine.base.history(layer)) == 1


def test_the_same_delivery_lands_once(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(20)
    changes = engine.compare(layer, rows)
    first = engine.flip(engine.stage(changes, "the-same"))
    again = engine.stage(changes, "the-same")
    assert again.landed == first
    assert engine.flip(again) == first
    engine.land(layer, rows[:10])
    assert engine.flip(engine.stage(changes, "the-same")) == first
    assert len(engine.rows(layer)) == 10


def test_changes_on_an_older_version_are_a_conflict(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(20)
    engine.land(layer, rows)
    stale = engine.compare(layer, rows[:15])
    engine.land(layer, rows[:18])
    with pytest.raises(Conflict) as caught:
        engine.stage(stale)
    assert caught.value.remedy is not None
    assert len(engine.rows(layer)) == 18


def test_first_rows_for_a_layer_that_has_some_are_a_conflict(engine: Board) -> None:
    layer = engine.filled(BUILDINGS, city(3))
    with pytest.raises(Conflict):
        engine.stage(engine.compare(layer, city(5), on=None))


def test_changes_only_leave_the_rest(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(50)
    engine.land(layer, rows)
    some = [rows[4] | {"name": "改"}, rows[5], rows[0] | {"code": "new"}]
    version = engine.land(layer, some, Mode.CHANGES)
    assert (version.rows, version.added, version.changed, version.removed) == (51, 1, 1, 0)
    assert plain(engine.rows(layer)) == plain([*rows[:4], some[0], *rows[5:], some[2]])


def test_changes_only_need_a_key(engine: Board) -> None:
    layer = engine.filled(KEYLESS, city(3))
    with pytest.raises(Invalid):
        engine.compare(layer, city(3), Mode.CHANGES)


def test_absent_and_doubled_keys_cannot_be_matched(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(3)
    engine.land(layer, rows)
    for wrong in (None, rows[1]["code"]):
        with pytest.raises(Invalid) as caught:
            engine.compare(layer, [rows[0] | {"code": wrong}, *rows[1:]])
        assert caught.value.field == "code"


def test_tables_without_geometry_land(engine: Board) -> None:
    rows = [{name: value for name, value in row.items() if name != "geometry"} for row in city(30)]
    layer = engine.filled(REGISTER, rows)
    rows[3]["floors"] = 77
    version = engine.land(layer, rows)
    found = engine.rows(layer)
    assert (version.changed, version.extent) == (1, None)
    assert plain(found) == plain(rows)
    assert "geometry" not in found[0]
    assert engine.base.verify(layer, version)


def test_layers_do_not_touch_each_other(engine: Board) -> None:
    one, other = engine.filled(BUILDINGS, city(10)), engine.filled(NAMED, city(7, seed=2))
    engine.land(one, city(4))
    assert (len(engine.rows(one)), len(engine.rows(other))) == (4, 7)
    assert [row["_fid"] for row in engine.rows(other)] == list(range(1, 8))


def test_extent_holds_every_row_that_ever_landed(engine: Board) -> None:
    layer = engine.filled(NAMED, [{"code": "a", "geometry": square(113.0, 22.0)}])
    first = engine.base.current(layer)
    second = engine.land(layer, [{"code": "a", "geometry": square(114.0, 23.0)}])
    assert first is not None
    assert first.extent is not None
    assert first.extent.as_list() == [113.0, 22.0, 113.001, 22.001]
    assert second.extent is not None
    assert second.extent.as_list() == [113.0, 22.0, 114.001, 23.001]


def test_a_version_of_another_layer_is_missing(engine: Board) -> None:
    layer, other = engine.filled(NAMED, city(2)), engine.filled(NAMED, city(2))
    foreign = engine.base.current(other)
    assert foreign is not None
    for version in (foreign.id, VersionId("ver_none")):
        with pytest.raises(Missing):
            engine.rows(layer, Moment(version=version))


def test_a_rolled_back_layer_leaves_room_for_another(engine: Board) -> None:
    with suppress(KeyError), engine.acting() as act:
        engine.base.create(act, BUILDINGS)
        raise KeyError
    number = replace(NAMED, fields=(a_field("code", Kind.INTEGER),))
    layer = engine.filled(number, [{"code": 7}])
    assert plain(engine.rows(layer)) == [{"code": 7, "geometry": None}]
