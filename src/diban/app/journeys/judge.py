"""Decided (审核): the policy accepts, returns, or asks a person who is not the sender."""

from __future__ import annotations

from typing import Any

from diban.app.journeys.examine import Examined
from diban.app.wiring import Platform
from diban.governance import REVIEW_POLICY, Act, By, Verdict, record_decision, record_evidence, review
from diban.ground import AccountId, ChangeSet
from diban.intake import Delivery, DeliveryState
from diban.quality import mass_removal
from diban.store import unit

_BECOMES = {
    Verdict.ACCEPT: DeliveryState.ACCEPTED,
    Verdict.RETURN: DeliveryState.RETURNED,
    Verdict.ASK: DeliveryState.WAITING,
}


def judge(platform: Platform, delivery: Delivery, examined: Examined, changes: ChangeSet | None) -> Delivery:
    """Let the policy speak, and write its word, the report and the change counts in one act.

    A trial ends here: what the policy would say is its reason.
    """
    some = () if changes is None else (changes,)
    told = [one for change in some for one in mass_removal(change, REVIEW_POLICY.removed_share)]
    report = examined.report.plus(told)
    decision = review(report.passed, report.score, some, REVIEW_POLICY, repairs=report.repairs)
    sent = delivery.sent
    by = By(sent.sender, sent.party, delivery.id)
    with unit(platform.database) as act:
        if sent.dry_run:
            by.note(act, "delivery.try", delivery.id, {"verdict": decision.verdict.value})
        else:
            record_decision(
                act, by, delivery=delivery.id, resource=sent.resource, party=sent.party, decision=decision
            )
        moved = platform.deliveries.move(
            act,
            delivery,
            DeliveryState.TRIED if sent.dry_run else _BECOMES[decision.verdict],
            AccountId("policy"),
            "; ".join(str(reason) for reason in decision.reasons),
            report=report.as_json(),
            changes=None if changes is None else summary_of(changes),
        )
        if decision.verdict is Verdict.RETURN and not sent.dry_run:
            judged = {"score": report.score, "faulty_rows": report.faulty_rows}
            record_evidence(
                act, Act.RETURNED, sent.party, resource=sent.resource, delivery=delivery.id, value=judged
            )
    return moved


def summary_of(changes: ChangeSet) -> dict[str, Any]:
    """What a reviewer is shown of the changes, and the hash of what the layer will hold with them."""
    return {
        "on": changes.on,
        "schema": changes.features.schema.number,
        "added": changes.added,
        "changed": changes.changed,
        "removed": changes.removed,
        "unchanged": changes.unchanged,
        "content": str(changes.content),
    }
