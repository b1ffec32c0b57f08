"""Where things are removed from: originals, work folders, the base with its past, the search index."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from diban.app.journeys.faulty import forget_faulty
from diban.app.journeys.indexing import forget_erased
from diban.app.journeys.measuring import measure
from diban.app.journeys.overviewing import ask_for_overview
from diban.app.journeys.preview import forget_previews
from diban.app.journeys.progress import Progress
from diban.app.wiring import Platform
from diban.governance import Target, TargetKind
from diban.ground import DeliveryId, LayerId, TakenOver, Text
from diban.intake import Delivery
from diban.quality import Report
from diban.share import forget_files
from diban.store import Job, reading, unit

TOLD_EVERY = 0.5  # seconds

_LEFT = "left"
"""The name under which the job keeps what is done, beside the steps that its holder tells."""

_Counts = dict[str, int]


def concerned(platform: Platform, connection: sa.Connection, target: Target) -> list[Delivery]:
    """The deliveries that a target of bytes is about.

    A file that landed whole is in every layer to which the same bytes were sent: none may go on
    offering what is gone.
    """
    if target.kind is not TargetKind.DELIVERY:
        return platform.deliveries.of_digest(connection, target.of)
    named = platform.deliveries.get(connection, DeliveryId(target.of))
    same = platform.deliveries.of_digest(connection, named.sent.digest)
    return [each for each in same if each.id == named.id or _is_asset(platform, each)]


def _is_asset(platform: Platform, delivery: Delivery) -> bool:
    return platform.base.schema(delivery.sent.layer).asset is not None


@dataclass(slots=True)
class PlatformEraser:
    """Governance's `Eraser` over this platform, under a job; what is already gone is not an error.

    What was there, and which deliveries are done, stands in the job, so that whoever resumes it
    goes on from there and counts the same.
    """

    platform: Platform
    job: Job
    progress: Progress
    _told: float = field(default=0.0)

    def expunge(self, target: Target) -> _Counts:
        """Remove the target everywhere; how much, by name.

        Files that were made for those who take layers go before and behind: one that is being made
        meanwhile is not kept, since the layer has changed.
        """
        forget_files(self.platform.files)
        counts = self._expunge(target)
        forget_files(self.platform.files)
        return counts

    def _expunge(self, target: Target) -> _Counts:
        forget_previews(self.platform.work, every=True)
        self._unquote(target)
        forget_faulty(self.platform.work, every=True)
        if target.kind is TargetKind.ROWS:
            layer = LayerId(target.of)
            rows = self.platform.base.erase(layer, list(target.fids), self._tell)
            measure(self.platform, layer)
            ask_for_overview(self.platform, layer)
            forget_erased(self.platform, [layer])
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
        forget_erased(self.platform, sorted({delivery.sent.layer for delivery in concerned}))
        for digest in digests:
            self.platform.blobs.expunge(digest)
        return left

    def _unquote(self, target: Target) -> None:
        """Let go of the values that reports on the layers concerned quote, whoever delivered them.

        Which place of a report came of which feature is not on record.
        """
        by_rows = target.kind is TargetKind.ROWS
        layers = {LayerId(target.of)} if by_rows else {one.sent.layer for one in self._concerned(target)}
        for layer in sorted(layers):
            with reading(self.platform.database) as connection:
                reported = self.platform.deliveries.reported(connection, layer)
            for delivery_id in reported:
                with unit(self.platform.database) as act:
                    delivery = self.platform.deliveries.get(act.connection, delivery_id)
                    if delivery.report is not None:
                        report = Report.from_json(delivery.report).unquoted()
                        self.platform.deliveries.keep_report(act, delivery, report.as_json())

    def _concerned(self, target: Target) -> Sequence[Delivery]:
        with reading(self.platform.database) as connection:
            found = concerned(self.platform, connection, target)
        return sorted(found, key=lambda delivery: delivery.id)

    def _left(self, digests: set[str]) -> _Counts:
        """What an earlier try has done; at first, how many originals there are to remove."""
        kept = (self.job.resume or {}).get(_LEFT)
        if isinstance(kept, dict):
            return {name: int(count) for name, count in kept.items()}
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
        ask_for_overview(self.platform, layer)
        return rows

    def _tell(self, done: int, total: int) -> None:
        """Say how many rows are done, now and then also to those who wait elsewhere."""
        self.progress("erase", done, total)
        if time.monotonic() - self._told >= TOLD_EVERY:
            self._told = time.monotonic()
            self._report(done, total)

    def _keep(self, left: _Counts) -> None:
        self._report(0, None, {_LEFT: left})

    def _report(self, done: int, total: int | None, left: dict[str, object] | None = None) -> None:
        with unit(self.platform.database) as act:
            if not self.platform.jobs.report(act, self.job, done, total, left):
                raise TakenOver(
                    Text(zh="任务已被取消或由他处接手", en="the job was cancelled or taken over"),
                    field=self.job.id,
                    remedy=Text(zh="稍候查看其状态", en="look at its state in a moment"),
                )
