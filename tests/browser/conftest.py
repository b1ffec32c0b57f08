"""The demonstration, served, for looking at it in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.served import Served, served_demo

# What a page comes to show is looked for, not how soon: a delivery lands behind some of these
# pages, and a busy machine of two cores takes its time over it.
expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The served demonstration on the embedded engine."""
    with served_demo(tmp_path_factory.mktemp("portal") / "home", "") as served:
        yield served
