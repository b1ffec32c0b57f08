"""Keeps one process running beside a server: started again when it ends, ended with the server.

Run by its path: one thread that imports next to nothing. The server itself forks while it serves, and a
process that is started just then by another of its threads may wait for a pipe that the fork holds open.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

GRACE_SECONDS = 20.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before what ended is started again, doubled while it ends at once."""
_LOOK_SECONDS = 0.1
_PR_SET_PDEATHSIG = 1


def end_with(parent: int) -> None:
    """Let the system end this process in order when its parent goes; at once when that has gone before."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        raise SystemExit(1)


def keep(server: int, beat: Path, command: Sequence[str]) -> None:
    """Run the command until this process is asked to end; ``beat`` goes whenever it ends by itself."""
    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of Ctrl-C the server hears, and asks
    end_with(server)
    pause = FIRST_PAUSE
    while not asked.is_set():
        begun = time.monotonic()
        ended = _run([*command, str(os.getpid())], asked)
        if asked.is_set():
            return
        beat.unlink(missing_ok=True)
        _say(f"the worker ended ({ended}), and is started again")
        pause = FIRST_PAUSE if time.monotonic() - begun > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
        asked.wait(pause)


def _run(command: list[str], asked: threading.Event) -> int | str:
    """How the command ended, by itself or since it was asked to."""
    try:
        process = subprocess.Popen(command)
    except OSError as fault:  # no memory or processes left: tried again like one that ended
        return str(fault)
    while process.poll() is None:
        if asked.wait(_LOOK_SECONDS):
            process.terminate()
            try:
                return process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                return process.wait()
    return process.returncode


def _say(event: str) -> None:
    """A line of the log, as the server writes them."""
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    sys.stderr.write(json.dumps({"event": event, "level": "error", "timestamp": now}) + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    keep(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
