"""A control database on both engines, empty for each test, and other processes that use it too."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

from diban.store import Database, metadata, sqlite_url, unit
from diban.store.tables import act, counter, feed, feed_cursor, job, job_log, setting

OWN = (job, job_log, feed, feed_cursor, counter, setting, act)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def tables(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The store's tables on one engine, then on the other; a module's tests share them."""
    if request.param == "sqlite":
        made = Database(sqlite_url(tmp_path_factory.mktemp("store") / "control.db"))
    else:
        made = Database(request.getfixturevalue("postgres_database"))
    metadata.create_all(made.engine, tables=OWN)
    yield made
    made.close()


@pytest.fixture
def database(tables: Database) -> Database:
    """The same tables, empty."""
    with unit(tables) as emptying:
        for table in (job_log, *OWN):
            emptying.connection.execute(table.delete())
    return tables


@pytest.fixture(scope="session")
def others() -> Iterator[ProcessPoolExecutor]:
    """Two other processes, started anew (not forked), to run functions of `tests.store.elsewhere`."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool
