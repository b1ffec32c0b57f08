"""Erasure: no byte left in the rows' files, in any version; tombstones keep every version provable."""

from __future__ import annotations

import pytest

from diban.ground import NOW, Conflict, Missing, Moment
from tests.contract.board import ALL, BUILDINGS, Board, city, fids, plain

SECRET = "绝密设施-不应入库"


def test_erased_features_are_gone_from_every_version(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(40)
    history = [engine.land(layer, rows)]
    history.append(engine.land(layer, [row | {"floors": 9} for row in rows]))
    engine.base.tidy(layer, 2)
    history.append(engine.land(layer, rows[:20]))
    number = fids(engine.rows(layer, Moment(version=history[0].id)))
    chosen = [number[rows[place]["code"]] for place in (3, 30)]
    # One lives in three versions as three rows, the other ended with the third version.
    assert engine.base.erase(layer, chosen) == 5
    for version in history:
        moment = Moment(version=version.id)
        found = engine.rows(layer, moment)
        assert not set(chosen) & {row["_fid"] for row in found}
        assert len(found) in (38, 19)
        for fid in chosen:
            with pytest.raises(Missing):
                engine.base.at(layer, moment, ALL).feature(fid)
        assert engine.base.verify(layer, version)


def test_no_byte_of_them_is_left_in_files(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(200)
    secret = rows[7] | {"name": SECRET}
    engine.land(layer, [*rows[:7], secret, *rows[8:]])
    engine.land(layer, [*rows[:7], secret | {"floors": 42}, *rows[8:]])
    engine.base.tidy(layer, 2)
    assert engine.files_with(SECRET.encode())
    engine.base.erase(layer, [8])
    assert engine.files_with(SECRET.encode()) == []
    assert len(engine.rows(layer)) == 199


def test_erasing_twice_is_erasing_once(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(10)
    version = engine.land(layer, rows)
    assert engine.base.erase(layer, [1, 2]) == 2
    assert engine.base.erase(layer, [2, 1]) == 2  # it counts what is gone, whenever it went
    assert engine.base.erase(layer, [999]) == 0
    assert engine.base.verify(layer, version)


@pytest.mark.parametrize("again", [False, True], ids=["without it", "with it"])
def test_landings_go_on_after_an_erasure(engine: Board, again: bool) -> None:
    layer, rows = engine.layer(BUILDINGS), city(10)
    first = engine.land(layer, rows)
    engine.base.erase(layer, [4])
    delivered = rows if again else [*rows[:3], *rows[4:]]
    second = engine.land(layer, [row | {"floors": 7} for row in delivered])
    third = engine.land(layer, [row | {"floors": 8} for row in delivered])
    found = engine.rows(layer)
    assert plain(found) == plain([row | {"floors": 8} for row in delivered])
    # What comes back is another feature.
    assert 4 not in {row["_fid"] for row in found}
    assert (second.rows, third.rows) == (len(delivered), len(delivered))
    assert all(engine.base.verify(layer, version) for version in (first, second, third))


def test_changes_planned_before_an_erasure_do_not_land(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(10)
    engine.land(layer, rows)
    planned = engine.compare(layer, [row | {"floors": 7} for row in rows[:5]])
    engine.base.erase(layer, [2])
    with pytest.raises(Conflict):
        engine.stage(planned)
    version = engine.land(layer, rows[5:])
    assert engine.base.verify(layer, version)


def test_erasing_a_version_removes_what_it_brought_and_nothing_else(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(10)
    first = engine.land(layer, rows)
    second = engine.land(layer, [row | {"floors": 9} if row["code"] < "000005" else row for row in rows])
    assert second.changed > 0
    assert engine.base.erase_version(layer, second.id) == second.changed
    assert plain(engine.rows(layer, Moment(version=first.id))) == plain(rows)
    assert len(engine.rows(layer)) == 10 - second.changed
    assert engine.base.verify(layer, first)
    assert engine.base.verify(layer, second)
    assert engine.base.verify(layer, engine.land(layer, rows))


def test_answers_made_before_an_erasure_are_known_to_be_old(engine: Board) -> None:
    layer = engine.filled(BUILDINGS, city(10))
    before = engine.base.at(layer, NOW, ALL).state
    assert engine.base.at(layer, NOW, ALL).state == before
    engine.base.erase(layer, [3])
    assert engine.base.at(layer, NOW, ALL).state != before
