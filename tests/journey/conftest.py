"""A demonstration on each engine, served, for all journeys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import Cluster
from tests.served import Served, served_demo


@pytest.fixture(scope="package", params=["embedded", pytest.param("postgis", marks=pytest.mark.postgres)])
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The served demonstration."""
    home = tmp_path_factory.mktemp(f"demo-{request.param}") / "home"
    if request.param == "embedded":
        with served_demo(home, "") as served:
            yield served
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    with cluster.database() as database, served_demo(home, database) as served:
        yield served
