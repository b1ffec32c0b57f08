"""T-USE: every read that was answered is counted once; a killed server loses at most its last second.

Two serving processes answer a client that notes each answer when it has it whole: features, a tile, a
streamed file, what is refused and what is not there.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx
import pytest
import sqlalchemy as sa

from diban.store import reading
from tests.reliability.acting import ENGINES
from tests.reliability.conftest import TemplateOf
from tests.reliability.figures import Figures
from tests.reliability.installation import LAYER, Engine, Installation, Stage
from tests.reliability.serving import ITEMS, Served, serving

SEED = 20261129
LAST_SECONDS = 1.0
"""Reads of so long before a kill may be lost."""
HERE = f"/ogc/collections/{LAYER}"
BLOCKS = {
    ITEMS: "features",
    f"{HERE}/items?limit=none": "features",
    f"{HERE}/items?f=json&limit=3&sortby=-floors": "features",
    "/ogc/collections/nothing/items": "features",
    f"{HERE}/tiles/WebMercatorQuad/12/1784/3345": "tiles",
    f"{HERE}/download?f=geojson": "downloads",
}

Counted = Counter[tuple[str, int]]
"""Answers by block and status."""


@dataclass
class Client:
    """Asks in turn on a kept connection until it is stopped; what was answered whole, and when."""

    served: Served
    first: int
    answered: list[tuple[float, str, int]] = field(default_factory=list)
    broken: int = 0

    def ask(self, stop: threading.Event, most: int) -> None:
        """Ask at most so often."""
        paths, turn = list(BLOCKS), self.first
        with httpx.Client(base_url=self.served.address, timeout=60) as client:
            while not stop.is_set() and len(self.answered) < most:
                path = paths[turn % len(paths)]
                turn += 1
                try:
                    status = client.get(path).status_code
                except httpx.TransportError:
                    self.broken += 1
                    continue
                self.answered.append((time.monotonic(), BLOCKS[path], status))

    def counts(self, until: float = float("inf")) -> Counted:
        """What was answered until a moment."""
        return Counter((block, status) for at, block, status in self.answered if at <= until)


def recorded(made: Installation) -> Counted:
    """What the record of use holds."""
    with made.opened() as platform, reading(platform.database) as connection:
        rows = connection.execute(sa.text("SELECT block, status, SUM(calls) FROM use_sum GROUP BY 1, 2"))
        return Counter({(row[0], row[1]): int(row[2]) for row in rows})


@contextmanager
def asking(served: Served, count: int, most: int) -> Iterator[list[Client]]:
    """So many clients ask while the block runs; at its end they finish, each after ``most`` or at once."""
    stop = threading.Event()
    clients = [Client(served, first) for first in range(count)]
    threads = [threading.Thread(target=client.ask, args=(stop, most)) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield clients
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def settled(served: Served) -> None:
    """The wait for the server has been counted, so that what comes is told from it."""
    assert served.get(ITEMS).status_code == 200
    time.sleep(2)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_read_is_counted_once(
    engine: Engine, template: TemplateOf, figures: Figures, tmp_path: Path
) -> None:
    _all_counted(engine, 60, template, figures, tmp_path)


@pytest.mark.battery
@pytest.mark.parametrize("engine", ENGINES)
def test_thousands_of_reads_are_counted_once(
    engine: Engine, template: TemplateOf, figures: Figures, tmp_path: Path
) -> None:
    _all_counted(engine, 1500, template, figures, tmp_path)


def _all_counted(engine: Engine, most: int, template: TemplateOf, figures: Figures, folder: Path) -> None:
    checked = "two processes, four clients: as many reads recorded as answered, by service and status"
    with (
        figures.run("T-USE counted", engine, checked) as trials,
        template(engine, Stage.LANDED).copy(folder) as made,
        trials.trial(f"{4 * most} reads"),
    ):
        with serving(made, folder) as served:
            settled(served)
            before = recorded(made)
            with asking(served, 4, most) as clients:
                deadline = time.monotonic() + 600
                while sum(len(client.answered) for client in clients) < 4 * most:
                    assert time.monotonic() < deadline, "the server is too slow"
                    time.sleep(0.05)
        answered = sum((client.counts() for client in clients), Counter())
        assert {status for _, status in answered} >= {200, 400, 404}
        assert not any(client.broken for client in clients)
        assert recorded(made) - before == answered


@pytest.mark.parametrize("engine", ENGINES)
def test_two_kills_lose_no_more_than_the_last_moment(
    engine: Engine, template: TemplateOf, figures: Figures, tmp_path: Path
) -> None:
    _killed(engine, 2, 2 * LAST_SECONDS, template, figures, tmp_path)


@pytest.mark.battery
@pytest.mark.parametrize("engine", ENGINES)
def test_twenty_kills_lose_no_more_than_the_last_second(
    engine: Engine, template: TemplateOf, figures: Figures, tmp_path: Path
) -> None:
    _killed(engine, 20, LAST_SECONDS, template, figures, tmp_path)


def _killed(
    engine: Engine, count: int, lost: float, template: TemplateOf, figures: Figures, folder: Path
) -> None:
    checked = f"kill -9 of one process, or of all: reads older than {lost:.0f} s are recorded, none twice"
    chance = Random(f"{SEED} {engine} use")
    with (
        figures.run("T-USE killed", engine, checked) as trials,
        template(engine, Stage.LANDED).copy(folder) as made,
    ):
        for number in range(count):
            moment, everything = chance.uniform(1.0, 3.0), number % 2 == 0
            told = f"seed {SEED}, round {number}: {'all' if everything else 'one'} after {moment:.2f} s"
            with trials.trial(told):
                _round(made, folder, moment, everything, lost)


def _round(made: Installation, folder: Path, moment: float, everything: bool, lost: float) -> None:
    with serving(made, folder) as served:
        settled(served)
        before = recorded(made)
        with asking(served, 3, 10**9) as clients:
            time.sleep(lost + moment)
            killed = time.monotonic()
            if everything:
                served.kill()
            else:
                os.kill(served.workers()[-1], signal.SIGKILL)
                time.sleep(1)
    met = recorded(made) - before
    answered = sum((client.counts() for client in clients), Counter())
    surely = sum((client.counts(killed - lost) for client in clients), Counter())
    broken = sum(client.broken for client in clients)
    assert surely.total(), "nothing was asked before"
    missing = surely - met
    assert not missing, f"lost: {missing} of {answered}"
    # Counted and broken off before its reader had it: at most what each broken connection asked.
    assert (met - answered).total() <= broken, f"{met} recorded, {answered} answered, {broken} broken"
