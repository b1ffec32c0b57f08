"""The engines under contract: each test of this folder runs once on either, or on both at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.board import Board, embedded_board, postgis_board
from tests.postgres import Cluster


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """A base on SQLite files, which all tests share; each makes layers of its own."""
    with embedded_board(tmp_path_factory.mktemp("embedded")) as board:
        yield board


@pytest.fixture(scope="session")
def postgis(postgres_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """A base on PostgreSQL, which all tests share; each makes layers of its own."""
    folder, files = tmp_path_factory.mktemp("postgis"), postgres_cluster.data / "base"
    with postgres_cluster.database() as url, postgis_board(url, folder, files) as board:
        yield board


@pytest.fixture(scope="session", params=["embedded", pytest.param("postgis", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Board:
    """A base on one engine, then on the other."""
    board: Board = request.getfixturevalue(request.param)
    return board
