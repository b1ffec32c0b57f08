"""The journeys as `diban.share` asks for them: `Journey` over one platform."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from diban.app.journeys.answering import answer
from diban.app.journeys.columns import columns_of
from diban.app.journeys.delivery import present
from diban.app.journeys.erasing import confirm
from diban.app.journeys.faulty import faulty_rows
from diban.app.journeys.mapping import mapping_versions, save_mapping, show_mapping
from diban.app.journeys.preview import preview
from diban.app.journeys.progress import STEPS
from diban.app.journeys.publication import step
from diban.app.journeys.receive import Letter, address, enter, job_of
from diban.app.journeys.repairing import settle_repairs
from diban.app.journeys.reviewing import settle
from diban.app.journeys.style import save_style, show_style
from diban.app.journeys.taking_assets import take_asset
from diban.app.journeys.withdrawing import withdraw
from diban.app.wiring import Platform
from diban.catalogue import Resource, State
from diban.governance import Asker, Permission, Tombstone, Verdict, may, review_of
from diban.ground import (
    Asset,
    Conflict,
    DeliveryId,
    Invalid,
    LayerId,
    Missing,
    Mode,
    Text,
    Unavailable,
    VersionId,
    now,
)
from diban.intake import Bound, Delivery, Upload
from diban.share import FileColumns, Kept, LayerMapping, LayerStyle, Rows, Standing, Step, Submission
from diban.store import reading, unit

READS, READ_PATIENCE = 2, 5.0
"""Originals that the requests of one process read at once, and how many seconds another waits."""
ROWS_BOUND = Bound(rows=100_000, bytes=256 << 20, seconds=60.0)
"""How much of them one request gets; the command line writes all."""


@dataclass(frozen=True, slots=True)
class Road:
    """Deliveries over HTTP: the request writes down what is wanted, the worker does it."""

    platform: Platform
    reads: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(READS))

    def submit(self, asker: Asker, submission: Submission) -> tuple[Delivery, bool]:
        platform, key = self.platform, self._key(asker, submission)
        resource = self._resource(asker, submission.layer)
        with reading(platform.database) as connection:
            if submission.key is None:  # what came to nothing may be sent anew in the same words
                key = platform.deliveries.free_key(connection, key, again=False)
            known = platform.deliveries.of_key(connection, key)
        if known is not None:
            return self._known(asker, known, submission, resource), False
        upload = self._upload(asker, submission)
        digest = self._original(upload)
        name = "" if upload is None else upload.file_name
        letter = Letter(
            submission.layer,
            name,
            key,
            submission.mode,
            submission.source_layer,
            submission.crs,
            submission.dry_run,
            submission.accept_repairs,
            submission.header,
        )
        sent = address(platform, resource, letter, asker, digest)
        with unit(platform.database) as act:
            fresh = platform.deliveries.of_key(act.connection, key) is None
            delivery = enter(platform, act, sent, asker)
            if upload is not None:
                platform.uploads.taken(act, upload)
        return delivery, fresh

    def withdraw(self, asker: Asker, delivery: DeliveryId, why: str) -> Delivery:
        return withdraw(self.platform, delivery, why, asker)

    def answer(self, asker: Asker, delivery: DeliveryId, crs: str) -> Delivery:
        return answer(self.platform, delivery, crs, asker)

    def review(self, asker: Asker, delivery: DeliveryId, verdict: Verdict, why: str) -> Delivery:
        settle(self.platform, delivery, verdict, why, asker)
        return present(self.platform, delivery)

    def repair(self, asker: Asker, delivery: DeliveryId, accept: bool, why: str) -> Delivery:
        return settle_repairs(self.platform, delivery, accept, asker, why)

    def move(self, asker: Asker, resource: str, to: State, why: str) -> Resource:
        with reading(self.platform.database) as connection:
            seen = self.platform.catalogue.by_slug(connection, resource)
        return seen if seen.state is to else step(self.platform, resource, to, asker, why)

    def confirm_erasure(self, asker: Asker, expunge: str) -> Tombstone:
        return confirm(self.platform, expunge, asker)

    def standing(self, delivery: Delivery) -> Standing:
        with reading(self.platform.database) as connection:
            key = job_of(delivery, review_of(connection, delivery.id))
            job = self.platform.jobs.standing(connection, key)
        if job is None:
            return Standing("done", 0, ())
        said: Any = job.resume.get("steps", {})
        steps = tuple(
            Step(name, STEPS.get(name, Text(name, name)), done, total) for name, (done, total) in said.items()
        )
        return Standing(job.state, job.attempts, steps)

    def changes(self, delivery: DeliveryId, kind: str, after: int, limit: int) -> Kept | None:
        return preview(self.platform, delivery, kind, after, limit)

    def original(self, asker: Asker, delivery: Delivery) -> Path:
        path = self.platform.blobs.path(delivery.sent.digest)
        with unit(self.platform.database) as act:
            asker.by().note(act, "delivery.original", delivery.id, {"digest": delivery.sent.digest})
        return path

    def asset(self, asker: Asker, layer: LayerId, version: VersionId, asset: Asset) -> Path:
        return take_asset(self.platform, asker, layer, version, asset)

    def faulty_rows(self, asker: Asker, delivery: Delivery) -> Rows:
        with self._turn(delivery), faulty_rows(self.platform, delivery, ROWS_BOUND) as made:
            # Open yet without a name: however the sending ends, nothing stays behind.
            stream = made.path.open("rb")
        with unit(self.platform.database) as act:
            detail: dict[str, str | int] = {"rows": made.rows}
            asker.by().note(act, "delivery.faulty-rows", delivery.id, detail)
        return Rows(stream, os.fstat(stream.fileno()).st_size, made.path.suffix, made.rows, made.whole)

    def columns(self, asker: Asker, delivery: Delivery, header: bool | None = None) -> FileColumns:
        with self._turn(delivery):
            found = columns_of(self.platform, delivery, header)
        with unit(self.platform.database) as act:
            asker.by().note(act, "delivery.columns", delivery.id, {"columns": len(found.columns)})
        return found

    def mapping(self, asker: Asker, layer: str, number: int | None = None) -> LayerMapping:
        resource = self._resource(asker, layer)
        known = show_mapping(self.platform, layer, asker, number)
        versions = mapping_versions(self.platform, layer, asker)
        return LayerMapping(resource, resource.layer(layer), known, tuple(versions))

    def save_mapping(self, asker: Asker, layer: str, value: dict[str, Any], on: int | None) -> LayerMapping:
        self._resource(asker, layer)
        save_mapping(self.platform, layer, value, asker, on)
        return self.mapping(asker, layer)

    def style(self, asker: Asker, layer: str, number: int | None = None) -> LayerStyle:
        return show_style(self.platform, layer, asker, number)

    def save_style(
        self, asker: Asker, layer: str, value: dict[str, Any], why: str, on: int | None
    ) -> LayerStyle:
        save_style(self.platform, layer, value, why, asker, on)
        return show_style(self.platform, layer, asker)

    def sign(self, message: bytes) -> tuple[str, str]:
        signer = self.platform.signer
        return signer.key, signer.sign(message).hex()

    @contextmanager
    def _turn(self, delivery: Delivery) -> Iterator[None]:
        """One of the few requests that may read an original at once."""
        if not self.reads.acquire(timeout=READ_PATIENCE):
            raise Unavailable(
                Text(zh="正在读取其他文件", en="other files are being read"),
                field=delivery.id,
                remedy=Text(zh="稍后重试", en="ask again in a moment"),
            )
        try:
            yield
        finally:
            self.reads.release()

    def _key(self, asker: Asker, submission: Submission) -> str:
        """Keys of different senders never meet; without one, the words themselves are it.

        A confirmation without a file counts once a day.
        """
        said = [
            submission.layer,
            submission.mode,
            submission.source_layer,
            submission.crs,
            submission.dry_run,
            *["repairs"][: submission.accept_repairs],
            *([] if submission.header is None else [f"header={submission.header}"]),
        ]
        if submission.key is not None:
            said = [submission.key]
        elif submission.upload is None:
            said.append(f"{now().astimezone(self.platform.settings.timezone):%Y-%m-%d}")
        words = "\0".join(
            map(str, (asker.account, submission.upload if submission.key is None else "", *said))
        )
        return f"http:{hashlib.sha256(words.encode()).hexdigest()}"

    def _resource(self, asker: Asker, layer: str) -> Resource:
        """Whose layer it is; to whoever may not deliver to it, it does not exist."""
        with reading(self.platform.database) as connection:
            try:
                found = self.platform.catalogue.by_layer_slug(connection, layer)
            except Missing:
                found = None
        if found is None or not asker.allowed(Permission.DELIVER, found.entry.provider):
            may(asker, Permission.DELIVER, asker.party)
            raise Missing(
                Text(zh=f"没有可交付的图层“{layer[:80]}”", en=f"no layer {layer[:80]!r} to deliver to"),
                field="layer",
            )
        return found

    def _upload(self, asker: Asker, submission: Submission) -> Upload | None:
        if submission.upload is None:
            if submission.mode is not Mode.UNCHANGED:
                raise Invalid(Text(zh="请给出上传编号", en="name the upload"), field="upload")
            return None
        if submission.mode is Mode.UNCHANGED:
            raise Invalid(
                Text(zh="无变化确认不带文件", en="a confirmation of no change carries no file"),
                field="upload",
            )
        with reading(self.platform.database) as connection:
            upload = self.platform.uploads.get(connection, submission.upload, asker.account)
        return self.platform.uploads.complete(self.platform.database, upload)

    def _known(self, asker: Asker, known: Delivery, submission: Submission, resource: Resource) -> Delivery:
        """What the key stands for, if the same is said of the same bytes; one that is gone says none."""
        same = _same(known, submission, resource)
        if same and submission.upload is not None:
            try:
                upload = self._upload(asker, submission)
            except Missing:
                upload = None
            same = upload is None or upload.digest == known.sent.digest
        if not same:
            raise Conflict(
                Text(zh="该幂等键已用于另一份交付", en="the key was used for another delivery"),
                field="Idempotency-Key",
                remedy=Text(zh="换用新的幂等键", en="use a fresh key"),
            )
        return known

    def _original(self, upload: Upload | None) -> str:
        """Its bytes, from now on among the originals; taken already, they are there."""
        if upload is None:
            return self.platform.blobs.put(io.BytesIO(), limit=0)
        assert upload.digest is not None, "complete answers with one"
        aside = self.platform.uploads.path(upload.id)
        if aside.is_file():
            self.platform.blobs.adopt(aside, upload.digest)
        return upload.digest


def _same(known: Delivery, submission: Submission, resource: Resource) -> bool:
    """Whether the sender says the same of it."""
    sent = known.sent
    said = (sent.resource, sent.layer, sent.mode, sent.source_layer, sent.crs, sent.header, sent.dry_run)
    wanted = (resource.id, resource.layer(submission.layer).layer, submission.mode)
    return said == (
        *(*wanted, submission.source_layer, submission.crs),
        *(submission.header, submission.dry_run),
    )
