"""Decide what becomes of a delivery: by policy at once, or by a person who is not its sender."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import orjson
import sqlalchemy as sa

from diban.governance.audit import By
from diban.governance.evidence import Act, record_evidence
from diban.governance.ledger_tables import review_decision
from diban.governance.policy import ReviewPolicy
from diban.ground import (
    AccountId,
    ChangeSet,
    Conflict,
    DeliveryId,
    Denied,
    Invalid,
    Missing,
    PartyId,
    ResourceId,
    Text,
    instant,
    micros,
    now,
)
from diban.store import Unit


class Verdict(StrEnum):
    """What becomes of a delivery."""

    ACCEPT = "accept"
    RETURN = "return"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with its reasons, and the version of the policy it was made under."""

    verdict: Verdict
    reasons: tuple[Text, ...]
    policy: str


@dataclass(frozen=True, slots=True)
class Review:
    """The recorded decision on a delivery; ``decided_at`` is None while a person is asked."""

    delivery: DeliveryId
    resource: ResourceId
    sender: str
    party: PartyId
    decision: Decision
    opened_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    why: str | None


def review(
    passed: bool, score: float, changes: Sequence[ChangeSet], policy: ReviewPolicy, *, repairs: int = 0
) -> Decision:
    """What the policy says of a delivery: its report, and what it would change in each layer.

    ``repairs`` is the number of rows whose errors a proposed repair would take away, where these
    are all the errors there are: then a person is asked whether the repairs may land.
    """
    scored = Text(zh=f"质量得分 {score:.1f}", en=f"quality score {score:.1f}")
    if not passed and not repairs:
        why = Text(zh="质检有错误，退回修改", en="the report has errors; returned to be corrected")
        return Decision(Verdict.RETURN, (why, scored), policy.version)
    asks = [reason for change in changes for reason in _asks(change, policy)]
    if not passed:
        asks.insert(
            0,
            Text(
                zh=f"{repairs} 个无效图形可以修复，接受后以修复的图形入库",
                en=f"{repairs} invalid geometries can be repaired; accepted, the repaired ones land",
            ),
        )
    if asks:
        return Decision(Verdict.ASK, (*asks, scored), policy.version)
    why = Text(zh="质检通过，变更在政策范围内", en="the report passed, the changes are within policy")
    return Decision(Verdict.ACCEPT, (why, scored), policy.version)


def record_decision(
    unit: Unit,
    by: By,
    *,
    delivery: DeliveryId,
    resource: ResourceId,
    party: PartyId,
    decision: Decision,
) -> None:
    """Record the policy's word on a delivery that ``by`` sent for ``party``; `Conflict` when there is one."""
    moment = micros(now())
    settled = decision.verdict is not Verdict.ASK
    try:
        unit.connection.execute(
            sa.insert(review_decision).values(
                delivery=delivery,
                resource=resource,
                sender=by.actor,
                party=party,
                verdict=decision.verdict.value,
                reasons=orjson.dumps([reason.as_json() for reason in decision.reasons]).decode(),
                policy=decision.policy,
                opened_at=moment,
                decided_at=moment if settled else None,
                decided_by=f"policy {decision.policy}" if settled else None,
            )
        )
    except sa.exc.IntegrityError as fault:
        raise _settled(delivery) from fault
    by.note(unit, "review.open", delivery, {"verdict": decision.verdict.value, "policy": decision.policy})


