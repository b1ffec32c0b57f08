"""Deliveries for the portal: ``/api/deliveries/{id}``, to those who sent or decide them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from diban.governance import Asker, Permission, Verdict, review_of
from diban.ground import DeliveryId, Missing, Text
from diban.intake import Delivery
from diban.share.asking import Asking
from diban.share.block import Block
from diban.share.core import json_answer
from diban.share.parameters.single import single_parameters
from diban.share.services import Services
from diban.store import reading

NAME = "deliveries"
_VERDICTS = {
    Verdict.ACCEPT: Text(zh="通过", en="accepted"),
    Verdict.RETURN: Text(zh="退回", en="returned"),
    Verdict.ASK: Text(zh="待人工审核", en="asks a person"),
}


def deliveries_block(asking: Asking) -> Block:
    """One delivery: its report, what it would change or changed, what was decided."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/api/deliveries", tags=[NAME])

        def show(request: Request, delivery: str) -> Response:
            """A delivery with its report; `Missing` to whoever may not see it."""
            single_parameters(request, ())
            request.state.block = NAME
            asker = asking.asker(request)
            with reading(services.database) as connection:
                found = services.deliveries.get(connection, DeliveryId(delivery[:64]))
                if not may_see(asker, found):
                    raise Missing(
                        Text(zh=f"没有交付 {found.id}", en=f"there is no delivery {found.id}"),
                        field="delivery",
                    )
                decided = review_of(connection, found.id)
                resource = services.catalogue.get(connection, found.sent.resource)
                sender = services.parties.get(connection, found.sent.party).name
            verdict = None
            if decided is not None:
                word = decided.decision
                verdict = {
                    "value": word.verdict.value,
                    "title": _VERDICTS[word.verdict].as_json(),
                    "reasons": [reason.as_json() for reason in word.reasons],
                }
            return json_answer(_document(found, resource.slug, sender, verdict))

        routes.add_api_route("/{delivery}", show, methods=["GET", "HEAD"])
        return routes

    return Block(NAME, Text(zh="交付", en="Deliveries"), router)


def may_see(asker: Asker, delivery: Delivery) -> bool:
    """Whether the asker sent it for its party, decides on it, or oversees everything."""
    return (
        delivery.sent.party in asker.reach
        or asker.allowed(Permission.REVIEW_DELIVERY, delivery.sent.party)
        or asker.allowed(Permission.SEE_ALL)
    )


def _document(
    delivery: Delivery, resource: str, sender: Text, verdict: dict[str, Any] | None
) -> dict[str, Any]:
    sent, report = delivery.sent, delivery.report or {}
    changes = delivery.changes
    return {
        "id": delivery.id,
        "resource": resource,
        "file_name": sent.file_name,
        "size": sent.size,
        "digest": sent.digest,
        "received_at": delivery.received_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "sender": {"name": sender.as_json()},
        "state": delivery.state.value,
        "state_title": delivery.state.words.as_json(),
        "verdict": verdict,
        "score": report.get("score"),
        "rows": report.get("rows"),
        "findings": [_finding(item) for item in report.get("findings", [])],
        "change": None
        if changes is None
        else {name: changes[name] for name in ("added", "changed", "removed", "unchanged")},
    }


def _finding(item: dict[str, Any]) -> dict[str, Any]:
    places = [
        {"row": None, "field": item.get("field"), "lon": None, "lat": None, "value": None, **place}
        for place in item["places"]
    ]
    return {
        "code": item["code"],
        "title": item["rule"],
        "severity": item["severity"],
        "message": item["message"],
        "remedy": item["remedy"],
        "count": item["count"],
        "places": places,
    }
