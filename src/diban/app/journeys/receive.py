"""Received (接收): the file is kept unchanged under its hash before anything looks into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from diban.app.journeys.progress import Progress
from diban.app.wiring import Platform
from diban.governance import Act, Asker, Permission, Review, may, record_evidence
from diban.ground import Conflict, DeliveryId, Mode, Text, micros
from diban.intake import Delivery, Sent
from diban.store import reading, unit

HEAD_START = 5.0  # seconds
DELIVERY = "delivery.proceed"
"""The job that takes a delivery on when the process that received it is gone."""


def job_of(delivery: DeliveryId, review: Review | None) -> str:
    """The key of the job that takes a delivery on: one from its receipt, one more from a person's word."""
    if review is None or review.why is None:
        return delivery
    return f"{delivery}:{micros(review.opened_at)}"


@dataclass(frozen=True, slots=True)
class Letter:
    """What the sender says: to which layer, under which idempotency key, what the file claims to be."""

    layer: str
    file_name: str
    key: str
    mode: Mode = Mode.FULL
    source_layer: str | None = None
    crs: str | None = None


def receive(platform: Platform, file: BinaryIO, letter: Letter, asker: Asker, progress: Progress) -> Delivery:
    """Keep the bytes and register the delivery; the same key and bytes again are the same delivery."""
    with reading(platform.database) as connection:
        resource = platform.catalogue.by_layer_slug(connection, letter.layer)
    may(asker, Permission.DELIVER, resource.entry.provider)
    layer = resource.layer(letter.layer).layer
    if layer is None or asker.account is None:
        raise Conflict(
            Text(zh="该图层尚未注册完成", en="the layer is not registered yet"),
            field=letter.layer,
            remedy=Text(zh="先完成注册", en="register it first"),
        )
    with reading(platform.database) as connection:
        mapping = platform.mappings.current(connection, layer)
    digest = platform.blobs.put(
        file, limit=platform.settings.upload_limit, progress=lambda size: progress("receive", size, None)
    )
    by = asker.by()
    sent = Sent(
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
        mapping=mapping.number or None,
    )
    with unit(platform.database) as act:
        delivery = platform.deliveries.open(act, sent)
        known = act.done(f"receive:{delivery.id}")
        if known is None:
            act.remember(f"receive:{delivery.id}", {"delivery": delivery.id})
            # Whoever receives it carries it on; a server's worker only when nobody has by then.
            platform.jobs.enqueue(act, DELIVERY, delivery.id, {"delivery": delivery.id}, after=HEAD_START)
            by.note(
                act,
                "delivery.receive",
                delivery.id,
                {"digest": digest, "size": sent.size, "layer": letter.layer},
            )
            record_evidence(act, Act.RECEIVED, sent.party, resource=resource.id, delivery=delivery.id)
    return delivery
