"""The states of a delivery, apart from those of its resource: an update leaves a resource published."""

from __future__ import annotations

from enum import StrEnum

from diban.ground import Text


class DeliveryState(StrEnum):
    """Where a delivery stands on the road."""

    RECEIVED = "received"
    ASKED = "asked"
    RETURNED = "returned"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    LANDED = "landed"
    WITHDRAWN = "withdrawn"
    TRIED = "tried"

    @property
    def words(self) -> Text:
        """The state's name for people."""
        return _TITLES[self]

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to the delivery."""
        return not NEXT[self]


_TITLES = {
    DeliveryState.RECEIVED: Text(zh="已接收", en="received"),
    DeliveryState.ASKED: Text(zh="待说明", en="needs the sender's word"),
    DeliveryState.RETURNED: Text(zh="已退回", en="returned"),
    DeliveryState.WAITING: Text(zh="待审核", en="waiting for review"),
    DeliveryState.ACCEPTED: Text(zh="已通过，待入库", en="accepted, landing"),
    DeliveryState.LANDED: Text(zh="已入库", en="landed"),
    DeliveryState.WITHDRAWN: Text(zh="已撤回", en="withdrawn"),
    DeliveryState.TRIED: Text(zh="已试办，未入库", en="tried, not landed"),
}

NEXT: dict[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.RECEIVED: frozenset(
        {
            DeliveryState.ASKED,
            DeliveryState.RETURNED,
            DeliveryState.WAITING,
            DeliveryState.ACCEPTED,
            DeliveryState.WITHDRAWN,
            DeliveryState.TRIED,
        }
    ),
    DeliveryState.ASKED: frozenset({DeliveryState.RECEIVED, DeliveryState.WITHDRAWN}),
    DeliveryState.WAITING: frozenset(
        {DeliveryState.ACCEPTED, DeliveryState.RETURNED, DeliveryState.WITHDRAWN, DeliveryState.RECEIVED}
    ),
    # Back to received when another delivery landed first: it is compared and judged anew.
    DeliveryState.ACCEPTED: frozenset({DeliveryState.LANDED, DeliveryState.RECEIVED}),
    DeliveryState.RETURNED: frozenset(),
    DeliveryState.LANDED: frozenset(),
    DeliveryState.WITHDRAWN: frozenset(),
    DeliveryState.TRIED: frozenset(),
}
