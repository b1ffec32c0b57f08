"""Who may take the faulty rows of a delivery away: those who send or decide for its party; it is noted."""

from __future__ import annotations

from diban.app.wiring import Platform
from diban.governance import Asker, Permission, may
from diban.intake import Delivery
from diban.store import unit

_DUTIES = (Permission.REVIEW_DELIVERY, Permission.APPROVE_OWN)


def may_take_rows(platform: Platform, delivery: Delivery, asker: Asker) -> None:
    """Pass with an audit line, or raise `Denied`: the rows hold values that have not landed."""
    party = delivery.sent.party
    if not any(asker.allowed(duty, party) for duty in _DUTIES):
        may(asker, Permission.DELIVER, party)
    with unit(platform.database) as act:
        asker.by().note(act, "delivery.faulty-rows", delivery.id)
