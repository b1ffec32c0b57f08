"""The receipt (回执): what was received and what became of it, as one text under the platform's signature."""

from __future__ import annotations

from typing import Any

import orjson

from diban.intake import Delivery
from diban.share.deliveries.document import iso, layer_slug
from diban.share.services import Services
from diban.store import reading

ALGORITHM = "Ed25519"


def receipt_document(services: Services, delivery: Delivery) -> dict[str, Any]:
    """The receipt, the very text that is signed (its canonical JSON), and the signature.

    The same state of a delivery gives the same receipt. Whoever has the platform's public key can
    verify it without asking the platform.
    """
    receipt = _receipt(services, delivery)
    signed = orjson.dumps(receipt, option=orjson.OPT_SORT_KEYS)
    key, signature = services.journey.sign(signed)
    return {
        "receipt": receipt,
        "signed": signed.decode(),
        "signature": {"algorithm": ALGORITHM, "key": key, "value": signature},
    }


def _receipt(services: Services, delivery: Delivery) -> dict[str, Any]:
    sent, report = delivery.sent, delivery.report or {}
    with reading(services.database) as connection:
        resource = services.catalogue.get(connection, sent.resource)
        provider = services.parties.get(connection, sent.party)
        moves = services.deliveries.moves(connection, delivery.id)
    version = next((v for v in services.base.history(sent.layer) if v.id == delivery.version), None)
    return {
        "kind": "diban.receipt",
        "issuer": services.title.as_json(),
        "delivery": delivery.id,
        "resource": {
            "slug": resource.slug,
            "code": str(resource.code or ""),
            "title": resource.entry.title.as_json(),
        },
        "layer": layer_slug(resource, sent.layer),
        "provider": {"id": provider.id, "name": provider.name.as_json()},
        "file": {"name": sent.file_name, "size": sent.size, "sha256": sent.digest},
        "mode": sent.mode.value,
        "dry_run": sent.dry_run,
        "received_at": iso(delivery.received_at),
        "state": delivery.state.value,
        "state_title": delivery.state.words.as_json(),
        "moves": [{"at": iso(move.at), "state": move.to.value} for move in moves],
        "quality": {name: report.get(name) for name in ("passed", "score", "rows", "faulty_rows")},
        "change": delivery.changes
        and {name: delivery.changes[name] for name in ("added", "changed", "removed", "unchanged")},
        "version": version and {"id": version.id, "rows": version.rows, "content": str(version.content)},
    }
