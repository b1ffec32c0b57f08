"""``since``, ``until``: days of the city, both included."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from diban.ground import Invalid, Text
from diban.share.parameters.parameter import Parameter

MOST_DAYS = 3660
_USUAL = 30
_FIRST = date.min + timedelta(days=_USUAL)
_DAY = {"type": "string", "format": "date"}
SINCE = Parameter("since", Text(zh="起始日，含", en="first day, included"), _DAY)
UNTIL = Parameter("until", Text(zh="截止日，含", en="last day, included"), _DAY)


def parse_days(given: Mapping[str, str], today: date) -> tuple[date, date]:
    """The days asked for: the last thirty unless said; ten years at most."""
    until = _day(given, UNTIL.name) or today
    since = _day(given, SINCE.name) or max(until, _FIRST) - timedelta(days=_USUAL - 1)
    if not timedelta(0) <= until - since <= timedelta(days=MOST_DAYS):
        raise Invalid(
            Text(zh="起止日期不成立", en="these days do not hold"),
            field=SINCE.name,
            limit=MOST_DAYS,
            remedy=Text(zh="起始日不晚于截止日，至多十年", en="since before until, ten years at most"),
        )
    return since, until


def _day(given: Mapping[str, str], name: str) -> date | None:
    text = given.get(name)
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise Invalid(
            Text(zh=f"不是日期：{text[:40]}", en=f"not a day: {text[:40]}"),
            field=name,
            limit="YYYY-MM-DD",
            remedy=Text(zh="例如 2026-11-22", en="for example 2026-11-22"),
        ) from fault
