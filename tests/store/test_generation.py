"""The generation: known within a second in every process, at once in its own, and cheap to ask."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from diban.store import Database, Generation, unit, value_of
from diban.store.generation import POLL_SECONDS
from tests.store.elsewhere import bump, ready, url_of
from tests.store.undone import undone


@contextmanager
def _count_reads(database: Database) -> Iterator[list[str]]:
    """Every statement on the engine meanwhile."""
    reads: list[str] = []

    def note(*arguments: object) -> None:
        if "counter" in str(arguments[2]):
            reads.append(str(arguments[2]))

    sa.event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield reads
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", note)


def test_this_process_sees_its_own_act_at_once(database: Database) -> None:
    known = Generation(database)
    for expected in range(3):
        assert known.current() == expected
        with unit(database) as act:
            known.bump(act)
            assert known.current() == expected, "nothing is committed yet"


def test_an_act_that_was_rolled_back_moved_nothing(database: Database) -> None:
    known = Generation(database)
    before = known.current()
    undone(database, known.bump)
    known.forget()
    assert known.current() == before


def test_another_process_is_noticed_within_a_second(database: Database, others: ProcessPoolExecutor) -> None:
    known, url = Generation(database), url_of(database)
    others.submit(ready).result()
    for expected in (1, 2):
        assert known.current() == expected - 1
        bumped = others.submit(bump, url)
        while known.current() < expected:
            time.sleep(0.005)
        assert time.monotonic() - bumped.result() < 1


def test_asking_costs_the_database_four_times_a_second_at_most(database: Database) -> None:
    known = Generation(database)
    known.current()
    started = time.monotonic()
    with _count_reads(database) as reads:
        for _ in range(20_000):
            known.current()
    assert len(reads) <= 1 + (time.monotonic() - started) / POLL_SECONDS


def test_a_revocation_during_a_refresh_is_not_missed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One thread has just read the old number when another commits; the next look must see the new one."""
    known = Generation(database)
    read, committed = threading.Event(), threading.Event()

    def slowly(connection: sa.Connection, name: str) -> int:
        value = value_of(connection, name)
        read.set()
        committed.wait(5)
        return value

    monkeypatch.setattr("diban.store.generation.value_of", slowly)
    with ThreadPoolExecutor(1) as pool:
        refreshing = pool.submit(known.current)
        assert read.wait(5)
        with unit(database) as act:
            known.bump(act)
        committed.set()
        assert refreshing.result() == 0
    assert known.current() == 1


def test_a_slow_read_counts_from_when_it_was_asked(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Generation(database)
    assert known.current() == 0

    def slowly(connection: sa.Connection, name: str) -> int:
        value = value_of(connection, name)
        time.sleep(POLL_SECONDS + 0.01)
        return value

    known.forget()
    monkeypatch.setattr("diban.store.generation.value_of", slowly)
    assert known.current() == 0
    monkeypatch.undo()
    bump(url_of(database))
    assert known.current() == 1, "what was read was older than its time is up"


def test_many_threads_ask_once(database: Database) -> None:
    known = Generation(database)
    with _count_reads(database) as reads, ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: known.current(), range(200))) == {0}
    assert len(reads) <= 3


def test_what_is_held_is_never_asked_for(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diban.store.generation.POLL_SECONDS", 3600.0)
    known = Generation(database)
    with _count_reads(database) as reads:
        assert known.held() is None
        assert reads == []
        known.renew()
        assert known.held() == 0
        known.renew()
        assert len(reads) == 1, "not asked again before it is due"
    with unit(database) as act:
        known.bump(act)
    assert known.held() is None
    assert known.current() == known.held() == 1
    monkeypatch.setattr("diban.store.generation.POLL_SECONDS", 0.0)
    assert known.held() is None


def test_what_is_renewed_in_time_goes_on_holding(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Generation(database)
    known.current()
    with unit(database) as act:
        Generation(database).bump(act)
    monkeypatch.setattr(Generation, "due", True)
    known.renew()
    monkeypatch.setattr("diban.store.generation.POLL_SECONDS", 3600.0)
    assert known.held() == 1
