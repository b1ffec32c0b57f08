"""Hold a job while working on it: its lease is renewed by a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from diban.ground import Conflict, Text, Unavailable
from diban.store import Database, Job, Jobs, unit

RENEW_SECONDS = 8


@contextmanager
def holding(database: Database, jobs: Jobs, held: Job) -> Iterator[Callable[[], None]]:
    """Renew the lease until the block ends; then finish the job, or fail it with what was raised.

    Gives a check for the block to call between its steps: `Conflict` when the job was taken away.
    """
    stop, lost = threading.Event(), threading.Event()

    def check() -> None:
        if lost.is_set():
            raise Conflict(
                Text(zh="任务已被取消或由他处接手", en="the job was cancelled or taken over"), field=held.id
            )

    def renew() -> None:
        while not stop.wait(RENEW_SECONDS):
            try:
                with unit(database) as act:
                    if not jobs.renew(act, held):
                        return lost.set()
            except Unavailable:
                continue  # the lease outlives a short outage; the next beat tries again

    thread = threading.Thread(target=renew, name=f"lease {held.id}", daemon=True)
    thread.start()
    try:
        yield check
    except BaseException as fault:
        with unit(database) as act:
            jobs.fail(act, held, f"{type(fault).__name__}: {fault}")
        raise
    else:
        with unit(database) as act:
            jobs.finish(act, held)
    finally:
        stop.set()
        thread.join(timeout=2)
