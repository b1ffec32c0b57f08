"""A person's word on a delivery that waits for one."""

from __future__ import annotations

from diban.app.journeys.delivery import carry
from diban.app.journeys.progress import Progress, silent
from diban.app.journeys.receive import DELIVERY, job_of
from diban.app.wiring import Platform
from diban.governance import Asker, Permission, Verdict, decide, may, review_of
from diban.ground import AccountId, DeliveryId
from diban.intake import Delivery, DeliveryState
from diban.store import unit


def decide_delivery(
    platform: Platform,
    delivery_id: DeliveryId,
    verdict: Verdict,
    why: str,
    asker: Asker,
    progress: Progress = silent,
) -> Delivery:
    """`settle`, then take the delivery on."""
    settle(platform, delivery_id, verdict, why, asker)
    return carry(platform, delivery_id, progress)


def settle(platform: Platform, delivery_id: DeliveryId, verdict: Verdict, why: str, asker: Asker) -> None:
    """Accept or return a waiting delivery and ask for the work that follows; of two deciders one wins.

    The same word of the same person again is the same word.
    """
    by = asker.by()
    with unit(platform.database) as act:
        delivery = platform.deliveries.get(act.connection, delivery_id)
        may(asker, Permission.REVIEW_DELIVERY, delivery.sent.party)
        known = review_of(act.connection, delivery_id)
        if known is None or (known.decided_by, known.decision.verdict) != (by.actor, verdict):
            settled = decide(act, by, delivery_id, verdict, why)
            to = DeliveryState.ACCEPTED if verdict is Verdict.ACCEPT else DeliveryState.RETURNED
            platform.deliveries.move(act, delivery, to, AccountId(by.actor), why)
            platform.jobs.enqueue(act, DELIVERY, job_of(delivery, settled), {"delivery": delivery_id})
