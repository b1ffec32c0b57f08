"""PostgreSQL going away: told apart from wrong statements, over when it is back, never a false success.

What fails here fails by real means: sessions are terminated, the server is killed. SQLite has no such
moment between a statement and its commit that a test could reach without a disk of its own.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
import sqlalchemy as sa

from diban.ground import Fault, OutcomeUnknown, Unavailable
from diban.store import Database, Generation, Unit, advance, glancing, metadata, reading, unit, value_of
from diban.store.tables import act as acts
from diban.store.tables import counter
from tests.postgres import Cluster


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The store's counters on that server."""
    database = Database(url, pool=2)
    metadata.create_all(database.engine, tables=[counter, acts])
    try:
        yield database
    finally:
        database.close()


def terminate(act: Unit, url: str) -> None:
    """End the act's session on the server, as an administrator would."""
    process = act.connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as other:
        assert other.execute("SELECT pg_terminate_backend(%s, 5000)", [process]).fetchone() == (True,)


def move(database: Database) -> int:
    """One small act."""
    with unit(database) as act:
        return advance(act.connection, "moved")


def moved(database: Database) -> int:
    """How often it was done."""
    with reading(database) as connection:
        return value_of(connection, "moved")


def move_but_lose_the_commit(database: Database, url: str) -> None:
    """The same act, its session ended between the statement and the commit."""
    with unit(database) as act:
        if act.done("key") is None:
            advance(act.connection, "moved")
            act.remember("key", {})
            terminate(act, url)


def test_a_commit_that_is_not_confirmed_has_an_unknown_outcome(postgres_database: str) -> None:
    called: list[str] = []
    with opened(postgres_database) as database:
        with pytest.raises(OutcomeUnknown) as unknown, unit(database) as act:
            _act_and_terminate(act, postgres_database, called)
        assert unknown.value.remedy is not None
        assert called == []
        assert moved(database) == 0
        with pytest.raises(OutcomeUnknown):
            move_but_lose_the_commit(database, postgres_database)
        with unit(database) as act:  # repeated with the same key, as the remedy says
            assert act.done("key") is None
            act.remember("key", {})
        move_but_lose_the_commit(database, postgres_database)


def _act_and_terminate(act: Unit, url: str, called: list[str]) -> None:
    act.then(lambda: called.append("called"))
    advance(act.connection, "moved")
    terminate(act, url)


def _terminate_and_advance(act: Unit, url: str) -> None:
    terminate(act, url)
    advance(act.connection, "moved")


def test_a_session_lost_before_the_commit_is_an_outage(postgres_database: str) -> None:
    with opened(postgres_database) as database:
        before = moved(database)
        with pytest.raises(Unavailable) as lost, unit(database) as act:
            _terminate_and_advance(act, postgres_database)
        assert not isinstance(lost.value, OutcomeUnknown)
        assert moved(database) == before
        assert move(database) == before + 1


@pytest.mark.parametrize("held", [False, True], ids=["no session before", "the old sessions ended too"])
def test_new_sessions_that_end_at_once_are_an_outage(postgres_database: str, held: bool) -> None:
    """As a server that shuts down ends them: the pool replaces a bad connection by one that is as bad."""
    plain = postgres_database.replace("+psycopg", "")

    def ended(connection: psycopg.Connection, _record: object) -> None:
        with psycopg.connect(plain, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])

    with opened(postgres_database) as database:
        before = moved(database)
        if held:
            with psycopg.connect(plain, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        else:
            database.engine.dispose()
        sa.event.listen(database.engine, "connect", ended)
        for attempt in (move, moved, _glance) * 3:  # more often than the pool has room
            with pytest.raises(Fault) as lost:
                attempt(database)
            assert type(lost.value) is Unavailable
        sa.event.remove(database.engine, "connect", ended)
        assert (move(database), moved(database)) == (before + 1, before + 1)


def _glance(database: Database) -> int:
    with glancing(database) as connection:
        return value_of(connection, "moved")


def test_too_few_connections_are_an_outage(postgres_database: str) -> None:
    with opened(postgres_database) as database:
        database.engine.pool._timeout = 0.05  # type: ignore[attr-defined] # ten seconds otherwise
        held = [database.engine.connect() for _ in range(4)]
        with pytest.raises(Unavailable):
            moved(database)
        for connection in held:
            connection.close()
        assert moved(database) >= 0


def test_a_server_that_is_killed_is_an_outage_until_it_is_back(own_postgres_cluster: Cluster) -> None:
    with own_postgres_cluster.database() as url, opened(url) as database:
        generation = Generation(database)
        assert [move(database), generation.current()] == [1, 0]
        own_postgres_cluster.stop(signal.SIGKILL)
        for attempt in (move, moved):
            with pytest.raises(Fault) as lost:
                attempt(database)
            assert type(lost.value) is Unavailable
        generation.forget()
        assert generation.current() == 0, "what was known stays known"
        with pytest.raises(Unavailable):
            Generation(database).current()
        own_postgres_cluster.start()
        started = time.monotonic()
        assert move(database) == 2
        assert time.monotonic() - started < 10
