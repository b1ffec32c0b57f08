"""Where things are removed from: originals, work folders, and the base with its past."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from diban.app.journeys.faulty import forget_faulty
from diban.app.journeys.measuring import measure
from diban.app.journeys.preview import forget_previews
from diban.app.journeys.progress import Progress
from diban.app.wiring import Platform
from diban.governance import Target, TargetKind
from diban.ground import Conflict, DeliveryId, LayerId, Text
from diban.intake import Delivery
from diban.store import Job, reading, unit

TOLD_EVERY = 0.5  # seconds

_Counts = dict[str, int]


@dataclass(slots=True)
class PlatformEraser:
    """Governance's `Eraser` over this platform, under a job; what is already gone is not an error.

    What was there, and which deliveries are done, stands in the job, so that whoever resumes it
    goes on from there and counts the same.
    """

    platform: Platform
    job: Job
    progress: Progress
    _kept: dict[str, object] | None = field(default=None)
    _told: float = field(default=0.0)

    def expunge(self, target: Target) -> _Counts:
        """Remove the target everywhere; how much, by name."""
        forget_previews(self.platform.work, every=True)
        forget_faulty(self.platform.work, every=True)
        if target.kind is TargetKind.ROWS:
            layer = LayerId(target.of)
            rows = self.platform.base.erase(layer, list(target.fids), self._tell)
            measure(self.platform, layer)
            return {"rows": rows}
        concerned = self._concerned(target)
        digests = {target.of} if target.kind is TargetKind.BLOB else {each.sent.digest for each in concerned}
        left = self._left(digests)
        for delivery in concerned[left["deliveries"] :]:
            with unit(self.platform.database) as act:
                self.platform.deliveries.blank(act, delivery)
            left["rows"] += self._rows_of(delivery)
            shutil.rmtree(self.platform.work / delivery.id, ignore_errors=True)
            left["deliveries"] += 1
            self._keep(left)
        for digest in digests:
            self.platform.blobs.expunge(digest)
        return left

    def _concerned(self, target: Target) -> Sequence[Delivery]:
        with reading(self.platform.database) as connection:
            if target.kind is TargetKind.DELIVERY:
                return [self.platform.deliveries.get(connection, DeliveryId(target.of))]
            found = self.platform.deliveries.of_digest(connection, target.of)
        return sorted(found, key=lambda delivery: delivery.id)

    def _left(self, digests: set[str]) -> _Counts:
        """What an earlier try has done; at first, how many originals there are to remove."""
        if self.job.resume is not None:
            self._kept = self.job.resume
            return {name: int(str(count)) for name, count in self.job.resume.items()}
        left = {
            "rows": 0,
            "originals": sum(self.platform.blobs.holds(digest) for digest in digests),
            "deliveries": 0,
        }
        self._keep(left)
        return left

    def _rows_of(self, delivery: Delivery) -> int:
        """The rows that the delivery brought, in every version."""
        layer = delivery.sent.layer
        made = next((each for each in self.platform.base.history(layer) if each.key == delivery.id), None)
        # A delivery that changed nothing points at a version which another one made.
        if made is None:
            return 0
        rows = self.platform.base.erase_version(layer, made.id, self._tell)
        measure(self.platform, layer)
        return rows

    def _tell(self, done: int, total: int) -> None:
        """Say how many rows are done, now and then also to those who wait elsewhere."""
        self.progress("erase", done, total)
        if time.monotonic() - self._told >= TOLD_EVERY:
            self._told = time.monotonic()
            self._report(done, total, self._kept)

    def _keep(self, left: _Counts) -> None:
        self._kept = dict(left)
        self._report(0, None, self._kept)

    def _report(self, done: int, total: int | None, left: dict[str, object] | None) -> None:
        with unit(self.platform.database) as act:
            if not self.platform.jobs.report(act, self.job, done, total, left):
                raise Conflict(
                    Text(zh="任务已被取消或由他处接手", en="the job was cancelled or taken over"),
                    field=self.job.id,
                )
