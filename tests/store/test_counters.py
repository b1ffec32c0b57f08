"""Counters: no value twice, none lost, taken back with the act that took it."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from diban.store import Database, advance, reading, unit, value_of
from tests.store.elsewhere import count_up, url_of
from tests.store.undone import undone


def test_a_counter_begins_at_nothing_and_moves_by_steps(database: Database) -> None:
    with unit(database) as act:
        assert value_of(act.connection, "fid") == 0
        assert advance(act.connection, "fid") == 1
        assert advance(act.connection, "fid", 1_000) == 1_001
        assert advance(act.connection, "other") == 1
    with reading(database) as connection:
        assert value_of(connection, "fid") == 1_001


def test_what_is_rolled_back_was_not_counted(database: Database) -> None:
    undone(database, lambda act: advance(act.connection, "fid", 7))
    with unit(database) as act:
        assert advance(act.connection, "fid") == 1


def test_large_numbers_are_exact(database: Database) -> None:
    with unit(database) as act:
        assert advance(act.connection, "fid", 2**53) == 2**53
        assert advance(act.connection, "fid") == 2**53 + 1


def test_threads_and_processes_never_get_the_same_value(
    database: Database, others: ProcessPoolExecutor
) -> None:
    url = url_of(database)
    elsewhere = [others.submit(count_up, url, "fid", 15) for _ in range(2)]
    with ThreadPoolExecutor(3) as pool:
        here = list(pool.map(lambda _: count_up(url, "fid", 15), range(3)))
    values = [value for values in (*here, *(done.result() for done in elsewhere)) for value in values]
    assert sorted(values) == list(range(1, 76))
