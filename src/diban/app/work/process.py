"""The worker in a process of its own: no request waits for the lock of its interpreter."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog

from diban.app.settings import Settings
from diban.app.wiring import build
from diban.app.work.logs import log_as_json
from diban.app.work.worker import Worker
from diban.store import migrate

BEAT = "worker.beat"
BEAT_SECONDS = 1.0
SILENT_SECONDS = 30.0
"""Without a beat for so long, no worker is taken to be alive."""
GRACE_SECONDS = 20.0
NICENESS = 5
"""Requests go first where processors are scarce."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before a worker that ended is started again, doubled while it ends at once."""
PR_SET_PDEATHSIG = 1


def run_worker(settings: Settings, *, beside: bool = False) -> bool:
    """Work until a signal asks to stop; whether that was the reason, and no thread had died before.

    ``beside`` a server: it ends with the server, which alone hears of Ctrl-C.
    """
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN if beside else lambda *_: stop.set())
    if beside:
        end_with_parent()
    log_as_json()
    os.nice(NICENESS)
    platform = build(settings)
    migrate(platform.database)
    worker = Worker(platform)
    worker.start()
    try:
        while worker.well and not stop.wait(BEAT_SECONDS):
            with suppress(OSError):  # on a full disk it works on what needs no space
                (settings.home / BEAT).touch()
        return worker.well
    finally:
        worker.stop(GRACE_SECONDS)
        platform.close()


def is_worker_alive(home: Path) -> bool:
    """Whether a worker over this home folder has shown itself lately."""
    try:
        return time.time() - (home / BEAT).stat().st_mtime < SILENT_SECONDS
    except FileNotFoundError:
        return False


def end_with_parent() -> None:
    """Let the system end this process in order when the one that started it is gone."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@contextmanager
def worker_beside(home: Path) -> Iterator[None]:
    """Keep one worker process over this home folder while the block runs, started again when it ends."""
    (home / BEAT).touch()  # it counts as alive until it has had the time to show itself
    stop = threading.Event()
    # The thread lives as long as the block: the worker ends with the thread that started it.
    keeper = threading.Thread(target=_keep, args=(home, stop), name="worker", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join(GRACE_SECONDS + 5)


def _keep(home: Path, stop: threading.Event) -> None:
    command = [sys.executable, "-m", "diban.app.main", "work", "--home", str(home), "--beside"]
    pause = FIRST_PAUSE
    while not stop.is_set():
        begun = time.monotonic()
        process = subprocess.Popen(command)
        while process.poll() is None and not stop.wait(FIRST_PAUSE):
            pass
        if stop.is_set():
            _end(process)
            return
        structlog.get_logger("worker").error(
            "the worker ended, and is started again", code=process.returncode
        )
        pause = FIRST_PAUSE if time.monotonic() - begun > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
        stop.wait(pause)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
