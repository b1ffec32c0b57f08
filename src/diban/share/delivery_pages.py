"""Deliveries for the portal: ``/api/deliveries/{id}``, to those who sent, decide or oversee them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from diban.governance import Asker, Permission, Review, Verdict, review_of
from diban.ground import DeliveryId, Missing, Text
from diban.intake import Delivery
from diban.share.answers import json_answer
from diban.share.asking import Asking
from diban.share.block import Block, read_route
from diban.share.parameters.given import given_parameters
from diban.share.services import Services
from diban.store import reading

NAME = "deliveries"
_VERDICTS = {
    Verdict.ACCEPT: Text(zh="通过", en="accepted"),
    Verdict.RETURN: Text(zh="退回", en="returned"),
    Verdict.ASK: Text(zh="待人工审核", en="asks a person"),
}
_LONGEST = 64


def deliveries_block(asking: Asking) -> Block:
    """One delivery: its report, what it would change or changed, what was decided."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/api/deliveries", tags=[NAME])

        def show(request: Request, delivery: str) -> Response:
            """A delivery with its report; `Missing` to whoever may not see it."""
            request.state.block = NAME
            given_parameters(request)
            asker = asking.asker(request)
            with reading(services.database) as connection:
                found = services.deliveries.get(connection, DeliveryId(delivery[:_LONGEST]))
                if not may_see(asker, found):
                    raise Missing(
                        Text(zh=f"没有交付 {found.id}", en=f"there is no delivery {found.id}"),
                        field="delivery",
                    )
                decided = review_of(connection, found.id)
                resource = services.catalogue.get(connection, found.sent.resource)
                sender = services.parties.get(connection, found.sent.party).name
            document = _document(found, decided, values=_works_on(asker, found))
            return json_answer({**document, "resource": resource.slug, "sender": {"name": sender.as_json()}})

        read_route(routes, "/{delivery}", show)
        return routes

    return Block(NAME, Text(zh="交付", en="Deliveries"), router)


def may_see(asker: Asker, delivery: Delivery) -> bool:
    """Whether the asker sent it for its party, decides on it, or oversees everything."""
    return _works_on(asker, delivery) or asker.allowed(Permission.SEE_ALL)


def _works_on(asker: Asker, delivery: Delivery) -> bool:
    """Whether the asker sent it or decides on it, and so sees the values of its faulty rows."""
    party = delivery.sent.party
    return party in asker.reach or asker.allowed(Permission.REVIEW_DELIVERY, party)


def _document(delivery: Delivery, decided: Review | None, *, values: bool) -> dict[str, Any]:
    sent, report, changes = delivery.sent, delivery.report or {}, delivery.changes
    sums = ("added", "changed", "removed", "unchanged")
    return {
        "id": delivery.id,
        "file_name": sent.file_name,
        "size": sent.size,
        "digest": sent.digest,
        "received_at": delivery.received_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "state": delivery.state.value,
        "state_title": delivery.state.words.as_json(),
        "question": None if delivery.question is None else _question(delivery.question, delivery.answer),
        "verdict": None if decided is None else _verdict(decided),
        "score": report.get("score"),
        "rows": report.get("rows"),
        "findings": [_finding(item, values=values) for item in report.get("findings", [])],
        "change": None if changes is None else {name: changes[name] for name in sums},
    }


def _question(asked: dict[str, Any], answer: dict[str, Any] | None) -> dict[str, Any]:
    """What the sender is asked of the coordinates; with the answer once there is one."""
    return {**asked, "answer": None if answer is None else answer["crs"]}


def _verdict(decided: Review) -> dict[str, Any]:
    word = decided.decision
    return {
        "value": word.verdict.value,
        "title": _VERDICTS[word.verdict].as_json(),
        "reasons": [reason.as_json() for reason in word.reasons],
    }


def _finding(item: dict[str, Any], *, values: bool) -> dict[str, Any]:
    """A finding; who only oversees gets counts and rows, not where they lie and what they hold."""
    told = ("row", "lon", "lat", "value") if values else ("row",)
    places = [
        {"row": None, "field": item.get("field"), "lon": None, "lat": None, "value": None}
        | {name: place[name] for name in told if name in place}
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
