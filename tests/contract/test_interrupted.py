"""Interrupted landings: taken up again at any step, taken back, taken over, and never half visible."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pyarrow as pa
import pytest

from diban.ground import CGCS2000, Conflict, FeatureSet, LayerId
from tests.contract.board import BUILDINGS, Board, Row, city, features_of, fids, plain

STEPS = 6
BATCH = 10


class Stop(Exception):
    """Stands for whatever ends a process in the middle of a landing."""


def stopping_after(count: int) -> Callable[[int], None]:
    """A progress that lets ``count`` reports pass."""
    seen = 0

    def progress(_done: int) -> None:
        nonlocal seen
        seen += 1
        if seen > count:
            raise Stop

    return progress


def in_batches(engine: Board, layer: LayerId, rows: list[Row]) -> FeatureSet:
    """Rows in batches so small that each becomes a step of its own."""
    return features_of(engine.base.schema(layer), rows, batch=BATCH)


def revised(rows: list[Row]) -> list[Row]:
    """In each batch rows that change, rows that are new, rows that stay; some end."""
    changed = [row | {"floors": 500} if place % 3 == 0 else row for place, row in enumerate(rows[:-5])]
    return changed + [row | {"code": f"n{row['code']}"} for row in rows[:5]]


@pytest.mark.parametrize("steps", range(STEPS + 1))
def test_a_landing_goes_on_where_it_stopped(engine: Board, steps: int) -> None:
    layer, rows = engine.layer(BUILDINGS), city(STEPS * BATCH)
    engine.land(layer, rows)
    target = revised(rows)
    changes = engine.compare(layer, in_batches(engine, layer, target))
    with suppress(Stop):  # when all reports have passed, it ends before the flip
        engine.stage(changes, "resumed", stopping_after(steps))
    assert plain(engine.rows(layer)) == plain(rows)
    version = engine.flip(engine.stage(changes, "resumed"))
    found = engine.rows(layer)
    assert plain(found) == plain(target)
    assert version.rows == len(found)
    assert engine.base.verify(layer, version)


@pytest.mark.parametrize("steps", range(STEPS))
def test_first_rows_start_again_from_clean(engine: Board, steps: int) -> None:
    layer, rows = engine.layer(BUILDINGS), city(STEPS * BATCH)
    changes = engine.compare(layer, in_batches(engine, layer, rows))
    with pytest.raises(Stop):
        engine.stage(changes, "first", stopping_after(steps))
    assert engine.rows(layer) == []
    version = engine.flip(engine.stage(changes, "first"))
    assert plain(engine.rows(layer)) == plain(rows)
    assert engine.base.verify(layer, version)


@pytest.mark.parametrize("steps", [0, 1, STEPS - 1])
def test_an_abandoned_landing_leaves_nothing(engine: Board, steps: int) -> None:
    layer, rows = engine.layer(BUILDINGS), city(STEPS * BATCH)
    first = engine.land(layer, rows)
    changes = engine.compare(layer, in_batches(engine, layer, revised(rows)))
    with pytest.raises(Stop):
        engine.stage(changes, "abandoned", stopping_after(steps))
    engine.base.abandon(layer)
    engine.base.abandon(layer)
    assert engine.base.current(layer) == first
    assert engine.base.verify(layer, first)
    assert plain(engine.rows(layer)) == plain(rows)
    # The next landing changes the same rows, and the same delivery may come once more.
    second = engine.flip(engine.stage(changes, "abandoned"))
    assert plain(engine.rows(layer)) == plain(revised(rows))
    assert engine.base.verify(layer, second)


def test_an_abandoned_first_landing_leaves_an_empty_layer(engine: Board) -> None:
    layer = engine.layer(BUILDINGS)
    changes = engine.compare(layer, in_batches(engine, layer, city(50)))
    with pytest.raises(Stop):
        engine.stage(changes, "abandoned", stopping_after(2))
    engine.base.abandon(layer)
    assert engine.rows(layer) == []
    version = engine.land(layer, city(7, seed=3))
    assert plain(engine.rows(layer)) == plain(city(7, seed=3))
    assert engine.base.verify(layer, version)


def test_another_delivery_takes_a_dead_landings_place(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(STEPS * BATCH)
    engine.land(layer, rows)
    with pytest.raises(Stop):
        engine.stage(
            engine.compare(layer, in_batches(engine, layer, revised(rows))), "dead", stopping_after(3)
        )
    version = engine.land(layer, rows[:30])
    assert plain(engine.rows(layer)) == plain(rows[:30])
    assert engine.base.verify(layer, version)


def test_feature_numbers_of_a_dead_landing_are_not_given_again(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(5)
    engine.land(layer, rows)
    with pytest.raises(Stop):
        engine.stage(engine.compare(layer, [*rows, rows[0] | {"code": "dead"}]), "dead", stopping_after(0))
    engine.base.abandon(layer)
    engine.land(layer, [*rows, rows[0] | {"code": "new"}])
    assert fids(engine.rows(layer))["new"] > 6


def test_staged_rows_are_unseen_until_the_flip(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(40)
    engine.land(layer, rows)
    staged = engine.stage(engine.compare(layer, revised(rows)))
    assert plain(engine.rows(layer)) == plain(rows)
    engine.flip(staged)
    assert plain(engine.rows(layer)) == plain(revised(rows))


def test_an_act_that_fails_lands_nothing(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(40)
    first = engine.land(layer, rows)
    staged = engine.stage(engine.compare(layer, revised(rows)))
    with suppress(Stop), engine.acting() as act:
        engine.base.flip(act, staged)
        raise Stop
    assert engine.base.current(layer) == first
    assert plain(engine.rows(layer)) == plain(rows)
    engine.flip(staged)
    assert plain(engine.rows(layer)) == plain(revised(rows))


@pytest.mark.parametrize("first", [True, False], ids=["first rows", "later rows"])
def test_of_two_landings_at_once_one_is_a_conflict(engine: Board, first: bool) -> None:
    layer, rows = engine.layer(BUILDINGS), city(40)
    if not first:
        engine.land(layer, city(40, seed=9))
    answers: list[object] = []
    gate = threading.Barrier(2)

    def land(part: list[Row]) -> None:
        changes = engine.compare(layer, part)
        gate.wait()
        try:
            answers.append(engine.flip(engine.stage(changes)))
        except Conflict as conflict:
            answers.append(conflict)

    threads = [threading.Thread(target=land, args=(part,)) for part in (rows[:10], rows[20:])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    landed = [answer for answer in answers if not isinstance(answer, Conflict)]
    assert (len(landed), len(answers)) == (1, 2)
    assert engine.base.current(layer) == landed[0]
    assert plain(engine.rows(layer)) in (plain(rows[:10]), plain(rows[20:]))


def test_a_source_that_fails_halfway_can_be_read_again(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(30)
    whole = features_of(engine.base.schema(layer), rows, batch=BATCH)
    failing = True

    def batches() -> Iterator[pa.RecordBatch]:
        for place, batch in enumerate(whole.batches()):
            if failing and place == 2:
                raise Stop
            yield batch

    failing = False
    changes = engine.compare(layer, FeatureSet(whole.schema, CGCS2000, batches))
    failing = True
    with pytest.raises(Stop):
        engine.stage(changes, "source")
    failing = False
    engine.flip(engine.stage(changes, "source"))
    assert plain(engine.rows(layer)) == plain(rows)
