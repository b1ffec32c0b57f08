"""A control database with the tables of every room that the tests import, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from diban.store import Database, metadata, sqlite_url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty control database."""
    embedded = request.param == "sqlite"
    made = Database(
        sqlite_url(tmp_path / "control.db") if embedded else request.getfixturevalue("postgres_database")
    )
    metadata.create_all(made.engine)
    yield made
    metadata.drop_all(made.engine)
    made.close()
