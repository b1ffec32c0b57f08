"""The sender's word, after sending, on the repairs of geometry that the platform proposes."""

from __future__ import annotations

from diban.app.journeys.delivery import carry, present
from diban.app.journeys.progress import Progress, silent
from diban.app.journeys.receive import DELIVERY, job_of
from diban.app.wiring import Platform
from diban.governance import (
    Act,
    Asker,
    By,
    Permission,
    Verdict,
    decide,
    may,
    record_evidence,
    reopen,
    review_of,
)
from diban.ground import AccountId, Conflict, DeliveryId, Text
from diban.intake import Delivery, DeliveryState
from diban.quality import Report
from diban.store import Unit, unit

DECLINED = "repairs declined / 不接受修复"
"""Why a delivery goes back whose sender declined its repairs without a word."""


def accept_repairs(
    platform: Platform, delivery_id: DeliveryId, asker: Asker, progress: Progress = silent
) -> Delivery:
    """`settle_repairs` with a yes, then take the delivery on."""
    settle_repairs(platform, delivery_id, True, asker)
    return carry(platform, delivery_id, progress)


def settle_repairs(
    platform: Platform, delivery_id: DeliveryId, accepted: bool, asker: Asker, why: str = ""
) -> Delivery:
    """Accept or decline every repair that the report of a waiting delivery proposes.

    Accepted, it is judged anew by its job; declined, it goes back to be mended where it comes from.
    `Conflict` when it waits for no such word; the same word again is the same word.
    """
    by = asker.by()
    with unit(platform.database) as act:
        delivery = platform.deliveries.get(act.connection, delivery_id)
        may(asker, Permission.DELIVER, delivery.sent.party)
        if delivery.sent.accept_repairs and accepted:
            return delivery
        known = review_of(act.connection, delivery_id)
        word = None if known is None else (known.decided_by, known.decision.verdict)
        if not accepted and word == (by.actor, Verdict.RETURN):
            return delivery
        proposed = _proposed(delivery)
        if accepted:
            _accept(platform, act, delivery, by, proposed)
        else:
            _decline(platform, act, delivery, by, proposed, why or DECLINED)
    return present(platform, delivery_id)


def _proposed(delivery: Delivery) -> int:
    """How many rows would be repaired."""
    rows = Report.from_json(delivery.report).repairs if delivery.report else 0
    if delivery.state is not DeliveryState.WAITING or not rows or delivery.sent.accept_repairs:
        raise Conflict(
            Text(zh="该交付没有待确认的修复", en="this delivery waits for no word on repairs"),
            field=delivery.id,
            limit=delivery.state.value,
        )
    return rows


def _accept(platform: Platform, act: Unit, delivery: Delivery, by: By, rows: int) -> None:
    platform.deliveries.accept_repairs(act, delivery)
    by.note(act, "delivery.accept-repairs", delivery.id, {"rows": rows})
    reopen(act, by, delivery.id)
    to = DeliveryState.RECEIVED
    moved = platform.deliveries.move(act, delivery, to, AccountId(by.actor), "repairs accepted")
    platform.jobs.enqueue(act, DELIVERY, job_of(moved, None), {"delivery": delivery.id})


def _decline(platform: Platform, act: Unit, delivery: Delivery, by: By, rows: int, why: str) -> None:
    decide(act, by, delivery.id, Verdict.RETURN, why)
    platform.deliveries.move(act, delivery, DeliveryState.RETURNED, AccountId(by.actor), why)
    by.note(act, "delivery.decline-repairs", delivery.id, {"rows": rows})
    report = delivery.report or {}
    record_evidence(
        act,
        Act.RETURNED,
        delivery.sent.party,
        resource=delivery.sent.resource,
        delivery=delivery.id,
        value={"score": report.get("score"), "faulty_rows": report.get("faulty_rows")},
    )
