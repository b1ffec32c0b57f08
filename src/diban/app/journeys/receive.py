"""Received (接收): the file is kept unchanged under its hash before anything looks into it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import BinaryIO

from diban.app.journeys.progress import Progress
from diban.app.wiring import Platform
from diban.catalogue import Resource
from diban.governance import Act, Asker, Permission, Review, may, record_evidence
from diban.ground import Conflict, Mode, Text, micros
from diban.intake import Delivery, Sent
from diban.store import Unit, reading, unit

HEAD_START = 5.0  # seconds
DELIVERY = "delivery.proceed"
"""The job that takes a delivery on when the process that received it is gone."""


def job_of(delivery: Delivery, review: Review | None) -> str:
    """The key of the job that takes a delivery on: one from its receipt, one more from each person's word."""
    if review is not None and review.why is not None:
        return f"{delivery.id}:{micros(review.opened_at)}"
    words = [] if delivery.answer is None else [str(delivery.answer["at"])]
    return ":".join([delivery.id, *words, *["repairs"][: delivery.sent.accept_repairs]])


@dataclass(frozen=True, slots=True)
class Letter:
    """What the sender says: to which layer, under which idempotency key, what the file claims to be."""

    layer: str
    file_name: str
    key: str
    mode: Mode = Mode.FULL
    source_layer: str | None = None
    crs: str | None = None
    dry_run: bool = False
    accept_repairs: bool = False
    header: bool | None = None


def receive(platform: Platform, file: BinaryIO, letter: Letter, asker: Asker, progress: Progress) -> Delivery:
    """Keep the bytes and register the delivery; the same key and bytes again are the same delivery."""
    with reading(platform.database) as connection:
        resource = platform.catalogue.by_layer_slug(connection, letter.layer)
    may(asker, Permission.DELIVER, resource.entry.provider)
    total = file.seek(0, os.SEEK_END) if file.seekable() else None
    if total is not None:
        file.seek(0)
    digest = platform.blobs.put(
        file, limit=platform.settings.upload_limit, progress=lambda size: progress("receive", size, total)
    )
    sent = address(platform, resource, letter, asker, digest)
    with unit(platform.database) as act:
        # Whoever receives it carries it on; a server's worker only when nobody has by then.
        return enter(platform, act, sent, asker, after=HEAD_START)


def address(platform: Platform, resource: Resource, letter: Letter, asker: Asker, digest: str) -> Sent:
    """What is registered of a letter whose bytes are stored; `Conflict` for a layer not yet registered."""
    layer = resource.layer(letter.layer).layer
    if layer is None or asker.account is None:
        raise Conflict(
            Text(zh="该图层尚未注册完成", en="the layer is not registered yet"),
            field=letter.layer,
            remedy=Text(zh="先完成注册", en="register it first"),
        )
    with reading(platform.database) as connection:
        mapping = platform.mappings.current(connection, layer)
    return Sent(
        key=letter.key,
        resource=resource.id,
        layer=layer,
        party=resource.entry.provider,
        sender=asker.account,
        file_name=letter.file_name[-200:],
        digest=digest,
        size=platform.blobs.size(digest),
        mode=letter.mode,
        source_layer=letter.source_layer,
        crs=letter.crs,
        dry_run=letter.dry_run,
        accept_repairs=letter.accept_repairs,
        header=letter.header,
        mapping=mapping.number or None,
    )


def enter(platform: Platform, act: Unit, sent: Sent, asker: Asker, *, after: float = 0) -> Delivery:
    """Register a delivery and ask for the work on it, once; a trial is no evidence of anything."""
    delivery = platform.deliveries.open(act, sent)
    if act.done(f"receive:{delivery.id}") is None:
        act.remember(f"receive:{delivery.id}", {"delivery": delivery.id})
        platform.jobs.enqueue(act, DELIVERY, job_of(delivery, None), {"delivery": delivery.id}, after=after)
        detail: dict[str, str | int] = {
            "digest": sent.digest,
            "size": sent.size,
            "layer": sent.layer,
            "dry_run": sent.dry_run,
        }
        asker.by().note(act, "delivery.receive", delivery.id, detail)
        if not sent.dry_run:
            record_evidence(act, Act.RECEIVED, sent.party, resource=sent.resource, delivery=delivery.id)
    return delivery
