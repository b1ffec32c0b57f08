"""The demonstration, served, for looking at it in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.served import Served, served_demo


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The served demonstration on the embedded engine."""
    with served_demo(tmp_path_factory.mktemp("portal") / "home", "") as served:
        yield served
