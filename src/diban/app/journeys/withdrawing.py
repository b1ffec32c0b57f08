"""A sender takes a delivery back before it lands."""

from __future__ import annotations

from diban.app.wiring import Platform
from diban.governance import Asker, Permission, may, reopen
from diban.ground import AccountId, DeliveryId
from diban.intake import Delivery, DeliveryState
from diban.store import unit


def withdraw(platform: Platform, delivery_id: DeliveryId, why: str, asker: Asker) -> Delivery:
    """Withdraw a delivery of the asker's party; withdrawn already, it stays so.

    `IllegalMove` when it has been accepted or has ended; of a withdrawal and a decision at once one wins.
    """
    by = asker.by()
    with unit(platform.database) as act:
        delivery = platform.deliveries.get(act.connection, delivery_id)
        may(asker, Permission.DELIVER, delivery.sent.party)
        if delivery.state is DeliveryState.WITHDRAWN:
            return delivery
        moved = platform.deliveries.move(act, delivery, DeliveryState.WITHDRAWN, AccountId(by.actor), why)
        reopen(act, by, delivery_id)
        by.note(act, "delivery.withdraw", delivery_id)
    return moved
