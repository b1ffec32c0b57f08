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
    """The kinds of act that are evidence, each with the ``indicators`` that are computed from it."""

    CATALOGUED = "resource.catalogued", Indicator.CATALOGUED
    PUBLISHED = "resource.published", Indicator.CATALOGUED, Indicator.LIVE
    UNPUBLISHED = "resource.unpublished", Indicator.LIVE
    RECEIVED = "delivery.received", Indicator.DELIVERIES, Indicator.FIRST_PASS
    ANSWERED = "delivery.answered", Indicator.FIRST_PASS
    RETURNED = "delivery.returned", Indicator.FIRST_PASS, Indicator.QUALITY
    REVIEWED = "delivery.reviewed", Indicator.FIRST_PASS
    LANDED = (
        "delivery.landed",
        Indicator.DELIVERIES,
        Indicator.TIMELINESS,
        Indicator.QUALITY,
        Indicator.FIRST_PASS,
    )
    CONFIRMED = "delivery.confirmed", Indicator.DELIVERIES, Indicator.TIMELINESS
    ACCESS_REQUESTED = "access.requested", Indicator.ANSWERS
    ACCESS_GRANTED = "access.granted", Indicator.ANSWERS
    ACCESS_REFUSED = "access.refused", Indicator.ANSWERS
    CORRECTION_ASKED = "correction.asked", Indicator.CORRECTIONS
    CORRECTION_CLOSED = "correction.closed", Indicator.CORRECTIONS

    indicators: tuple[Indicator, ...]

    def __new__(cls, value: str, *indicators: Indicator) -> Act:
        member = str.__new__(cls, value)
        member._value_ = value
        member.indicators = indicators
        return member


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
