"""As of: every version stays readable as it was, by name, by when it was known, by when it held."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from diban.base import Query, Version
from diban.ground import GeometryKind, Invalid, Kind, LayerId, Moment, Schema, now
from tests.contract.board import (
    ALL,
    BUILDINGS,
    EVERYTHING,
    KEYLESS,
    NAMED,
    Board,
    Row,
    a_field,
    city,
    plain,
    square,
)

VERSIONS = 6


def revise(chance: Random, rows: list[Row], round_: int) -> list[Row]:
    """Some rows changed, moved, gone and new."""
    kept = [row for row in rows if chance.random() < 0.85]
    touched = [row | {"floors": round_} if chance.random() < 0.2 else row for row in kept]
    moved = [
        row | {"geometry": square(113.9 + chance.random() * 0.1, 22.5)} if chance.random() < 0.1 else row
        for row in touched
    ]
    return moved + [row | {"code": f"{round_}-{row['code']}"} for row in city(6, seed=round_)]


def a_history(engine: Board, keyed: bool) -> tuple[LayerId, list[tuple[Version, list[Row]]]]:
    chance, rows = Random(3), city(60)
    layer = engine.layer(BUILDINGS if keyed else KEYLESS)
    history = [(engine.land(layer, rows), rows)]
    for round_ in range(1, VERSIONS):
        rows = revise(chance, rows, round_)
        history.append((engine.land(layer, rows), rows))
    return layer, history


@pytest.mark.parametrize("keyed", [True, False], ids=["keyed", "keyless"])
@pytest.mark.parametrize("tidied", [None, 3, VERSIONS], ids=lambda seq: f"tidied {seq}")
def test_every_version_reads_as_it_was(engine: Board, keyed: bool, tidied: int | None) -> None:
    layer, history = a_history(engine, keyed)
    if tidied is not None:
        expected = sum(version.changed + version.removed for version, _ in history[:tidied])
        assert engine.base.tidy(layer, tidied) == expected
        assert engine.base.tidy(layer, tidied) == 0
    for version, rows in history:
        moment = Moment(version=version.id)
        found = engine.rows(layer, moment)
        snapshot = engine.base.at(layer, moment, ALL)
        assert plain(found) == plain(rows)
        assert snapshot.count(EVERYTHING) == version.rows == len(rows)
        assert snapshot.version == version
        assert snapshot.feature(found[0]["_fid"]).to_pylist() == [found[0]]
        assert engine.base.verify(layer, version)


@pytest.mark.parametrize("tidied", [False, True], ids=["untidied", "tidied"])
def test_older_versions_answer_every_question(engine: Board, tidied: bool) -> None:
    layer, history = a_history(engine, keyed=True)
    if tidied:
        engine.base.tidy(layer, VERSIONS)
    for version, rows in history[::3]:
        moment, query = Moment(version=version.id), Query(limit=7)
        paged = engine.pages(layer, query, moment)
        assert plain(paged) == plain(rows)
        assert [row["_fid"] for row in paged] == sorted(row["_fid"] for row in paged)
        assert sum(batch.num_rows for batch in engine.base.at(layer, moment, ALL).batches()) == len(rows)


def test_a_tidy_beyond_the_current_version_waits_for_it(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(10)
    engine.land(layer, rows)
    staged = engine.stage(engine.compare(layer, rows[:4]))
    assert engine.base.tidy(layer, 100) == 0
    assert plain(engine.rows(layer)) == plain(rows)
    engine.flip(staged)
    assert engine.base.tidy(layer, 100) == 6
    assert plain(engine.rows(layer)) == plain(rows[:4])


def test_landings_go_on_after_a_tidy(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(10)
    first = engine.land(layer, rows)
    engine.land(layer, rows[:8])
    engine.base.tidy(layer, 2)
    third = engine.land(layer, rows[:6])
    engine.land(layer, rows)
    assert engine.base.tidy(layer, 4) == 2
    assert len(engine.rows(layer, Moment(version=first.id))) == 10
    assert plain(engine.rows(layer, Moment(version=third.id))) == plain(rows[:6])
    assert plain(engine.rows(layer)) == plain(rows)


def test_known_at_picks_the_version_of_that_instant(engine: Board) -> None:
    before = now()
    layer = engine.layer(NAMED)
    landed = []
    for count in (3, 2, 5):
        landed.append((engine.land(layer, city(count)), count))
    assert engine.rows(layer, Moment(known_at=before)) == []
    assert engine.base.at(layer, Moment(known_at=before), ALL).version is None
    for version, count in landed:
        assert version.landed_at is not None
        assert len(engine.rows(layer, Moment(known_at=version.landed_at))) == count
        earlier = engine.base.at(
            layer, Moment(known_at=version.landed_at - timedelta(microseconds=1)), ALL
        ).version
        assert (earlier.id if earlier else None) == version.parent
    assert len(engine.rows(layer, Moment(known_at=now()))) == 5


HELD = Schema(
    (a_field("code", Kind.TEXT), a_field("since", Kind.DATE), a_field("until", Kind.INSTANT)),
    GeometryKind.NONE,
    key="code",
    valid_from="since",
    valid_to="until",
)


def test_valid_at_leaves_what_held_in_the_world_then(engine: Board) -> None:
    day = date(2026, 11, 22)
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    layer = engine.filled(
        HELD,
        [
            {"code": "always", "since": None, "until": None},
            {"code": "from that day", "since": day, "until": None},
            {"code": "until noon", "since": None, "until": noon},
            {"code": "that morning", "since": day, "until": noon},
            {"code": "from the next day", "since": day + timedelta(1), "until": None},
            {"code": "before 1970", "since": date(1949, 10, 1), "until": datetime(1969, 1, 1, tzinfo=UTC)},
        ],
    )
    midnight = datetime(2026, 11, 22, tzinfo=UTC)
    tick = timedelta(microseconds=1)
    expected = {
        midnight - tick: {"always", "until noon"},
        midnight: {"always", "from that day", "until noon", "that morning"},
        noon - tick: {"always", "from that day", "until noon", "that morning"},
        noon: {"always", "from that day"},
        midnight + timedelta(1): {"always", "from that day", "from the next day"},
        datetime(1950, 1, 1, tzinfo=UTC): {"always", "until noon", "before 1970"},
    }
    for moment, codes in expected.items():
        found = engine.rows(layer, Moment(valid_at=moment))
        assert {row["code"] for row in found} == codes
        assert engine.base.at(layer, Moment(valid_at=moment), ALL).count(EVERYTHING) == len(codes)
    assert len(engine.rows(layer)) == 6


def test_both_axes_at_once(engine: Board) -> None:
    layer = engine.filled(HELD, [{"code": "a", "since": date(2020, 1, 1)}])
    first = engine.base.current(layer)
    assert first is not None
    engine.land(layer, [{"code": "a", "since": date(2024, 1, 1)}])
    held = datetime(2022, 1, 1, tzinfo=UTC)
    assert len(engine.rows(layer, Moment(version=first.id, valid_at=held))) == 1
    assert engine.rows(layer, Moment(valid_at=held)) == []


def test_moments_name_their_zone_and_one_version(engine: Board) -> None:
    first = engine.base.current(engine.filled(NAMED, city(1)))
    assert first is not None
    for wrong in ({"known_at": datetime(2026, 1, 1)}, {"version": first.id, "known_at": now()}):  # noqa: DTZ001 (the zone is what is missing)
        with pytest.raises(Invalid):
            replace(Moment(), **wrong)
