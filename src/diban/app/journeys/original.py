"""The original of a delivery, opened again as its sender and the layer's mapping say it is to be read."""

from __future__ import annotations

from pathlib import Path

from diban.app.wiring import Platform
from diban.ground import AssetKind, facts_sent
from diban.intake import Delivery, Mapping, Places, Reading, open_upload
from diban.store import reading


def mapping_of(platform: Platform, delivery: Delivery, asset: AssetKind | None = None) -> Mapping:
    """The layer's mapping when the delivery was received; for an ``asset``, what was sent of it."""
    sent = delivery.sent
    if asset is not None:
        name = sent.file_name or sent.digest[:16]
        return Mapping(constants=facts_sent(asset, name, sent.digest, sent.size))
    if delivery.sent.mapping is None:
        return Mapping()
    with reading(platform.database) as connection:
        return platform.mappings.get(connection, delivery.sent.layer, delivery.sent.mapping)


def open_original(
    platform: Platform,
    delivery: Delivery,
    mapping: Mapping,
    *,
    asset: AssetKind | None = None,
    header: bool | None = None,
    work: Path | None = None,
) -> Reading:
    """The stored file, opened in the sandbox, an ``asset`` for its facts; `Unreadable` when it cannot be.

    Whether the first row of a table names its columns is the word of ``header``, else of the sender, else of
    the mapping, else it does. What is packed is unpacked below ``work``, unless one is named below the
    delivery's own folder.
    """
    words = (header, delivery.sent.header, mapping.header, True)
    return open_upload(
        platform.blobs.path(delivery.sent.digest),
        layer=delivery.sent.source_layer or mapping.source_layer,
        encoding=mapping.encoding,
        places=Places(mapping.x, mapping.y, mapping.shape),
        asset=asset,
        header=next(word for word in words if word is not None),
        work=work or platform.work / delivery.id,
    )
