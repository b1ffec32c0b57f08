"""Running a command and watching it: its seconds, the memory of its whole process tree."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Run:
    """What a command cost: wall seconds, and the peak of its processes' resident memory together, in MB."""

    seconds: float
    peak_mb: float
    output: str


def run(command: list[str], env: dict[str, str] | None = None) -> Run:
    """Run a command to its end; raises when it fails."""
    peak, stop = [0.0], threading.Event()
    begun = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **(env or {})}, start_new_session=True
    ) as process:

        def watch() -> None:
            while not stop.wait(0.05):
                peak[0] = max(peak[0], _memory(process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        output = process.communicate()[0]
        stop.set()
        watcher.join()
    if process.returncode != 0:
        raise RuntimeError(f"{command} ended with {process.returncode}: {output[-2000:]}")
    return Run(time.perf_counter() - begun, peak[0], output)


def _memory(root: int) -> float:
    """Resident megabytes of a process and all below it."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it ended while we looked
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        waiting += parents.get(pid, [])
        try:
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            continue
    return total / MEGABYTE
