"""The made-up town: one that a module's tests only read, and one of its own for a test that changes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.share.client import Client
from tests.share.town import Town, full_town


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The town, for tests that only read it."""
    with full_town(tmp_path_factory.mktemp("town")) as made:
        yield made


@pytest.fixture
def own_town(tmp_path: Path) -> Iterator[Town]:
    """A town that the test may change."""
    with full_town(tmp_path) as made:
        yield made


@pytest.fixture(scope="package")
def transport(town: Town) -> Client:
    """The transport agency, which may see all buildings and permits."""
    return town.client("transport")


@pytest.fixture(scope="package")
def nobody(town: Town) -> Client:
    """Somebody who has not said who they are."""
    return town.client()
