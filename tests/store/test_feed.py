"""The feed: gapless and in the order of commits, whoever writes; cursors that can be set back."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta

from diban.ground import now
from diban.store import Database, Entry, Feed, reading, unit
from tests.store.elsewhere import append, url_of
from tests.store.undone import undone

FEED = Feed()


def entries(database: Database, position: int = 0, limit: int = 1_000) -> list[Entry]:
    """Entries behind a position."""
    with reading(database) as connection:
        return FEED.after(connection, position, limit)


def test_an_entry_says_what_happened(database: Database) -> None:
    body: dict[str, object] = {"rows": 3, "title": "道路", "none": None}
    with unit(database) as act:
        assert FEED.append(act, "layer.landed", "roads", body) == 1
        assert FEED.append(act, "layer.landed", "rivers", {}) == 2
    first, second = entries(database)
    assert (first.position, first.kind, first.subject, first.body) == (1, "layer.landed", "roads", body)
    assert abs(first.at - now()) < timedelta(seconds=10)
    assert second.position == 2


def test_an_act_that_is_rolled_back_leaves_no_entry_and_no_gap(database: Database) -> None:
    undone(database, lambda act: FEED.append(act, "test", "never", {}))
    with unit(database) as act:
        assert FEED.append(act, "test", "first", {}) == 1


def test_the_feed_has_no_gap_when_threads_and_processes_write(
    database: Database, others: ProcessPoolExecutor
) -> None:
    url = url_of(database)
    elsewhere = [others.submit(append, url, 20, f"process {number}") for number in range(2)]
    with ThreadPoolExecutor(3) as pool:
        here = [pool.submit(append, url, 20, f"thread {number}") for number in range(3)]
        looks = 0
        while not all(done.done() for done in (*here, *elsewhere)):
            # Whoever follows while it is written never sees a later entry before an earlier one.
            seen = [entry.position for entry in entries(database)]
            assert seen == list(range(1, len(seen) + 1))
            looks += 1
    written = sorted(position for done in (*here, *elsewhere) for position in done.result())
    found = entries(database)
    assert written == [entry.position for entry in found] == list(range(1, 5 * 15 + 1))
    assert looks > 1
    for writer in {entry.subject for entry in found}:
        numbers = [int(str(entry.body["number"])) for entry in found if entry.subject == writer]
        assert numbers == sorted(numbers)


def test_a_reader_follows_with_its_cursor(database: Database) -> None:
    append(url_of(database), 8, "one")
    with unit(database) as act:
        assert FEED.cursor(act.connection, "search") == 0
        first = FEED.after(act.connection, 0, limit=4)
        FEED.advance(act, "search", first[-1].position)
    with reading(database) as connection:
        assert FEED.cursor(connection, "search") == 4
        assert FEED.cursor(connection, "tiles") == 0
        rest = FEED.after(connection, 4)
    assert [entry.position for entry in [*first, *rest]] == [1, 2, 3, 4, 5, 6]
    assert entries(database, 6) == []


def test_a_cursor_set_back_replays(database: Database) -> None:
    append(url_of(database), 4, "one")
    for position in (3, 0, 2):
        with unit(database) as act:
            FEED.advance(act, "search", position)
            assert FEED.cursor(act.connection, "search") == position
    assert [entry.position for entry in entries(database, 2)] == [3]


def test_a_cursor_moves_with_the_act_that_moved_it(database: Database) -> None:
    undone(database, lambda act: FEED.advance(act, "search", 5))
    with reading(database) as connection:
        assert FEED.cursor(connection, "search") == 0
