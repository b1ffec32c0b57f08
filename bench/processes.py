"""Running a command and watching it: its seconds, the memory of its whole process tree."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """What a command cost: wall seconds, and the peak of its processes' memory together, in MB.

    ``peak_mb`` is all that is resident; ``own_mb`` leaves out pages of mapped files, which the system
    takes back at need as it does those of files that are read.
    """

    seconds: float
    peak_mb: float
    own_mb: float
    output: str


def run(command: list[str], env: dict[str, str] | None = None) -> Run:
    """Run a command to its end; raises when it fails."""
    peak, own, stop = 0.0, 0.0, threading.Event()
    begun = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **(env or {})}, start_new_session=True
    ) as process:

        def watch() -> None:
            nonlocal peak, own
            while not stop.wait(0.05):
                resident, mapped = _memory(process.pid)
                peak, own = max(peak, resident), max(own, resident - mapped)

        watcher = threading.Thread(target=watch)
        watcher.start()
        output = process.communicate()[0]
        stop.set()
        watcher.join()
    if process.returncode != 0:
        raise RuntimeError(f"{command} ended with {process.returncode}: {output[-2000:]}")
    return Run(time.perf_counter() - begun, peak, own, output)


def _memory(root: int) -> tuple[float, float]:
    """Resident megabytes of a process and all below it, and how many of them are pages of files."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it ended while we looked
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    total, mapped, waiting = 0, 0, [root]
    while waiting:
        pid = waiting.pop()
        waiting += parents.get(pid, [])
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue
        total += _kibibytes(status, "VmRSS")
        mapped += _kibibytes(status, "RssFile")
    return total / 1024, mapped / 1024


def _kibibytes(status: str, name: str) -> int:
    """A figure of ``/proc/<pid>/status``; a process that has just ended has none."""
    _, found, rest = status.partition(f"{name}:")
    return int(rest.split(maxsplit=1)[0]) if found else 0
