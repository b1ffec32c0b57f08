"""Readers who are served: what the control record says is remembered, and never longer than it holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from diban.base import Query
from diban.ground import NOW, Denied, Moment, Scope, now
from tests.contract.board import ALL, BUILDINGS, Board, city, plain

SECONDS = 60.0


def test_every_act_shows_at_once_in_its_own_process(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(6)
    assert engine.base.served(layer, NOW, ALL, SECONDS).version is None
    first = engine.land(layer, rows[:5])
    assert engine.base.served(layer, NOW, ALL, SECONDS).version == first
    second = engine.land(layer, rows)
    seen = engine.base.served(layer, NOW, ALL, SECONDS)
    assert seen.version == second
    assert plain(seen.page(Query()).batch.to_pylist()) == plain(rows)
    assert engine.base.served(layer, Moment(version=first.id), ALL, SECONDS).version == first
    before = seen.state
    engine.base.erase(layer, [1])
    after = engine.base.served(layer, NOW, ALL, SECONDS)
    assert after.state == engine.base.at(layer, NOW, ALL).state != before
    assert after.page(Query()).matched == 5
    fields = BUILDINGS.fields[:3]
    engine.evolve(layer, replace(BUILDINGS, fields=fields))
    assert engine.base.served(layer, NOW, ALL, SECONDS).schema.names() == [field.name for field in fields]


def test_the_record_is_read_once_while_nothing_changes(
    engine: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = engine.layer(BUILDINGS)
    version = engine.land(layer, city(5))
    engine.base.served(layer, NOW, ALL, SECONDS)
    as_of = engine.base._known._as_of
    monkeypatch.setattr(engine.base._generation, "current", lambda: as_of)
    monkeypatch.setattr("diban.base.known.held_at", None)
    assert engine.base.served(layer, NOW, ALL, SECONDS).version == version
    with pytest.raises(TypeError):  # an instant is another question each time
        engine.base.served(layer, Moment(known_at=now()), ALL, SECONDS)


def test_who_may_see_nothing_is_not_served(engine: Board) -> None:
    layer = engine.layer(BUILDINGS)
    engine.land(layer, city(5))
    with pytest.raises(Denied):
        engine.base.served(layer, NOW, Scope.nothing(), SECONDS)
