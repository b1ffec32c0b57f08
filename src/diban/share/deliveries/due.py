"""When a provider's next delivery is due, by the update cycle (更新周期) that it promised."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta

from diban.catalogue import UpdateCycle

_DAYS = {UpdateCycle.DAILY: 1, UpdateCycle.WEEKLY: 7}
_MONTHS = {
    UpdateCycle.MONTHLY: 1,
    UpdateCycle.QUARTERLY: 3,
    UpdateCycle.HALF_YEARLY: 6,
    UpdateCycle.YEARLY: 12,
}


def due_after(cycle: UpdateCycle, last: datetime) -> datetime | None:
    """A cycle after the last delivery, at the same time of day; None where no date was promised.

    A month after 31 January is the last day of February.
    """
    if cycle in _DAYS:
        return last + timedelta(days=_DAYS[cycle])
    if cycle not in _MONTHS:
        return None
    years, month = divmod(last.month - 1 + _MONTHS[cycle], 12)
    year = last.year + years
    day = min(last.day, calendar.monthrange(year, month + 1)[1])
    return last.replace(year=year, month=month + 1, day=day)
