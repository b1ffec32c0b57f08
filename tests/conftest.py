"""Fixtures of the whole suite: databases of our own, the folder of real data, a browser."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.needs import absent
from tests.postgres import Cluster, NotInstalled, running_cluster

MARKERS = {
    "postgres_cluster": "postgres",
    "own_postgres_cluster": "postgres",
    "postgres_url": "postgres",
    "postgres_database": "postgres",
    "chromium": "browser",
    "test_data": "real_data",
}
# WebGL in software, and no word to the outside.
CHROMIUM_ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that asks for a fixture of the machine carries its marker."""
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in MARKERS:
                item.add_marker(MARKERS[fixture])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """In a run of ``.ci/run``, how long everything took: set-up, checks and tests."""
    if started := os.environ.get("DIBAN_RUN_STARTED"):
        seconds = time.time() - float(started)
        terminalreporter.write_line(f"whole run: {seconds:.0f} s from the first command to here")


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """The session's PostgreSQL server with PostGIS; ``cluster.database()`` makes further databases."""
    with _cluster() as cluster:
        yield cluster


@pytest.fixture
def own_postgres_cluster() -> Iterator[Cluster]:
    """A server for one test alone, which may stop it, kill it and start it again."""
    with _cluster() as cluster:
        yield cluster


@contextmanager
def _cluster() -> Iterator[Cluster]:
    try:
        with running_cluster() as cluster:
            yield cluster
    except NotInstalled as reason:
        absent(f"PostgreSQL with PostGIS ({reason})", "`make system` installs it")


@pytest.fixture(scope="session")
def postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """The SQLAlchemy URL of a database with PostGIS that the whole session shares."""
    with postgres_cluster.database() as url:
        yield url


@pytest.fixture(scope="module")
def postgres_database(postgres_cluster: Cluster) -> Iterator[str]:
    """The SQLAlchemy URL of a database with PostGIS, fresh for each test module."""
    with postgres_cluster.database() as url:
        yield url


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real data that ``DIBAN_TEST_DATA`` names; without it the test is skipped."""
    named = os.environ.get("DIBAN_TEST_DATA")
    if not named:
        pytest.skip("DIBAN_TEST_DATA names no folder of real data")
    folder = Path(named)
    if not folder.is_dir():
        pytest.fail(f"DIBAN_TEST_DATA names {folder}, which is no folder", pytrace=False)
    return folder


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, driven by Playwright; a module's tests share it, each opens its own context.

    Not for the whole session: Playwright holds an event loop, which would forbid others theirs.
    """
    executable = shutil.which("chromium")
    if executable is None:
        absent("Chromium", "`make system` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()
