"""A demonstration on each engine, served, for all journeys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import Cluster
from tests.served import Served, served_demo


@pytest.fixture(scope="session")
def embedded_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The one on the embedded engine; building it takes most of the time of what asks it."""
    with served_demo(tmp_path_factory.mktemp("demo-embedded") / "home", "") as served:
        yield served


@pytest.fixture(scope="session")
def postgis_demo(postgres_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The one on PostGIS."""
    home = tmp_path_factory.mktemp("demo-postgis") / "home"
    with postgres_cluster.database() as database, served_demo(home, database) as served:
        yield served


@pytest.fixture(scope="module", params=["embedded", pytest.param("postgis", marks=pytest.mark.postgres)])
def demo(request: pytest.FixtureRequest) -> Served:
    """The served demonstration; built once for each engine, whichever order tests come in."""
    served: Served = request.getfixturevalue(f"{request.param}_demo")
    return served
