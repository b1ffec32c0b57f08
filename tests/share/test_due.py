"""When the next delivery is due."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from diban.catalogue import UpdateCycle
from diban.share.deliveries.due import due_after


@pytest.mark.parametrize(
    ("cycle", "last", "due"),
    [
        (UpdateCycle.DAILY, "2026-12-31", "2027-01-01"),
        (UpdateCycle.WEEKLY, "2026-11-28", "2026-12-05"),
        (UpdateCycle.MONTHLY, "2026-01-31", "2026-02-28"),
        (UpdateCycle.MONTHLY, "2026-12-15", "2027-01-15"),
        (UpdateCycle.QUARTERLY, "2026-11-30", "2027-02-28"),
        (UpdateCycle.HALF_YEARLY, "2026-08-31", "2027-02-28"),
        (UpdateCycle.YEARLY, "2028-02-29", "2029-02-28"),
        (UpdateCycle.REALTIME, "2026-01-01", None),
        (UpdateCycle.ON_EVENT, "2026-01-01", None),
        (UpdateCycle.ONCE, "2026-01-01", None),
    ],
)
def test_a_cycle_on(cycle: UpdateCycle, last: str, due: str | None) -> None:
    found = due_after(cycle, datetime.fromisoformat(last).replace(hour=8, tzinfo=UTC))
    assert found == (None if due is None else datetime.fromisoformat(due).replace(hour=8, tzinfo=UTC))
