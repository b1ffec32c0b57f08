"""What other writers feel while a large layer lands: the time of an act, and the size of the logs."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.place import Place
from diban.governance import By
from diban.store import unit

EVERY_SECONDS = 0.02


@dataclass(slots=True)
class Watch:
    """Milliseconds of each act, and the largest write-ahead log of any file of the installation, in MB."""

    milliseconds: list[float] = field(default_factory=list)
    wal_mb: float = 0.0

    def percentile(self, share: float) -> float:
        """The time within which this share of the acts was done."""
        ordered = sorted(self.milliseconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


class Writer:
    """Writes an act (an audit line, as a login does) fifty times a second until it is stopped."""

    def __init__(self, place: Place) -> None:
        self._place, self.watch, self._stop = place, Watch(), threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self.watch

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            begun = time.perf_counter()
            with unit(self._place.platform.database) as act:
                By.system("bench").note(act, "bench.write", "bench")
            self.watch.milliseconds.append((time.perf_counter() - begun) * 1000)
            self.watch.wal_mb = max(self.watch.wal_mb, _largest_log(self._place.home))


def _largest_log(home: Path) -> float:
    sizes = [0]
    for path in [*home.glob("*-wal"), *home.glob("layers/*-wal")]:
        try:
            sizes.append(path.stat().st_size)
        except FileNotFoundError:  # checkpointed away meanwhile
            continue
    return max(sizes) / (1 << 20)
