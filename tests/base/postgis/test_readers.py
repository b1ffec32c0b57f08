"""Reads cost as few round trips as they need; counted in libpq's own record of what the server said."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from diban.base.bound import given_of, largest_in_box
from diban.base.port import Asked, KeptRow, Moved
from diban.base.postgis import PostgisRows
from diban.ground import Extent, Fault, Unavailable
from diban.store import Database
from tests.base.postgis.board_rows import NAMED, rows


def test_a_read_takes_few_round_trips(store: PostgisRows, database: Database, tmp_path: Path) -> None:
    storage = store.make(6, NAMED)
    store.load(storage, 6, NAMED, 1, iter([rows([1], ["a"])]))
    asked = Asked(
        largest_in_box(store, store.live(storage, NAMED), ("c1",)),
        given_of(1, Extent(-180.0, -90.0, 180.0, 90.0), 10),
    )
    database.engine.dispose()
    record = tmp_path / "record"
    with record.open("wb") as file:

        def watch(connection: psycopg.Connection, _entry: object) -> None:
            connection.pgconn.trace(file.fileno())

        sa.event.listen(database.engine, "connect", watch)
        try:
            trips = [0]
            for place, reads in 6 * (((0, 0, 0), False), ((0, 0, 0), True), (None, True)):
                with store.reader(storage, place=place) as reader:
                    assert reader.look.kept is None
                    if reads:
                        reader.rows(asked)
                trips.append(record.read_bytes().count(b"ReadyForQuery"))
            database.engine.dispose()
        finally:
            sa.event.remove(database.engine, "connect", watch)
    # What lies drawn is one; rows after that look four; rows without one three.
    assert [after - before for before, after in pairwise(trips)][-3:] == [1, 4, 3]


def test_rows_are_not_read_beside_what_was_seen_of_another_state(store: PostgisRows) -> None:
    storage = store.make(9, NAMED)
    store.load(storage, 9, NAMED, 1, iter([rows([1], ["a"])]))
    place = dict.fromkeys(("zoom", "row", "column"), 0)
    numbers = dict.fromkeys(("counted", "left_out", "simplified", "lost"), 0)
    kept: KeptRow = {**place, **numbers, "seq": 1, "body": b""}  # type: ignore[typeddict-item]  # spread
    with store.reader(storage, place=(0, 0, 0)) as reader:
        assert reader.look.kept is None
        store.keep(storage, 0, [kept], [])
        with pytest.raises(Moved):
            _ = reader.connection
    with store.reader(storage, place=(0, 0, 0)) as reader:
        assert reader.look.kept == 1
        assert reader.connection.execute(sa.text("SELECT 1")).scalar() == 1


def test_all_statements_of_a_read_share_its_time(store: PostgisRows) -> None:
    storage = store.make(7, NAMED)
    begun = time.monotonic()
    with pytest.raises(Unavailable):
        sleep_twice(store, storage, until=begun + 1.0)
    assert time.monotonic() - begun < 1.5


def sleep_twice(store: PostgisRows, storage: str, until: float) -> None:
    with store.reader(storage, until=until) as reader:
        for _ in range(2):
            reader.connection.execute(sa.text("SELECT pg_sleep(0.8)"))


def test_a_connection_that_could_not_end_its_read_is_not_used_again(
    store: PostgisRows, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = store.make(8, NAMED)
    with monkeypatch.context() as failing:
        failing.setattr(psycopg.Connection, "commit", cancelled)
        with pytest.raises(Fault), store.reader(storage, until=time.monotonic() + 60):
            pass
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        assert not driver.autocommit, "what an act writes would be committed statement by statement"


def cancelled(_connection: psycopg.Connection) -> None:
    raise psycopg.errors.QueryCanceled("canceling statement due to statement timeout")
