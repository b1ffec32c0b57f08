"""T-FULL: the disk is full: reads go on, writes are refused with words, and go on once there is space.

The home folder, or the tablespace of its database, lies on a small disk that is filled to the last
byte. Where mounting is not allowed, a preloaded library lets every call that takes space fail
with ENOSPC instead. A serving process runs through all of it without a restart.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from diban.store import reading
from tests.postgres import Cluster
from tests.reliability.acts import NOTE
from tests.reliability.conftest import TemplateOf
from tests.reliability.failing_writes import VARIABLE, compile_library, failing_writes
from tests.reliability.figures import Figures
from tests.reliability.forge import forging
from tests.reliability.installation import READER, Engine, Installation, Stage, execute
from tests.reliability.invariants import check, check_tidy
from tests.reliability.serving import ITEMS, Served, serving
from tests.reliability.small_disk import small_disk

CHECKED = (
    "reads 200, writes refused (exit 69, 503 with Retry-After) with words, no write without its audit line, "
    "none lost, all goes on without a restart once there is space, all that holds after a kill"
)
MEGABYTES = 48
MANY_LINES = 20_000
SEED = 20261122
MOST_LEFT = 2 << 20
"""So much is left at most when a delivery begins, so that it stops at any of its steps."""
UNAVAILABLE = 69
BACK_SECONDS = 15.0


@dataclass(frozen=True)
class Disk:
    """What the installation stands on: how it is filled and freed, and what its processes need."""

    made: Installation
    fill: Callable[[int], None]
    free: Callable[[], None]
    env: Mapping[str, str]


def test_a_full_home_folder(template: TemplateOf, figures: Figures, tmp_path: Path) -> None:
    with _embedded(template, tmp_path) as disk:
        _through(disk, 3, figures, tmp_path)


@pytest.mark.postgres
def test_a_full_tablespace(template: TemplateOf, cluster: Cluster, figures: Figures, tmp_path: Path) -> None:
    with _postgis(template, cluster) as disk:
        _through(disk, 3, figures, tmp_path)


@pytest.mark.battery
def test_a_home_folder_that_is_full_again_and_again(
    template: TemplateOf, figures: Figures, tmp_path: Path
) -> None:
    with _embedded(template, tmp_path) as disk:
        _through(disk, 30, figures, tmp_path)


@pytest.mark.battery
@pytest.mark.postgres
def test_a_tablespace_that_is_full_again_and_again(
    template: TemplateOf, cluster: Cluster, figures: Figures, tmp_path: Path
) -> None:
    with _postgis(template, cluster) as disk:
        _through(disk, 30, figures, tmp_path)


@contextmanager
def _embedded(template: TemplateOf, folder: Path) -> Iterator[Disk]:
    landed = template(Engine.EMBEDDED, Stage.LANDED)
    with small_disk(folder / "disk", MEGABYTES) as disk:
        if disk is not None:
            with landed.copy(disk.folder) as made:
                yield Disk(made, disk.fill, disk.free, {})
            return
    preloaded = {"LD_PRELOAD": str(compile_library(folder)), VARIABLE: str(folder / "failing-writes")}
    with (
        failing_writes(folder) as failing,
        forging(folder, preloaded) as forge,
        landed.copy(folder, forge) as made,
    ):
        yield Disk(made, lambda _: failing.fill_up(made.home, errno.ENOSPC), failing.stop, preloaded)


@contextmanager
def _postgis(template: TemplateOf, cluster: Cluster) -> Iterator[Disk]:
    landed = template(Engine.POSTGIS, Stage.LANDED)
    # Not below pytest's folder, into which the server's account cannot look.
    outside = Path(tempfile.mkdtemp(prefix="diban-disk-"))
    outside.chmod(0o755)
    try:
        with small_disk(outside / "disk", MEGABYTES) as disk:
            if disk is None:
                pytest.skip("mounting is not allowed here, so the server's disk cannot be filled")
            space = disk.folder / "space"
            space.mkdir()
            shutil.chown(space, "postgres", "postgres")
            execute(cluster, f"CREATE TABLESPACE {{}} LOCATION '{space}'", "small")
            try:
                with landed.copy(outside, tablespace="small") as made:
                    yield Disk(made, disk.fill, disk.free, {})
            finally:
                disk.free()
                execute(cluster, "DROP TABLESPACE {}", "small")
    finally:
        shutil.rmtree(outside)


def _through(disk: Disk, count: int, figures: Figures, folder: Path) -> None:
    made = disk.made
    password = made.done("user", "password", READER, "--as", "system.admin").out.split()[-1]
    with figures.run("T-FULL", made.engine, CHECKED) as trials:
        with serving(made, folder, env=disk.env) as served:
            chance = Random(f"{SEED} {made.engine}")
            for number in range(count):
                left = chance.randrange(MOST_LEFT * number // count + 1)
                with trials.trial(f"seed {SEED}, trial {number}: {left} bytes left"):
                    try:
                        _full(disk, served, password, number, left)
                    finally:
                        disk.free()
                    _again(made, served, password, number)
        with trials.trial("at the end"):
            check(made)
            check_tidy(made)


def _full(disk: Disk, served: Served, password: str, number: int, left: int) -> None:
    """No space: all reads are answered, and whatever does not fit is refused as a whole."""
    made = disk.made
    disk.fill(left)
    ended = made.submit(made.city.update, f"full {number}").wait()
    # What is small may fit into pages that are there.
    assert ended.code in (0, UNAVAILABLE), f"exit {ended.code}\n{ended.out}\n{ended.err}"
    assert ended.code == 0 or "full" in ended.err, ended.err
    before = _lines(made)
    disk.fill(0)
    confirmed, refusal = made.forge.call("write_lines", str(made.home), MANY_LINES).wait().answer()
    assert refusal == "storage-full", f"{confirmed} lines, then {refusal!r}"
    for _ in range(6):
        assert served.get(ITEMS).status_code == 200
    assert served.get("/ogc/collections").status_code == 200
    signed_in = served.sign_in(READER, password)
    assert signed_in.status_code in (200, 503)
    if signed_in.status_code == 503:
        assert signed_in.json()["type"].endswith("storage-full")
        assert signed_in.headers["retry-after"].isdigit()
    assert _lines(made) == before + confirmed


def _again(made: Installation, served: Served, password: str, number: int) -> None:
    """Space again: the same processes take writes, and the refused delivery lands."""
    deadline = time.monotonic() + BACK_SECONDS
    while (ended := made.submit(made.city.update, f"full {number}").wait()).code == 73:
        assert time.monotonic() < deadline, ended.err  # the worker is at it
        time.sleep(0.3)
    assert ended.code == 0, f"exit {ended.code}\n{ended.out}\n{ended.err}"
    while (signed_in := served.sign_in(READER, password)).status_code != 200:
        assert time.monotonic() < deadline, signed_in.text
        time.sleep(0.3)
    assert served.get(ITEMS).status_code == 200
    back = made.submit(made.city.first, f"back {number}").wait()
    assert back.code == 0, f"exit {back.code}\n{back.out}\n{back.err}"


def _lines(made: Installation) -> int:
    with made.opened() as platform, reading(platform.database) as connection:
        counted = sa.text("SELECT count(*) FROM audit_line WHERE act = :act")
        return int(connection.execute(counted, {"act": NOTE}).scalar_one())
