"""Migrations make the tables that the rooms declare, once, whoever runs them at the same time."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

# The faces of all rooms that declare tables: what they declare is on `metadata` then.
import diban.base
import diban.catalogue
import diban.governance
import diban.intake
from diban.ground import Unavailable
from diban.store import Database, is_current, metadata, migrate, reading, setting, sqlite_url, unit
from tests.postgres import Cluster

ROOMS = (diban.base, diban.catalogue, diban.governance, diban.intake)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table of ours."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "control.db")
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    with cluster.database() as made:
        yield made


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """That database."""
    made = Database(url)
    yield made
    made.close()


def ours(_object: object, name: str | None, kind: str, reflected: bool, counterpart: object) -> bool:
    """Whether a table is none of PostGIS or of alembic's own."""
    return kind != "table" or not reflected or counterpart is not None or name not in FOREIGN


FOREIGN = ("spatial_ref_sys", "alembic_version")


def catalogue_of(database: Database) -> list[str]:
    """Every column and index that the database has."""
    found = []
    with reading(database) as connection:
        look = sa.inspect(connection)
        for name in sorted(look.get_table_names()):
            found += [f"{name}.{column['name']} {column['type']}" for column in look.get_columns(name)]
            found += [f"{name} {index['name']} {index['column_names']}" for index in look.get_indexes(name)]
    return found


def test_what_migrations_make_is_what_the_rooms_declare(database: Database) -> None:
    assert not is_current(database)
    migrate(database)
    assert is_current(database)
    with database.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_object": ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == [], "run `python -m tools.migration`"
    assert len(metadata.tables) > 20


def test_running_it_again_changes_nothing(database: Database) -> None:
    migrate(database)
    with unit(database) as act:
        act.connection.execute(setting.insert().values(name="kept", value="1"))
    before = catalogue_of(database)
    migrate(database)
    assert catalogue_of(database) == before
    with reading(database) as connection:
        assert connection.execute(sa.select(setting.c.value)).scalars().all() == ["1"]


def migrated(url: str) -> bool:
    """Bring the tables to this version; whether they are."""
    made = Database(url)
    migrate(made)
    current = is_current(made)
    made.close()
    return current


@pytest.fixture(scope="module")
def others() -> Iterator[ProcessPoolExecutor]:
    """Two other processes."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def test_processes_may_migrate_at_the_same_time(url: str, others: ProcessPoolExecutor) -> None:
    assert list(others.map(migrated, [url] * 4)) == [True] * 4


def test_a_migration_that_fails_leaves_nothing(database: Database) -> None:
    with unit(database) as act:
        act.connection.execute(sa.text("CREATE TABLE use_sum (x INTEGER)"))
    with pytest.raises(sa.exc.DBAPIError, match="use_sum"):
        migrate(database)
    with reading(database) as connection:
        left = set(sa.inspect(connection).get_table_names()) - set(FOREIGN)
    assert left == {"use_sum"}
    assert not is_current(database)


def test_without_a_database_it_is_unavailable(tmp_path: Path) -> None:
    nowhere = Database(sqlite_url(tmp_path / "no such folder" / "control.db"))
    with pytest.raises(Unavailable):
        migrate(nowhere)
    with pytest.raises(Unavailable):
        is_current(nowhere)
