"""T-10K: ten thousand idle connections beside those at work: the same answers, hardly later, in bounds."""

from __future__ import annotations

import asyncio
import resource
from pathlib import Path

import pytest

from tests.reliability.conftest import TemplateOf
from tests.reliability.crowd import Crowd, Work, memory_of
from tests.reliability.figures import Figures
from tests.reliability.installation import LAYER, Engine, Stage
from tests.reliability.serving import ITEMS, Served, serving

P99_MILLISECONDS = 50.0
SLOWER = 2.0
"""On a machine that is too busy for those milliseconds: at most so much slower than without the idle."""
MOST_BYTES = 400 << 20
PATHS = (
    ITEMS,
    f"/ogc/collections/{LAYER}/tiles/WebMercatorQuad/12/1784/3345",
    f"/ogc/collections/{LAYER}",
    f"/ogc/collections/{LAYER}/items/7",
)
EVERY_SECONDS = 1.0
"""Each connection at work asks once in this time."""


def test_a_thousand_idle(template: TemplateOf, figures: Figures, tmp_path: Path) -> None:
    _idle(1000, 20, 4.0, 6.0, template, figures, tmp_path)


@pytest.mark.battery
def test_ten_thousand_idle(template: TemplateOf, figures: Figures, tmp_path: Path) -> None:
    _idle(10_000, 200, 20.0, SLOWER, template, figures, tmp_path)


def _idle(
    idle: int,
    active: int,
    seconds: float,
    slower: float,
    template: TemplateOf,
    figures: Figures,
    folder: Path,
) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    assert hard > idle + active + 200, f"at most {hard} files: ulimit -Hn {idle + 2000}"
    checked = f"{idle} idle and {active} at work: p99 < 50 ms, each process < 400 MB"
    with (
        figures.run("T-10K", Engine.EMBEDDED, checked) as trials,
        template(Engine.EMBEDDED, Stage.LANDED).copy(folder) as made,
        trials.trial("all of them"),
        serving(made, folder) as served,
    ):
        alone, together, memory, reopened = asyncio.run(_together(served, idle, active, seconds))
        told = ", ".join(f"{size >> 20}" for size in memory.values())
        trials.checked += (
            f"; p99 {together.quantile(0.99):.0f} ms, without the idle {alone.quantile(0.99):.0f} ms, "
            f"p50 {together.quantile(0.5):.0f} ms; PSS of the processes {told} MB; {reopened} opened again"
        )
        assert not together.wrong, together.wrong[:3]
        assert len(together.seconds) > 0.5 * active * seconds / EVERY_SECONDS
        assert max(memory.values()) < MOST_BYTES
        bound = max(P99_MILLISECONDS, slower * alone.quantile(0.99))
        assert together.quantile(0.99) < bound, f"{together.quantile(0.99):.0f} ms, at most {bound:.0f}"


async def _together(
    served: Served, idle: int, active: int, seconds: float
) -> tuple[Work, Work, dict[str, int], int]:
    """Those at work alone, then beside the idle; what the processes held; how often silence was cut."""
    crowd = Crowd(served.port)
    await crowd.work(active, PATHS, 2.0, EVERY_SECONDS)  # what is read first is found on the disk
    alone = await crowd.work(active, PATHS, seconds, EVERY_SECONDS)
    await crowd.gather(idle)
    staying = asyncio.create_task(crowd.stay())
    together = await crowd.work(active, PATHS, seconds, EVERY_SECONDS)
    memory = memory_of(served.process.pid)
    assert sum(line.stands for line in crowd.idle) > 0.99 * idle
    staying.cancel()
    crowd.leave()
    return alone, together, memory, crowd.reopened
