"""Decisions: what the policy says, and that of several persons exactly one decides, never the sender."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from diban.governance.audit import Audit, By
from diban.governance.evidence import Act, evidence_of
from diban.governance.policy import REVIEW_POLICY
from diban.governance.review import (
    Decision,
    Review,
    Verdict,
    count_waiting,
    decide,
    record_decision,
    review,
    review_of,
    waiting_reviews,
)
from diban.ground import (
    CRS84,
    AccountId,
    ChangeSet,
    Conflict,
    ContentHash,
    DeliveryId,
    Denied,
    FeatureSet,
    Invalid,
    LayerId,
    Missing,
    Mode,
    PartyId,
    ResourceId,
    Schema,
    VersionId,
)
from diban.store import Database, reading, unit

SENDER, REVIEWER = By("acc_sender", "pty_agency", "req_1"), By("acc_reviewer", "pty_bureau", "req_2")
DELIVERY = DeliveryId("del_1")


def changes(before: int, removed: int) -> ChangeSet:
    rows = FeatureSet.of(Schema(()), CRS84, [])
    on = VersionId("ver_1") if before else None
    return ChangeSet(LayerId("roads"), on, Mode.FULL, rows, None, before, 1, 0, removed, ContentHash())


def opened(database: Database, decision: Decision, delivery: DeliveryId = DELIVERY) -> None:
    with unit(database) as act:
        record_decision(
            act,
            SENDER,
            delivery=delivery,
            resource=ResourceId("res_1"),
            party=PartyId("pty_agency"),
            decision=decision,
        )


def asked() -> Decision:
    return review(True, 90.0, [changes(100, 6)], REVIEW_POLICY)


def test_the_policy_says_the_same_of_warnings_and_notices_in_both_languages() -> None:
    assert "警告与提示不影响入库" in REVIEW_POLICY.citation.zh
    assert "warnings and notices do not hold a delivery back" in REVIEW_POLICY.citation.en


@pytest.mark.parametrize(
    ("passed", "change", "verdict"),
    [
        (False, changes(0, 0), Verdict.RETURN),
        (False, changes(100, 50), Verdict.RETURN),
        (True, changes(0, 0), Verdict.ACCEPT),
        (True, changes(100, 5), Verdict.ACCEPT),
        (True, changes(100, 6), Verdict.ASK),
    ],
)
def test_the_policy_decides(passed: bool, change: ChangeSet, verdict: Verdict) -> None:
    decision = review(passed, 90.0, [changes(100, 0), change], REVIEW_POLICY)
    assert (decision.verdict, decision.policy) == (verdict, REVIEW_POLICY.version)
    assert all(reason.zh and reason.en for reason in decision.reasons)


def test_a_policy_may_ask_about_first_deliveries() -> None:
    careful = replace(REVIEW_POLICY, version="careful", ask_first=True)
    assert review(True, 90.0, [changes(0, 0)], careful).verdict is Verdict.ASK
    assert review(True, 90.0, [changes(9, 0)], careful).verdict is Verdict.ACCEPT


def test_what_the_policy_settles_is_settled(database: Database) -> None:
    decision = review(True, 90.0, [changes(0, 0)], REVIEW_POLICY)
    opened(database, decision)
    with reading(database) as connection:
        found = review_of(connection, DELIVERY)
        assert review_of(connection, DeliveryId("other")) is None
        assert waiting_reviews(connection) == []
    assert found is not None
    assert (found.decision, found.sender, found.decided_at) == (decision, SENDER.actor, found.opened_at)
    with pytest.raises(Conflict):
        opened(database, decision)
    with pytest.raises(Conflict), unit(database) as act:
        decide(act, REVIEWER, DELIVERY, Verdict.RETURN, "changed my mind")


def test_a_person_decides_with_audit_and_clock(database: Database) -> None:
    opened(database, asked())
    opened(database, asked(), DeliveryId("del_2"))
    with reading(database) as connection:
        assert [one.delivery for one in waiting_reviews(connection)] == [DELIVERY, "del_2"]
        assert [one.delivery for one in waiting_reviews(connection, limit=1)] == [DELIVERY]
        mine, sender = PartyId("pty_agency"), AccountId(SENDER.actor)
        cases: list[tuple[list[PartyId] | None, AccountId | None, int]] = [
            *((None, None, 2), ([mine], None, 2), ([], None, 0), ([PartyId("other")], None, 0)),
            *((None, sender, 0), (None, AccountId("other"), 2)),
        ]
        for parties, but_from, count in cases:
            assert count_waiting(connection, parties, but_from) == count
            assert len(waiting_reviews(connection, parties=parties, but_from=but_from)) == count
    with unit(database) as act:
        settled = decide(act, REVIEWER, DELIVERY, Verdict.ACCEPT, "the street was pulled down")
    assert (settled.decided_by, settled.why) == (REVIEWER.actor, "the street was pulled down")
    assert settled.decision == replace(asked(), verdict=Verdict.ACCEPT)
    with reading(database) as connection:
        lines = Audit.lines(connection, subject=DELIVERY)
        (clock,) = evidence_of(connection, party=PartyId("pty_agency"), acts=(Act.REVIEWED,))
    assert [(line.act, line.by) for line in lines] == [("review.decide", REVIEWER), ("review.open", SENDER)]
    assert clock.delivery == DELIVERY
    assert clock.value["reviewer"] == "pty_bureau"
    assert clock.at >= settled.opened_at


def test_a_sender_may_withdraw_but_not_accept(database: Database) -> None:
    opened(database, asked())
    with pytest.raises(Denied), unit(database) as act:
        decide(act, SENDER, DELIVERY, Verdict.ACCEPT, "it is fine")
    with unit(database) as act:
        assert decide(act, SENDER, DELIVERY, Verdict.RETURN, "my mistake").decided_by == SENDER.actor


def test_a_decision_says_what_and_why(database: Database) -> None:
    opened(database, asked())
    for verdict, why in ((Verdict.ASK, "hm"), (Verdict.ACCEPT, " ")):
        with pytest.raises(Invalid), unit(database) as act:
            decide(act, REVIEWER, DELIVERY, verdict, why)
    with pytest.raises(Missing), unit(database) as act:
        decide(act, REVIEWER, DeliveryId("other"), Verdict.ACCEPT, "why")


def test_of_many_approvers_exactly_one_wins(database: Database) -> None:
    opened(database, asked())
    start = threading.Barrier(8)

    def approve(number: int) -> Review | None:
        by = By(f"acc_{number}", "pty_bureau", f"req_{number}")
        start.wait()
        try:
            with unit(database) as act:
                verdict = Verdict.ACCEPT if number % 2 else Verdict.RETURN
                return decide(act, by, DELIVERY, verdict, "seen")
        except Conflict:
            return None

    with ThreadPoolExecutor(8) as pool:
        outcomes = [future.result() for future in [pool.submit(approve, n) for n in range(8)]]
    (won,) = [outcome for outcome in outcomes if outcome is not None]
    with reading(database) as connection:
        assert review_of(connection, DELIVERY) == won
        assert len(evidence_of(connection)) == 1
        assert len(Audit.lines(connection, subject=DELIVERY)) == 2


def test_of_two_that_open_a_review_one_wins(database: Database) -> None:
    start = threading.Barrier(4)

    def open_it(_: int) -> bool:
        start.wait()
        try:
            opened(database, asked())
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(open_it, range(4))) == [False, False, False, True]
