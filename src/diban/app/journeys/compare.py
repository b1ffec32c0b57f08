"""Compared (比对): what the delivery would change is known before anybody decides."""

from __future__ import annotations

from diban.app.journeys.examine import Examined
from diban.app.journeys.progress import Progress
from diban.app.wiring import Platform
from diban.ground import ChangeSet
from diban.intake import Delivery


def compare(
    platform: Platform, delivery: Delivery, examined: Examined, progress: Progress
) -> ChangeSet | None:
    """The change set on the layer's present version; None for a delivery that goes back anyway."""
    if examined.features is None or not (examined.report.passed or examined.report.repairs):
        return None
    progress("compare", 0, examined.features.rows)
    current = platform.base.current(delivery.sent.layer)
    plan = platform.work / delivery.id / "plan"
    changes = platform.base.compare(
        delivery.sent.layer, examined.features, current.id if current else None, delivery.sent.mode, plan
    )
    progress("compare", examined.features.rows or 0, examined.features.rows)
    return changes
