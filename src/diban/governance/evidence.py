"""Evidence: every act that an assessment will need, recorded in the act's own transaction.

An indicator is later computed from these rows alone, and each of its numbers can be followed back
to them. What is read from elsewhere (the catalogue's duty list, the meter of use) is not repeated here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import orjson
import sqlalchemy as sa

from diban.governance.ledger_tables import evidence
from diban.ground import DeliveryId, PartyId, ResourceId, instant, micros, new_id, now
from diban.store import Unit


class Indicator(StrEnum):
    """The indicators of the default assessment scheme (考核指标), which `diban.assess` computes."""

    CATALOGUED = "catalogued"
    LIVE = "live"
    DELIVERIES = "deliveries"
    HANDED_OVER = "handed-over"
    TIMELINESS = "timeliness"
    QUALITY = "quality"
    FIRST_PASS = "first-pass"
    ANSWERS = "answers"
    DEMANDS = "demands"
    CORRECTIONS = "corrections"
    ON_THE_MAP = "on-the-map"
    USE = "use"
    COMPLIANCE = "compliance"


class Act(StrEnum):
    """The kinds of act that are evidence; `indicators` says of what."""

    CATALOGUED = "resource.catalogued"
    PUBLISHED = "resource.published"
    UNPUBLISHED = "resource.unpublished"
    RECEIVED = "delivery.received"
    RETURNED = "delivery.returned"
    REVIEWED = "delivery.reviewed"
    LANDED = "delivery.landed"
    CONFIRMED = "delivery.confirmed"
    ACCESS_REQUESTED = "access.requested"
    ACCESS_GRANTED = "access.granted"
    ACCESS_REFUSED = "access.refused"
    CORRECTION_ASKED = "correction.asked"
    CORRECTION_CLOSED = "correction.closed"
    EXPUNGED = "data.expunged"

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """Which indicators are computed from it."""
        return _FEEDS[self]


_FEEDS: dict[Act, tuple[Indicator, ...]] = {
    Act.CATALOGUED: (Indicator.CATALOGUED,),
    Act.PUBLISHED: (Indicator.CATALOGUED, Indicator.LIVE),
    Act.UNPUBLISHED: (Indicator.LIVE,),
    Act.RECEIVED: (Indicator.DELIVERIES, Indicator.FIRST_PASS),
    Act.RETURNED: (Indicator.FIRST_PASS, Indicator.QUALITY),
    Act.REVIEWED: (Indicator.FIRST_PASS,),
    Act.LANDED: (Indicator.DELIVERIES, Indicator.TIMELINESS, Indicator.QUALITY, Indicator.FIRST_PASS),
    Act.CONFIRMED: (Indicator.DELIVERIES, Indicator.TIMELINESS),
    Act.ACCESS_REQUESTED: (Indicator.ANSWERS,),
    Act.ACCESS_GRANTED: (Indicator.ANSWERS,),
    Act.ACCESS_REFUSED: (Indicator.ANSWERS,),
    Act.CORRECTION_ASKED: (Indicator.CORRECTIONS,),
    Act.CORRECTION_CLOSED: (Indicator.CORRECTIONS,),
    Act.EXPUNGED: (Indicator.COMPLIANCE,),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One recorded act: which party is judged by it, about what, when, and until when it was due.

    ``value`` holds the numbers the formulas need (a score, a cycle, when the clock began).
    """

    id: str
    at: datetime
    act: Act
    party: PartyId
    resource: ResourceId | None
    delivery: DeliveryId | None
    due: datetime | None
    value: dict[str, object]

    @property
    def late(self) -> bool:
        """Whether it happened after it was due."""
        return self.due is not None and self.at > self.due


def record_evidence(
    unit: Unit,
    act: Act,
    party: PartyId,
    *,
    resource: ResourceId | None = None,
    delivery: DeliveryId | None = None,
    due: datetime | None = None,
    value: Mapping[str, object] | None = None,
) -> str:
    """Record an act as evidence about ``party``, at this instant, in the act's `Unit`; answers its id."""
    made = new_id("evd")
    unit.connection.execute(
        sa.insert(evidence).values(
            id=made,
            at=micros(now()),
            kind=act.value,
            party=party,
            resource=resource,
            delivery=delivery,
            due=None if due is None else micros(due),
            value=orjson.dumps(dict(value or {})).decode(),
        )
    )
    return made


def evidence_of(
    connection: sa.Connection,
    *,
    party: PartyId | None = None,
    resource: ResourceId | None = None,
    acts: tuple[Act, ...] = tuple(Act),
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Evidence]:
    """What was recorded, oldest first, from ``since`` to before ``until``."""
    asked = sa.select(evidence).where(evidence.c.kind.in_([act.value for act in acts]))
    for column, value in ((evidence.c.party, party), (evidence.c.resource, resource)):
        if value is not None:
            asked = asked.where(column == value)
    if since is not None:
        asked = asked.where(evidence.c.at >= micros(since))
    if until is not None:
        asked = asked.where(evidence.c.at < micros(until))
    rows = connection.execute(asked.order_by(evidence.c.at, evidence.c.id))
    return [
        Evidence(
            row.id,
            instant(row.at),
            Act(row.kind),
            row.party,
            row.resource,
            row.delivery,
            None if row.due is None else instant(row.due),
            orjson.loads(row.value),
        )
        for row in rows
    ]
