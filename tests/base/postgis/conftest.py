"""A row store on a database of its own, for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from diban.base.postgis import PostgisRows, open_postgis
from diban.store import Database


@pytest.fixture(scope="module")
def database(postgres_database: str) -> Iterator[Database]:
    """A database with PostGIS."""
    made = Database(postgres_database)
    yield made
    made.close()


@pytest.fixture(scope="module")
def store(database: Database) -> PostgisRows:
    """The row store on it."""
    return open_postgis(database)