def decide(unit: Unit, by: By, delivery: DeliveryId, verdict: Verdict, why: str) -> Review:
    """A person's word on a delivery that asks for one, with audit line and evidence.

    Of two at once exactly one wins, the other gets `Conflict`. `Denied` when the sender accepts
    his own delivery (four eyes); he may return it, which withdraws it.
    """
    if verdict is Verdict.ASK or not why.strip():
        raise Invalid(
            Text(zh="须给出通过或退回及其理由", en="a decision accepts or returns, and says why"),
            field="verdict" if verdict is Verdict.ASK else "why",
            limit="accept | return",
        )
    asked = review_of(unit.connection, delivery)
    if asked is None:
        raise Missing(Text(zh="没有这次提交的审核", en="no review of this delivery"), field=delivery)
    if verdict is Verdict.ACCEPT and asked.sender == by.actor:
        raise Denied(
            Text(zh="提交人不能审核通过自己的提交", en="a sender may not accept a delivery of their own"),
            field=delivery,
            remedy=Text(zh="请另一人审核", en="let another person review it"),
        )
    moment = now()
    changed = unit.connection.execute(
        sa.update(review_decision)
        .where(review_decision.c.delivery == delivery, review_decision.c.verdict == Verdict.ASK.value)
        .values(verdict=verdict.value, decided_at=micros(moment), decided_by=by.actor, why=why)
    )
    if changed.rowcount == 0:
        raise _settled(delivery)
    by.note(unit, "review.decide", delivery, {"verdict": verdict.value})
    clock = {"verdict": verdict.value, "reviewer": by.party, "opened_at": micros(asked.opened_at)}
    record_evidence(unit, Act.REVIEWED, asked.party, resource=asked.resource, delivery=delivery, value=clock)
    settled = review_of(unit.connection, delivery)
    assert settled is not None
    return settled


def reopen(unit: Unit, by: By, delivery: DeliveryId) -> None:
    """Take the word on a delivery back, since the layer it was judged on has moved on; judged anew next."""
    gone = sa.delete(review_decision).where(review_decision.c.delivery == delivery)
    if unit.connection.execute(gone).rowcount == 1:
        by.note(unit, "review.reopen", delivery)


def review_of(connection: sa.Connection, delivery: DeliveryId) -> Review | None:
    """The recorded decision on a delivery, None when there is none."""
    asked = sa.select(review_decision).where(review_decision.c.delivery == delivery)
    row = connection.execute(asked).first()
    return None if row is None else _review(row)


def waiting_reviews(
    connection: sa.Connection,
    *,
    parties: Collection[PartyId] | None = None,
    but_from: AccountId | None = None,
    limit: int | None = None,
) -> list[Review]:
    """Deliveries that ask for a person, the one that waits longest first.

    ``parties``: only those that these sent; ``but_from``: none that this account sent.
    """
    waiting = sa.select(review_decision).where(*_waiting(parties, but_from)).limit(limit)
    rows = connection.execute(waiting.order_by(review_decision.c.opened_at, review_decision.c.delivery))
    return [_review(row) for row in rows]


def count_waiting(
    connection: sa.Connection, parties: Collection[PartyId] | None, but_from: AccountId | None
) -> int:
    """How many `waiting_reviews` there are."""
    asked = sa.select(sa.func.count()).select_from(review_decision).where(*_waiting(parties, but_from))
    return int(connection.execute(asked).scalar_one())


def _waiting(parties: Collection[PartyId] | None, but_from: AccountId | None) -> list[sa.ColumnElement[bool]]:
    wanted = [review_decision.c.verdict == Verdict.ASK.value]
    if parties is not None:
        wanted.append(review_decision.c.party.in_(sorted(parties)))
    if but_from is not None:
        wanted.append(review_decision.c.sender != but_from)
    return wanted


def _asks(change: ChangeSet, policy: ReviewPolicy) -> list[Text]:
    reasons = []
    if change.removed_share > policy.removed_share:
        share, limit = f"{change.removed_share:.1%}", f"{policy.removed_share:.0%}"
        reasons.append(
            Text(
                zh=f"将删除图层 {share} 的要素，超过 {limit}",
                en=f"{share} of the layer would be removed, more than {limit}",
            )
        )
    if policy.ask_first and change.on is None:
        reasons.append(Text(zh="图层首次提交", en="the first delivery of the layer"))
    return reasons


def _review(row: sa.Row[tuple[object, ...]]) -> Review:
    reasons = tuple(Text.from_json(reason) for reason in orjson.loads(row.reasons))
    return Review(
        delivery=DeliveryId(row.delivery),
        resource=ResourceId(row.resource),
        sender=row.sender,
        party=PartyId(row.party),
        decision=Decision(Verdict(row.verdict), reasons, row.policy),
        opened_at=instant(row.opened_at),
        decided_at=None if row.decided_at is None else instant(row.decided_at),
        decided_by=row.decided_by,
        why=row.why,
    )


def _settled(delivery: DeliveryId) -> Conflict:
    return Conflict(
        Text(zh="这次提交已有审核结论", en="this delivery has been decided already"), field=delivery
    )
