"""A small city, served by real processes on each engine, and programs that ask it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from diban.client import Client
from tests.app.town import founded
from tests.client.city import City, served_city
from tests.postgres import Cluster


@pytest.fixture(scope="session")
def embedded_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The one on the embedded engine."""
    with founded(tmp_path_factory.mktemp("client-embedded") / "home") as town:
        yield from served_city(town)


@pytest.fixture(scope="session")
def postgis_city(postgres_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The one on PostGIS."""
    home = tmp_path_factory.mktemp("client-postgis") / "home"
    with postgres_cluster.database() as database, founded(home, database) as town:
        yield from served_city(town)


@pytest.fixture(scope="module", params=["embedded", pytest.param("postgis", marks=pytest.mark.postgres)])
def city(request: pytest.FixtureRequest) -> City:
    """The city, served; made once for each engine, whichever order tests come in."""
    made: City = request.getfixturevalue(f"{request.param}_city")
    return made


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
