"""Hold a job while working on it: its lease is renewed by a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from diban.app.journeys.progress import Progress
from diban.ground import TakenOver, Text, Unavailable
from diban.store import Database, Job, Jobs, unit

RENEW_SECONDS = 8
TELL_SECONDS = 1


@contextmanager
def holding(database: Database, jobs: Jobs, held: Job) -> Iterator[Progress]:
    """Renew the lease until the block ends; then finish the job, or fail it with what was raised.

    Gives what the block calls to say how far it is: `TakenOver` when the job was taken away. What
    was said is written with the job at most once a second, by the thread that renews, so that
    saying it costs nothing: ``{"steps": {name: [done, total]}}``, in the order of their beginning.
    """
    stop, lost = threading.Event(), threading.Event()
    steps: dict[str, tuple[int, int | None]] = {}

    def tell(step: str, done: int, total: int | None) -> None:
        steps[step] = (done, total)
        if lost.is_set():
            raise TakenOver(
                Text(zh="任务已被取消或由他处接手", en="the job was cancelled or taken over"),
                field=held.id,
                remedy=Text(zh="稍候查看其状态", en="look at its state in a moment"),
            )

    def written(said: dict[str, tuple[int, int | None]]) -> bool:
        with unit(database) as act:
            done, total = next(reversed(said.values()), (0, None))
            return jobs.report(act, held, done, total, {"steps": said})

    def renew() -> None:
        said: dict[str, tuple[int, int | None]] = {}
        renewed = time.monotonic()
        while not stop.wait(TELL_SECONDS):
            if (present := dict(steps)) == said and time.monotonic() - renewed < RENEW_SECONDS:
                continue
            try:
                if not written(present):
                    return lost.set()
            except Unavailable:
                continue  # the lease outlives a short outage; the next beat tries again
            said, renewed = present, time.monotonic()

    thread = threading.Thread(target=renew, name=f"lease {held.id}", daemon=True)
    thread.start()
    try:
        yield tell
    except BaseException as fault:
        with unit(database) as act:
            jobs.fail(act, held, f"{type(fault).__name__}: {fault}")
        raise
    else:
        with unit(database) as act:
            if steps:
                jobs.report(act, held, *next(reversed(steps.values())), {"steps": steps})
            jobs.finish(act, held)
    finally:
        stop.set()
        thread.join(timeout=2)
