"""Acts: all or nothing, done once for each key; reads that stand still."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from diban.ground import Conflict
from diban.store import Database, Unit, advance, reading, setting, unit, value_of
from tests.store.undone import undone


def kept(database: Database) -> list[str]:
    """The settings there are."""
    with reading(database) as connection:
        return sorted(connection.execute(sa.select(setting.c.name)).scalars())


def keep(act: Unit, *names: str) -> None:
    """Write settings, one after the other."""
    for name in names:
        act.connection.execute(setting.insert().values(name=name, value=""))


def keep_under(act: Unit, key: str) -> None:
    """Write a setting, and remember the act under this key."""
    keep(act, "one")
    act.remember(key, {})


def test_an_act_is_committed_at_its_end(database: Database) -> None:
    with unit(database) as act:
        keep(act, "one")
        keep(act, "two")
        assert kept(database) == []
    assert kept(database) == ["one", "two"]


def test_an_act_that_raises_never_was(database: Database) -> None:
    called: list[str] = []
    undone(
        database,
        lambda act: keep(act, "one"),
        lambda act: act.remember("key", {"answer": 1}),
        lambda act: act.then(lambda: called.append("called")),
    )
    assert kept(database) == []
    assert called == []
    with unit(database) as act:
        assert act.done("key") is None


def test_a_statement_that_fails_takes_the_whole_act_with_it(database: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError), unit(database) as act:
        keep(act, "one", "one")
    assert kept(database) == []


def test_a_wrong_statement_is_no_outage(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="no_such_table"), unit(database) as act:
        act.connection.execute(sa.text("SELECT * FROM no_such_table"))
    with pytest.raises(sa.exc.DBAPIError, match="no_such_table"), reading(database) as connection:
        connection.execute(sa.text("SELECT * FROM no_such_table"))


def test_calls_follow_the_commit_in_order(database: Database) -> None:
    called: list[object] = []
    with unit(database) as act:
        keep(act, "one")
        act.then(lambda: called.append(kept(database)))
        act.then(lambda: called.append("then"))
        assert called == []
    assert called == [["one"], "then"]


def test_what_an_act_answered_is_answered_again(database: Database) -> None:
    answer: dict[str, object] = {"version": "v1", "rows": 3, "中文": [None, True]}
    with unit(database) as act:
        assert act.done("key") is None
        act.remember("key", answer)
        assert act.done("key") == answer
    with unit(database) as act:
        assert act.done("key") == answer
        assert act.done("other") is None


def test_a_key_used_twice_is_a_conflict_not_a_second_act(database: Database) -> None:
    with unit(database) as act:
        act.remember("key", {})
    with pytest.raises(Conflict), unit(database) as act:
        keep_under(act, "key")
    assert kept(database) == []


def test_of_many_at_once_one_does_the_act(database: Database) -> None:
    together = threading.Barrier(4)

    def once(number: int) -> object:
        together.wait()
        try:
            with unit(database) as act:
                if (known := act.done("key")) is not None:
                    return known["by"]
                advance(act.connection, f"done by {number}")
                time.sleep(0.05)
                act.remember("key", {"by": number})
                return number
        except Conflict:
            with unit(database) as act:
                return (act.done("key") or {})["by"]

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(once, range(4)))
    assert len(answers) == 1
    with reading(database) as connection:
        assert sum(value_of(connection, f"done by {number}") for number in range(4)) == 1


def test_a_read_stands_still_while_others_write(database: Database) -> None:
    with unit(database) as act:
        keep(act, "one")
    with reading(database) as connection:
        names = sa.select(setting.c.name).order_by(setting.c.name)
        assert list(connection.execute(names).scalars()) == ["one"]
        with unit(database) as act:
            keep(act, "two")
        assert list(connection.execute(names).scalars()) == ["one"]
    assert kept(database) == ["one", "two"]


def test_an_open_act_hinders_no_read(database: Database) -> None:
    with unit(database) as act:
        keep(act, "one")
        started = time.monotonic()
        assert kept(database) == []
        assert time.monotonic() - started < 1


def test_acts_wait_for_each_other_and_none_is_lost(database: Database) -> None:
    def add(number: int) -> None:
        for turn in range(5):
            with unit(database) as act:
                keep(act, f"{number}-{turn}")
                advance(act.connection, "sum")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(add, range(6)))
    assert len(kept(database)) == 30
    with reading(database) as connection:
        assert value_of(connection, "sum") == 30
