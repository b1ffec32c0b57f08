"""What all trials share: the forge, the city, installations to copy, a server of their own, the table."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.needs import absent
from tests.postgres import Cluster, NotInstalled, running_cluster
from tests.reliability.figures import Figures
from tests.reliability.forge import Forge, forging
from tests.reliability.installation import Engine, Stage, Template, Templates, draw_city

SMALL, LARGE = 400, 3000
"""Buildings of the city: in the short forms and where every single write is tried, in the full ones."""

FIGURES = pytest.StashKey[Figures]()

TemplateOf = Callable[..., Template]


def pytest_configure(config: pytest.Config) -> None:
    """One table for the session."""
    config.stash[FIGURES] = Figures()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands its rows to the process that prints the table."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["trials"] = session.config.stash[FIGURES].as_list()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take a worker's rows; one that crashed has none, and its test failed."""
    node.config.stash[FIGURES].take(getattr(node, "workeroutput", {}).get("trials", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The table of trials, when there were some."""
    figures = config.stash[FIGURES]
    if figures.rows:
        terminalreporter.section("reliability")
        for line in figures.lines():
            terminalreporter.write_line(line)
        if named := os.environ.get("DIBAN_BATTERY_REPORT"):
            figures.write(Path(named))


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> Figures:
    """The table of this session."""
    return pytestconfig.stash[FIGURES]


@pytest.fixture(scope="session")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forge]:
    """Where acts run as processes."""
    with forging(tmp_path_factory.mktemp("acts")) as server:
        yield server


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server that these trials may kill; no other test uses it."""
    try:
        with running_cluster() as server:
            yield server
    except NotInstalled as reason:
        absent(f"PostgreSQL with PostGIS ({reason})", "`make system` installs it")


@pytest.fixture(scope="session")
def template(
    request: pytest.FixtureRequest, forge: Forge, tmp_path_factory: pytest.TempPathFactory
) -> TemplateOf:
    """``template(engine, stage, size)``: an installation to copy, made when it is first asked for."""
    made: dict[int, Templates] = {}

    def get(engine: Engine, stage: Stage, size: int = SMALL) -> Template:
        if size not in made:
            folder = tmp_path_factory.mktemp(f"city-{size}")
            made[size] = Templates(folder, draw_city(folder / "files", size), forge)
        server = request.getfixturevalue("cluster") if engine is Engine.POSTGIS else None
        return made[size].get(engine, stage, server)

    return get
