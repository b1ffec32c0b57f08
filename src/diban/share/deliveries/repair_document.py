"""Proposed repairs of a delivery's geometry as JSON: whether they are decided on, and what they would do."""

from __future__ import annotations

from typing import Any

from diban.ground import Text
from diban.intake import Delivery, DeliveryState
from diban.quality import Report, Severity

PROPOSED, ACCEPTED, DECLINED = "proposed", "accepted", "declined"
_TITLES = {
    PROPOSED: Text(zh="建议修复，待确认", en="repairs proposed"),
    ACCEPTED: Text(zh="已接受修复", en="repairs accepted"),
    DECLINED: Text(zh="未接受修复", en="repairs declined"),
}
_LANDS = (DeliveryState.ACCEPTED, DeliveryState.LANDED)
_WENT_BACK = (DeliveryState.RETURNED, DeliveryState.WITHDRAWN)


def repair_document(delivery: Delivery) -> dict[str, Any] | None:
    """The state of the repairs, how many rows they concern, and the report without and with them.

    None where nothing is proposed: no geometry is invalid, or other errors stand in the way.
    """
    report = None if delivery.report is None else Report.from_json(delivery.report)
    if report is None or not report.repairs:
        return None
    state = _state(delivery)
    return {
        "state": state,
        "title": _TITLES[state].as_json(),
        "rows": report.repairs,
        "before": _sums(report.declined()),
        "after": _sums(report.accepted()),
    }


def awaits_word(delivery: Delivery) -> bool:
    """Whether the delivery waits for its sender's word on proposed repairs."""
    if delivery.state is not DeliveryState.WAITING or delivery.sent.accept_repairs:
        return False
    return delivery.report is not None and Report.from_json(delivery.report).repairs > 0


def _state(delivery: Delivery) -> str:
    """A reviewer's word counts as the sender's: what lands, lands repaired."""
    if delivery.sent.accept_repairs or delivery.state in _LANDS:
        return ACCEPTED
    return DECLINED if delivery.state in _WENT_BACK else PROPOSED


def _sums(report: Report) -> dict[str, int]:
    errors = sum(1 for finding in report.findings if finding.severity is Severity.ERROR)
    return {"score": report.score, "errors": errors, "faulty_rows": report.faulty_rows}
