"""The command ``diban`` for tests of what it says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.app.command_line import CommandLine
from tests.app.town import founded


@pytest.fixture(scope="session")
def town_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder of a town that tests may ask, and leave as it is."""
    home = tmp_path_factory.mktemp("town") / "home"
    with founded(home):
        return home


@pytest.fixture
def own_home(town_home: Path, tmp_path: Path) -> Path:
    """A copy of that town's home folder, to be changed."""
    return Path(shutil.copytree(town_home, tmp_path / "own" / "home"))


@pytest.fixture
def typed(
    town_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandLine:
    """Types ``diban`` commands in that town."""
    return CommandLine(town_home, monkeypatch, capsys)
