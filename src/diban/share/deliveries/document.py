"""Deliveries as JSON, and who may see how much of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
import shapely

from diban.catalogue import Resource
from diban.governance import Asker, Permission, Review, Verdict
from diban.ground import LayerId, PartyId, Text
from diban.intake import Delivery, DeliveryHead, DeliveryState, Sent
from diban.quality import Dimension
from diban.share.deliveries.repair_document import awaits_word, repair_document
from diban.share.port import Standing

_VERDICTS = {
    Verdict.ACCEPT: Text(zh="通过", en="accepted"),
    Verdict.RETURN: Text(zh="退回", en="returned"),
    Verdict.ASK: Text(zh="待人工审核", en="asks a person"),
}
_WORK = (Permission.DELIVER, Permission.REVIEW_DELIVERY, Permission.APPROVE_OWN)
_PLACE = ("row", "lon", "lat", "value", "other", "areas")
_SUMS = ("added", "changed", "removed", "unchanged")
_BEFORE_LANDING = (DeliveryState.RECEIVED, DeliveryState.ASKED, DeliveryState.WAITING)


def may_see(asker: Asker, delivery: Delivery) -> bool:
    """Whether the asker sends for its party, decides on it, or oversees everything."""
    return works_on(asker, delivery) or asker.allowed(Permission.SEE_ALL)


def works_on(asker: Asker, delivery: Delivery) -> bool:
    """Whether the asker sends or decides for its party, and so sees the values of its faulty rows."""
    return works_for(asker, delivery.sent.party)


def works_for(asker: Asker, party: PartyId) -> bool:
    """Whether it is the asker's duty to send, or to decide on, what this party delivers.

    To be of the party is not enough: a developer's key acts for an agency too.
    """
    return any(asker.allowed(permission, party) for permission in _WORK)


def delivery_document(
    asker: Asker, delivery: Delivery, decided: Review | None, resource: Resource, sender: Text
) -> dict[str, Any]:
    """A delivery in full, as far as the asker may see it; ``may`` is what they may do with it now."""
    report, changes = delivery.report or {}, delivery.changes
    values = works_on(asker, delivery)
    return {
        **delivery_line(delivery),
        "resource": resource.slug,
        "resource_title": resource.entry.title.as_json(),
        "layer": layer_slug(resource, delivery.sent.layer),
        "size": delivery.sent.size,
        "digest": delivery.sent.digest,
        "mode": delivery.sent.mode.value,
        "source_layer": delivery.sent.source_layer,
        "crs": delivery.sent.crs,
        "header": delivery.sent.header,
        "sender": {"name": sender.as_json()},
        "question": None if delivery.question is None else _question(delivery, values=values),
        "verdict": None if decided is None else _verdict(decided),
        "rows": report.get("rows"),
        "faulty_rows": report.get("faulty_rows"),
        "dimensions": report.get("dimensions", []),
        "repair": repair_document(delivery),
        "findings": [finding_document(item, values=values) for item in report.get("findings", [])],
        "change": None if changes is None else {name: changes[name] for name in _SUMS},
        "version": delivery.version,
        "may": what_may(asker, delivery),
    }


def delivery_line(delivery: Delivery | DeliveryHead) -> dict[str, Any]:
    """A delivery in a list."""
    if isinstance(delivery, DeliveryHead):
        sent: DeliveryHead | Sent = delivery
        score, findings = delivery.score, delivery.findings
    else:
        sent, report = delivery.sent, delivery.report or {}
        score, findings = report.get("score"), len(report.get("findings", []))
    return {
        "id": delivery.id,
        "file_name": sent.file_name,
        "received_at": iso(delivery.received_at),
        "moved_at": iso(delivery.moved_at),
        "state": delivery.state.value,
        "state_title": delivery.state.words.as_json(),
        "dry_run": sent.dry_run,
        "score": score,
        "findings": findings,
    }


def what_may(asker: Asker, delivery: Delivery) -> dict[str, bool]:
    """What the asker may do with a delivery as it stands."""
    sends = asker.allowed(Permission.DELIVER, delivery.sent.party)
    decides = asker.allowed(Permission.REVIEW_DELIVERY, delivery.sent.party)
    waits = delivery.state is DeliveryState.WAITING
    return {
        "withdraw": sends and delivery.state in _BEFORE_LANDING,
        "answer": sends and delivery.state is DeliveryState.ASKED,
        "accept": decides and waits and delivery.sent.sender != asker.account,
        "return": decides and waits,
        "original": sends,
        "see_values": works_on(asker, delivery),
        "repair": sends and awaits_word(delivery),
        "faulty_rows": works_on(asker, delivery) and lists_rows(delivery),
    }


def lists_rows(delivery: Delivery) -> bool:
    """Whether its report lists faulty rows, so that they can be written back."""
    return (delivery.report or {}).get("listing") is not None


def report_document(delivery: Delivery, *, values: bool) -> dict[str, Any] | None:
    """The whole report of a delivery; None before it was examined."""
    report = delivery.report
    if report is None:
        return None
    known = {name: report.get(name) for name in ("passed", "score", "rows", "faulty_rows", "rules")}
    findings = [finding_document(item, values=values, repairs=True) for item in report["findings"]]
    told = {"dimensions": report.get("dimensions", []), "repair": repair_document(delivery)}
    return {**known, **told, "findings": findings}


def finding_document(item: dict[str, Any], *, values: bool, repairs: bool = False) -> dict[str, Any]:
    """A finding; who only oversees gets counts and rows, not where they lie and what they hold.

    With ``repairs`` the geometry of each proposed one is told too, in GeoJSON.
    """
    return {
        "code": item["code"],
        "dimension": Dimension.of(item["code"]).value,
        "title": item["rule"],
        "severity": item["severity"],
        "message": item["message"],
        "remedy": item["remedy"],
        "repairable": bool(item.get("repairable")),
        "count": item["count"],
        "places": [
            _place(place, item.get("field"), values=values, repairs=repairs) for place in item["places"]
        ],
    }


def _place(place: dict[str, Any], field: str | None, *, values: bool, repairs: bool) -> dict[str, Any]:
    told = ("row", "lon", "lat", "value", "other", "areas") if values else ("row",)
    known = {name: place.get(name) if name in told else None for name in _PLACE}
    if values and repairs and "repair" in place:
        made = shapely.to_geojson(shapely.from_wkb(bytes.fromhex(place["repair"])))
        return {**known, "field": field, "repair": orjson.Fragment(made)}
    return {**known, "field": field}


def progress_document(delivery: Delivery, standing: Standing) -> dict[str, Any]:
    """How far the work on a delivery is."""
    return {
        "id": delivery.id,
        "state": delivery.state.value,
        "state_title": delivery.state.words.as_json(),
        "ended": delivery.state.ended,
        "work": standing.work,
        "attempts": standing.attempts,
        "steps": [
            {"name": step.name, "title": step.words.as_json(), "done": step.done, "total": step.total}
            for step in standing.steps
        ],
    }


def layer_slug(resource: Resource, layer: LayerId) -> str | None:
    """What the resource calls the layer."""
    return next((held.slug for held in resource.layers if held.layer == layer), None)


def iso(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC."""
    return None if moment is None else moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _question(delivery: Delivery, *, values: bool) -> dict[str, Any]:
    """What the sender is asked of the coordinates; with the answer once there is one.

    Who only oversees is not told where features lie.
    """
    asked, answer = delivery.question or {}, delivery.answer
    candidates = [
        {**one, "places": one.get("places", []) if values else []} for one in asked.get("candidates", [])
    ]
    return {**asked, "candidates": candidates, "answer": None if answer is None else answer["crs"]}


def _verdict(decided: Review) -> dict[str, Any]:
    word = decided.decision
    return {
        "value": word.verdict.value,
        "title": _VERDICTS[word.verdict].as_json(),
        "reasons": [reason.as_json() for reason in word.reasons],
        "why": decided.why,
        "decided_at": iso(decided.decided_at),
    }
