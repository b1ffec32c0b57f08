"""Only the newest claim writes: a process that wakes up late does not land a row after its successor."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from diban.base.port import Rows, Step
from diban.base.postgis import PostgisRows
from diban.ground import Conflict
from tests.base.postgis.board_rows import NAMED, rows, steps


def names(store: PostgisRows, storage: str) -> list[tuple[int, int, int | None, str]]:
    """Feature number, versions and name of each live row."""
    live = store.live(storage, NAMED)
    with store.reader(storage) as reader:
        found = reader.connection.execute(
            sa.select(live.c.fid, live.c.vfrom, live.c.vto, live.c.c1).order_by(live.c.fid, live.c.vfrom)
        )
        return [tuple(row) for row in found]


def test_a_late_load_writes_nothing_more(store: PostgisRows) -> None:
    storage = store.make(1, NAMED)

    def late() -> Iterator[Rows]:
        yield rows([1], ["late"])
        store.load(storage, 1, NAMED, 2, iter([rows([1, 2], ["a", "b"])]))
        yield rows([3], ["late"])

    with pytest.raises(Conflict):
        store.load(storage, 1, NAMED, 1, late())
    assert names(store, storage) == [(1, 2, None, "a"), (2, 2, None, "b")]


def test_a_late_step_is_refused(store: PostgisRows) -> None:
    storage = store.make(2, NAMED)
    store.load(storage, 2, NAMED, 1, iter([rows([1, 2, 3], ["a", "b", "c"])]))

    def late() -> Iterator[Step]:
        first, second, third = steps(3, name="late")
        yield first
        store.undo(storage, 2)
        yield second
        yield third

    with pytest.raises(Conflict):
        store.apply(storage, NAMED, 2, late())
    assert names(store, storage) == [(1, 1, None, "a"), (2, 1, None, "b"), (3, 1, None, "c")]


def test_who_begins_after_a_successor_landed_destroys_nothing(store: PostgisRows) -> None:
    storage = store.make(6, NAMED)
    store.undo(storage, 1)
    store.load(storage, 6, NAMED, 2, iter([rows([1], ["landed"])]))
    for late in (1, 0):
        with pytest.raises(Conflict):
            store.load(storage, 6, NAMED, late, iter([rows([9], ["late"])]))
        with pytest.raises(Conflict):
            store.apply(storage, NAMED, late, steps(1))
    store.undo(storage, 1)
    assert names(store, storage) == [(1, 2, None, "landed")]


def test_what_was_taken_back_is_not_begun_again(store: PostgisRows) -> None:
    storage = store.make(7, NAMED)
    store.undo(storage, 1)
    with pytest.raises(Conflict):
        store.load(storage, 7, NAMED, 1, iter([rows([9], ["late"])]))


def test_steps_that_are_done_are_not_written_again(store: PostgisRows) -> None:
    storage = store.make(3, NAMED)
    store.load(storage, 3, NAMED, 1, iter([rows([1, 2, 3], ["a", "b", "c"])]))
    store.apply(storage, NAMED, 2, steps(2, name="first try"))
    store.apply(storage, NAMED, 2, steps(3, name="second try"))
    assert [row[3] for row in names(store, storage) if row[1] == 2] == [
        "first try",
        "first try",
        "second try",
    ]


def test_a_sequence_number_taken_back_starts_at_its_first_step(store: PostgisRows) -> None:
    storage = store.make(4, NAMED)
    store.load(storage, 4, NAMED, 1, iter([rows([1, 2], ["a", "b"])]))
    store.apply(storage, NAMED, 2, steps(2, name="taken back"))
    store.undo(storage, 2)
    store.undo(storage, 2)
    store.apply(storage, NAMED, 3, steps(2, name="landed"))
    assert names(store, storage) == [
        (1, 1, 3, "a"),
        (1, 3, None, "landed"),
        (2, 1, 3, "b"),
        (2, 3, None, "landed"),
    ]


def test_a_layer_that_holds_rows_is_not_made_anew(store: PostgisRows) -> None:
    storage = store.make(5, NAMED)
    store.load(storage, 5, NAMED, 1, iter([rows([1], ["kept"])]))
    assert store.make(5, NAMED) == storage
    assert len(names(store, storage)) == 1
