"""The worker: takes on what waits (deliveries, erasures, rows to tidy), follows the feed with overviews
and the search index, seals the audit, sweeps."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from diban.app.journeys.delivery import proceed
from diban.app.journeys.erasing import EXPUNGE, carry_on
from diban.app.journeys.faulty import forget_faulty
from diban.app.journeys.indexing import follow
from diban.app.journeys.measuring import measure
from diban.app.journeys.overviewing import follow_feed, make_overview
from diban.app.journeys.preview import forget_previews
from diban.app.journeys.progress import Progress
from diban.app.journeys.receive import DELIVERY
from diban.app.wiring import Platform
from diban.app.work.holding import holding
from diban.base import OVERVIEW, TIDY
from diban.governance import seal_pending
from diban.ground import DeliveryId, LayerId
from diban.store import Job, this_process, unit

IDLE_SECONDS = 1.0
SEAL_SECONDS = 0.5
SWEEP_SECONDS = 60.0

Handler = Callable[[Platform, Job, Progress], None]


def _proceed(platform: Platform, job: Job, progress: Progress) -> None:
    proceed(platform, DeliveryId(str(job.payload["delivery"])), progress)


def _tidy(platform: Platform, job: Job, _progress: Progress) -> None:
    layer = LayerId(str(job.payload["layer"]))
    platform.base.tidy(layer, int(str(job.payload["seq"])))
    measure(platform, layer)


def _overview(platform: Platform, job: Job, progress: Progress) -> None:
    make_overview(platform, LayerId(str(job.payload["layer"])), progress)


HANDLERS: dict[str, Handler] = {DELIVERY: _proceed, TIDY: _tidy, EXPUNGE: carry_on}
FOLLOWING: dict[str, Handler] = {OVERVIEW: _overview}
"""Done on a thread of its own, so that no delivery waits for what only makes reading faster."""


class Worker:
    """Threads beside the server: for jobs, overviews, the search index, the sealer, sweeping.

    `start`, then `stop`.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._stop = threading.Event()
        self._log = structlog.get_logger("worker")
        self._threads = [
            threading.Thread(target=self._until_stopped, args=(once, pause), name=name, daemon=True)
            for name, once, pause in (
                ("jobs", work_once, IDLE_SECONDS),
                ("overviews", follow_once, IDLE_SECONDS),
                ("search", follow, IDLE_SECONDS),
                ("seal", seal_once, SEAL_SECONDS),
                ("sweep", sweep_once, SWEEP_SECONDS),
            )
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self, patience: float = 20.0) -> None:
        """Ask all to end after what they are doing."""
        self._stop.set()
        for thread in self._threads:
            thread.join(patience)

    @property
    def well(self) -> bool:
        """Whether all threads live."""
        return all(thread.is_alive() for thread in self._threads)

    def _until_stopped(self, once: Callable[[Platform], bool], pause: float) -> None:
        while not self._stop.is_set():
            try:
                busy = once(self._platform)
            except Exception as fault:  # noqa: BLE001 - the edge of a thread: logged, the job is failed, go on
                self._log.error("work failed", kind=type(fault).__name__, exc_info=fault)
                busy = False
            if not busy:
                self._stop.wait(pause)


def work_once(platform: Platform) -> bool:
    """Do one waiting job; whether there was one."""
    return _work(platform, HANDLERS)


def follow_once(platform: Platform) -> bool:
    """Follow the feed, and do one job that this asked for; whether there was anything."""
    return follow_feed(platform) > 0 or _work(platform, FOLLOWING)


def _work(platform: Platform, handlers: dict[str, Handler]) -> bool:
    with unit(platform.database) as act:
        held = platform.jobs.lease(act, this_process(), tuple(handlers))
    if held is None:
        return False
    with holding(platform.database, platform.jobs, held) as tell:
        handlers[held.kind](platform, held, tell)
    return True


def seal_once(platform: Platform) -> bool:
    """Seal what acts have written since; whether there was anything."""
    return seal_pending(platform.database, platform.signer, platform.heads) > 0


def sweep_once(platform: Platform) -> bool:
    """Forget uploads that have expired, what deliveries showed that ended long ago, and leavings."""
    platform.uploads.sweep(platform.database)
    platform.blobs.sweep()
    forget_previews(platform.work)
    forget_faulty(platform.work)
    return False
