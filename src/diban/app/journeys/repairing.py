"""The sender's word, after sending, that the proposed repairs of geometry may land."""

from __future__ import annotations

from diban.app.journeys.delivery import carry
from diban.app.journeys.progress import Progress, silent
from diban.app.journeys.receive import DELIVERY, job_of
from diban.app.wiring import Platform
from diban.governance import Asker, Permission, may, reopen
from diban.ground import AccountId, Conflict, DeliveryId, Text
from diban.intake import Delivery, DeliveryState
from diban.quality import Report
from diban.store import unit


def accept_repairs(
    platform: Platform, delivery_id: DeliveryId, asker: Asker, progress: Progress = silent
) -> Delivery:
    """Accept every repair that the report of a waiting delivery proposes; it is then judged anew.

    `Conflict` when it does not wait for that. The same word again goes on where the first was interrupted.
    """
    by = asker.by()
    with unit(platform.database) as act:
        delivery = platform.deliveries.get(act.connection, delivery_id)
        may(asker, Permission.DELIVER, delivery.sent.party)
        if not delivery.sent.accept_repairs:
            proposed = Report.from_json(delivery.report or {}).repairs if delivery.report else 0
            if delivery.state is not DeliveryState.WAITING or not proposed:
                raise Conflict(
                    Text(zh="该交付没有待接受的修复", en="this delivery waits for no word on repairs"),
                    field=delivery_id,
                    limit=delivery.state.value,
                )
            platform.deliveries.accept_repairs(act, delivery)
            by.note(act, "delivery.accept-repairs", delivery_id, {"rows": proposed})
            reopen(act, by, delivery_id)
            to = DeliveryState.RECEIVED
            moved = platform.deliveries.move(act, delivery, to, AccountId(by.actor), "repairs accepted")
            platform.jobs.enqueue(act, DELIVERY, job_of(moved, None), {"delivery": delivery_id})
    return carry(platform, delivery_id, progress)
