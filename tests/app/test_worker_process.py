"""The worker beside a server: kept alive, ended in order, gone with the server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from diban.app import Settings, found
from diban.app.work import keeper
from diban.app.work.process import BEAT, is_worker_alive, worker_beside
from diban.ground import Extent

SECONDS = 60.0


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A founded installation."""
    platform, _ = found(Settings(tmp_path / "home", "城", "City", Extent(113, 22, 115, 23), ""))
    platform.close()
    return tmp_path / "home"


def workers(home: Path) -> list[int]:
    """The processes that work over this home folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                told = (entry / "cmdline").read_bytes().split(b"\0")
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if b"work" in told and str(home).encode() in told and b"-P" not in told and state != "Z":
                found.append(int(entry.name))
    return found


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not what():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.05)


def has_beaten_since(home: Path, moment: float) -> Callable[[], bool]:
    return lambda: (home / BEAT).exists() and (home / BEAT).stat().st_mtime > moment


def test_a_worker_that_is_killed_is_started_again_and_ends_with_the_block(home: Path) -> None:
    assert not is_worker_alive(home)
    with worker_beside(home):
        until(lambda: len(workers(home)) == 1)
        until(has_beaten_since(home, time.time()))
        (first,) = workers(home)
        os.kill(first, signal.SIGKILL)
        until(lambda: not is_worker_alive(home))
        until(lambda: bool(workers(home)) and workers(home) != [first])
        until(has_beaten_since(home, time.time()))
        assert is_worker_alive(home)
    assert workers(home) == []


SERVER = """
import sys, time
from pathlib import Path
from diban.app.work.process import worker_beside
with worker_beside(Path(sys.argv[1])):
    time.sleep(600)
"""


@pytest.mark.parametrize("begun", [True, False], ids=["at work", "while it starts"])
def test_a_worker_goes_when_its_server_is_killed(begun: bool, home: Path) -> None:
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(home)])
    until(lambda: len(workers(home)) == 1)
    if begun:
        until(has_beaten_since(home, time.time()))
    server.kill()
    server.wait()
    until(lambda: workers(home) == [])


def test_what_has_lost_its_parent_before_ends_at_once() -> None:
    program = "import sys; from diban.app.work.keeper import end_with; end_with(int(sys.argv[1])); print(1)"
    alone = subprocess.run([sys.executable, "-c", program, "1"], capture_output=True, check=False)
    assert (alone.returncode, alone.stdout) == (1, b"")


def test_a_keeper_that_cannot_start_anything_goes_on_trying(tmp_path: Path) -> None:
    beat = tmp_path / "beat"
    beat.touch()
    command = [sys.executable, "-P", keeper.__file__, str(os.getpid()), str(beat), str(tmp_path / "none")]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        said = [process.stderr.readline(), process.stderr.readline()]
        process.terminate()
        assert process.wait(SECONDS) == 0
    assert all(b"started again" in line for line in said)
    assert not beat.exists()


def test_the_command_stops_in_order(home: Path) -> None:
    worker = subprocess.Popen([sys.executable, "-m", "diban.app.main", "work", "--home", str(home)])
    until(lambda: (home / BEAT).exists())
    worker.send_signal(signal.SIGINT)
    assert worker.wait(SECONDS) == 0


def test_a_worker_that_has_long_been_silent_is_not_taken_to_be_alive(home: Path) -> None:
    (home / BEAT).touch()
    assert is_worker_alive(home)
    long_ago = time.time() - 60
    os.utime(home / BEAT, (long_ago, long_ago))
    assert not is_worker_alive(home)
