"""Reads are counted: none lost, none twice, by many threads and processes, on both engines."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

import diban.governance.use as use
from diban.governance.ledger_tables import use_sum
from diban.governance.use import UseCounter, use_of
from diban.governance.use_by import UseBy
from diban.governance.use_sums import UseAsked, UseSeen, use_sums
from diban.ground import OutcomeUnknown, PartyId, ResourceId, Text, Unavailable
from diban.store import Database, reading, unit

CITY = ZoneInfo("Asia/Shanghai")
THREADS, RECORDS = 8, 4000


def total(database: Database) -> tuple[int, int, int]:
    with reading(database) as connection:
        sums = [sa.func.coalesce(sa.func.sum(use_sum.c[name]), 0) for name in ("calls", "rows", "bytes")]
        calls, rows, size = connection.execute(sa.select(*sums)).one()
        return int(calls), int(rows), int(size)


def count_from_threads(url: str) -> None:
    """What one process does: many threads count while the flush thread writes."""
    database = Database(url)
    counter = UseCounter(database, CITY)
    counter.start()

    def reads() -> None:
        for number in range(RECORDS):
            counter.record(f"res_{number % 7}", "lay", "tiles", f"pty_{number % 3}", "", 200, 2, 10)
            if number % 1000 == 0:
                time.sleep(0.2)

    threads = [threading.Thread(target=reads) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counter.close()
    database.close()


def test_threads_of_two_processes_lose_nothing(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=count_from_threads, args=(url,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(90)
        assert process.exitcode == 0
    calls = 2 * THREADS * RECORDS
    assert total(database) == (calls, 2 * calls, 10 * calls)


def test_counts_are_written_within_a_second(database: Database) -> None:
    counter = UseCounter(database, CITY)
    counter.start()
    counter.record("res", "lay", "features", "pty", "key", 200)
    deadline = time.monotonic() + 1.0
    while total(database)[0] == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert total(database) == (1, 0, 0)
    counter.close()


def test_an_outage_keeps_the_counts(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    counter = UseCounter(database, CITY)
    counter.record("res", "lay", "features", "pty", "", 200, 5)
    with monkeypatch.context() as patch:
        patch.setattr(use, "_add", _failing)
        for _ in range(3):
            with pytest.raises(Unavailable):
                counter.flush()
            counter.record("res", "lay", "features", "pty", "", 200, 5)
    assert total(database) == (0, 0, 0)
    counter.close()
    assert total(database) == (4, 20, 0)


def test_an_unconfirmed_commit_is_not_counted_twice(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def unconfirmed(of: Database) -> Iterator[object]:
        with unit(of) as act:
            yield act
        raise OutcomeUnknown(Text("提交未确认", "not confirmed"))

    counter = UseCounter(database, CITY)
    counter.record("res", "lay", "features", "pty", "", 200)
    with monkeypatch.context() as patch:
        patch.setattr(use, "unit", unconfirmed)
        with pytest.raises(OutcomeUnknown):
            counter.flush()
    counter.record("res", "lay", "features", "pty", "", 200)
    counter.close()
    assert total(database) == (2, 0, 0)


def test_memory_is_bounded_and_nothing_is_lost(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(use, "MAX_PLACES", 10)
    counter = UseCounter(database, CITY)
    for number in range(1000):
        counter.record(f"res_{number}", "lay", "features", "pty", "", 200)
    counter.close()
    with reading(database) as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(use_sum)).scalar() == 11
    assert total(database)[0] == 1000


def test_days_are_the_citys(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    counter = UseCounter(database, CITY)
    for hour, minute in ((15, 59), (16, 0)):  # 23:59 and 24:00 in the city
        at = datetime(2026, 3, 1, hour, minute, tzinfo=UTC).timestamp()
        monkeypatch.setattr(time, "time", lambda at=at: at)
        counter.record("res", "lay", "features", "pty", "", 200, 3, 30)
        counter.record("res", "lay", "features", "pty", "", 404)
    counter.record("other", "lay", "features", "them", "", 200)
    counter.close()
    with reading(database) as connection:
        days = use_of(connection, date(2026, 3, 1), date(2026, 3, 2), resource=ResourceId("res"))
        theirs = use_of(connection, date(2026, 3, 1), date(2026, 3, 2), party=PartyId("them"))
    assert [(one.day.day, one.calls, one.rows, one.bytes) for one in days] == [(1, 1, 3, 30), (2, 1, 3, 30)]
    assert [(one.resource, one.calls) for one in theirs] == [("other", 1)]


def test_counting_costs_little(database: Database) -> None:
    counter = UseCounter(database, CITY)
    began = time.perf_counter()
    for _ in range(20_000):
        counter.record("res", "lay", "tiles", "pty", "key", 200, 1, 100)
    assert (time.perf_counter() - began) / 20_000 < 50e-6  # about 1 µs on a quiet machine


def _failing(*_: object) -> None:
    raise Unavailable(Text("数据库不可用", "the database does not answer"))


def _recorded(database: Database) -> None:
    counter = UseCounter(database, CITY)
    for party, calls in (("us", 3), ("them", 2)):
        for _ in range(calls):
            counter.record("res", "lay", "features", party, "key", 200, 10, 100)
    counter.record("other", "lay", "tiles", "them", "", 200, 1, 10)
    counter.record("", "", "features", "them", "", 403)
    counter.close()


@pytest.mark.parametrize(
    ("by", "found"),
    [
        (UseBy.RESOURCE, [("res", 5, 0, 50, 500), ("other", 1, 0, 1, 10), ("", 0, 1, 0, 0)]),
        (UseBy.PARTY, [("them", 3, 1, 21, 210), ("us", 3, 0, 30, 300)]),
        (UseBy.BLOCK, [("features", 5, 1, 50, 500), ("tiles", 1, 0, 1, 10)]),
        (UseBy.KEY, [("key", 5, 0, 50, 500), ("", 1, 1, 1, 10)]),
        (UseBy.STATUS, [("200", 6, 0, 51, 510), ("403", 0, 1, 0, 0)]),
    ],
)
def test_sums_by_each_of_them(database: Database, by: UseBy, found: list[tuple[object, ...]]) -> None:
    _recorded(database)
    today = datetime.now(CITY).date()
    with reading(database) as connection:
        sums = use_sums(connection, UseAsked(today, today), by)
    assert [(one.of, one.calls, one.refused, one.rows, one.bytes) for one in sums] == found


def test_sums_of_what_somebody_may_see(database: Database) -> None:
    _recorded(database)
    today = datetime.now(CITY).date()
    seen = UseSeen({ResourceId("other")}, {PartyId("us")})
    with reading(database) as connection:
        theirs = use_sums(connection, UseAsked(today, today), UseBy.PARTY, seen)
        one = use_sums(connection, UseAsked(today, today, resource=ResourceId("res")), UseBy.PARTY, seen)
        party = use_sums(connection, UseAsked(today, today, party=PartyId("them")), UseBy.DAY)
        before = use_sums(connection, UseAsked(date(2020, 1, 1), date(2020, 1, 2)), UseBy.DAY)
    assert [(sum_.of, sum_.calls) for sum_ in theirs] == [("us", 3), ("them", 1)]
    assert [(sum_.of, sum_.calls) for sum_ in one] == [("us", 3)]
    assert [(sum_.of, sum_.calls, sum_.refused) for sum_ in party] == [(today.isoformat(), 3, 1)]
    assert before == []
