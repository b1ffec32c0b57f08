"""A small city, served by real processes on each engine, and programs that ask it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from diban.client import Client
from tests.app.town import founded
from tests.client.city import City, served_city
from tests.postgres import Cluster


@pytest.fixture(scope="package", params=["embedded", pytest.param("postgis", marks=pytest.mark.postgres)])
def city(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The city, served."""
    home = tmp_path_factory.mktemp(f"client-{request.param}") / "home"
    if request.param == "postgis":
        cluster: Cluster = request.getfixturevalue("postgres_cluster")
        with cluster.database() as database, founded(home, database) as town:
            yield from served_city(town)
    else:
        with founded(home) as town:
            yield from served_city(town)


@pytest.fixture
def client(city: City) -> Iterator[Client]:
    """The steward's program."""
    with city.client() as made:
        yield made


@pytest.fixture
def public(city: City) -> Iterator[Client]:
    """Anybody's program."""
    with city.client(key=None) as made:
        yield made
