"""Which process holds something, written so that another can tell whether it is still there."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def this_process() -> str:
    """``host:pid:start``: names this process among all that ever ran on this host."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def may_be_alive(owner: str) -> bool:
    """Whether the process may still run: surely not when it was on this host and is gone."""
    host, pid, started = (*owner.rsplit(":", 2), "", "")[:3]
    if host != socket.gethostname() or not pid.isdigit():
        return True  # cannot be seen from here; its lease decides
    return _started(int(pid)) == started


def _started(pid: int) -> str:
    """Clock ticks from boot to the process's start, so that a reused number is not taken for it."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return "gone"
    fields = stat.rpartition(")")[2].split()
    return "gone" if fields[0] == "Z" else fields[19]
