"""The worker in a process of its own: no request waits for the lock of its interpreter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from diban.app.settings import Settings
from diban.app.wiring import build
from diban.app.work import keeper
from diban.app.work.logs import log_as_json
from diban.app.work.worker import Worker
from diban.store import migrate

BEAT = "worker.beat"
BEAT_SECONDS = 1.0
SILENT_SECONDS = 30.0
"""Without a beat for so long, no worker is taken to be alive."""
NICENESS = 5
"""Requests go first where processors are scarce."""


def run_worker(settings: Settings, *, beside: int | None = None) -> bool:
    """Work until a signal asks to stop; whether that was the reason, and no thread had died before.

    ``beside``: the process that started it, with which it ends, and which alone hears of Ctrl-C.
    """
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN if beside else lambda *_: stop.set())
    if beside is not None:
        keeper.end_with(beside)
    log_as_json()
    os.nice(NICENESS)
    platform = build(settings)
    migrate(platform.database)
    worker = Worker(platform)
    worker.start()
    try:
        while worker.well and not stop.wait(BEAT_SECONDS):
            _touch(settings.home)
        return worker.well
    finally:
        worker.stop(keeper.GRACE_SECONDS)
        platform.close()


def is_worker_alive(home: Path) -> bool:
    """Whether a worker over this home folder has shown itself lately."""
    try:
        return time.time() - (home / BEAT).stat().st_mtime < SILENT_SECONDS
    except FileNotFoundError:
        return False


@contextmanager
def worker_beside(home: Path) -> Iterator[None]:
    """Keep one worker process over this home folder while the block runs, started again when it ends."""
    _touch(home)  # it counts as alive until it has had the time to show itself
    command = [sys.executable, "-m", "diban.app.main", "work", "--home", str(home), "--beside"]
    script = [sys.executable, "-P", keeper.__file__, str(os.getpid()), str(home / BEAT)]
    process = subprocess.Popen([*script, *command])
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(keeper.GRACE_SECONDS + 5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _touch(home: Path) -> None:
    with suppress(OSError):  # on a full disk it works on what needs no space
        (home / BEAT).touch()
