"""Measures for the operator's monitoring; labels are names that were looked up, never text of a request.

Each process writes what it has counted into a folder every second; whoever is asked adds what the
others have written, those that are gone too, so that no sum ever falls while the server runs.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import orjson
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from diban.ground import Unavailable
from diban.store import may_be_alive, this_process, translating_disk

REGISTRY = CollectorRegistry()
EVERY_SECONDS = 1.0
_REQUESTS = Counter(
    "diban_requests_total", "Answers by block and status", ["block", "status"], registry=REGISTRY
)
_SECONDS = Histogram("diban_request_seconds", "Time to answer by block", ["block"], registry=REGISTRY)

_Key = tuple[str, tuple[tuple[str, str], ...]]
_Written = dict[str, list[tuple[str, dict[str, str], float]]]


def measure(block: str, status: int, seconds: float) -> None:
    """Count one answer."""
    count, spent = _measures_of(block, status)
    count.inc()
    spent.observe(seconds)


@lru_cache(1024)
def _measures_of(block: str, status: int) -> tuple[Counter, Histogram]:
    return _REQUESTS.labels(block, str(status)), _SECONDS.labels(block)


def exposition(folder: Path | None) -> bytes:
    """All measures of the processes that write into this folder, in Prometheus's text format.

    This process's own are of now, those of others at most a second old. None: this process alone.
    """
    together = CollectorRegistry()
    together.register(_Together([] if folder is None else list(_others(folder))))
    return generate_latest(together)


class Measures:
    """What this process counts, written down for the others while it serves. `start`, then `stop`."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / f"{this_process()}.json"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._until_stopped, name="measures", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Write the last counts and end."""
        self._stop.set()
        self._thread.join(5)
        self.write()

    def write(self) -> None:
        """Write the counts now."""
        found = {
            family.name: [[name, dict(labels), value] for (name, labels), value in _values(family)]
            for family in REGISTRY.collect()
        }
        aside = self._file.with_suffix(".part")
        try:
            with translating_disk():
                aside.write_bytes(orjson.dumps(found))
                os.replace(aside, self._file)
        except Unavailable:
            return  # what was written before stands, and the next beat tries again; answering goes on

    def _until_stopped(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            self.write()


def forget_measures(folder: Path) -> None:
    """Remove what processes that are gone have left: a server that starts counts from nothing."""
    folder.mkdir(exist_ok=True)
    for left in folder.iterdir():
        if not may_be_alive(left.stem):
            left.unlink(missing_ok=True)


def _others(folder: Path) -> Iterator[_Written]:
    for path in sorted(folder.glob("*.json")):
        with suppress(FileNotFoundError):  # a server that starts has removed it just now
            if path.stem != this_process():
                yield orjson.loads(path.read_bytes())


class _Together(Collector):
    """This process's families with the others' counts added."""

    def __init__(self, others: list[_Written]) -> None:
        self._others = others

    def collect(self) -> Iterator[Metric]:
        for family in REGISTRY.collect():
            sums: dict[_Key, float] = dict(_values(family))
            for other in self._others:
                for name, labels, value in other.get(family.name, []):
                    key = (name, tuple(labels.items()))
                    sums[key] = sums.get(key, 0.0) + value
            made = Metric(family.name, family.documentation, family.type)
            for (name, pairs), value in sums.items():
                made.add_sample(name, dict(pairs), value)
            yield made


def _values(family: Metric) -> Iterator[tuple[_Key, float]]:
    """The counts of a family; when each was made is nobody's concern."""
    for sample in family.samples:
        if not sample.name.endswith("_created"):
            yield (sample.name, tuple(sample.labels.items())), sample.value
