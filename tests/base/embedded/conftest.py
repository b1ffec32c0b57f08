"""The embedded engine on a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from diban.base.embedded import EmbeddedRows, open_embedded


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the layers' files lie."""
    return tmp_path / "layers"


@pytest.fixture
def store(folder: Path) -> Iterator[EmbeddedRows]:
    """An engine on the empty folder."""
    opened = open_embedded(folder)
    yield opened
    opened.close()
