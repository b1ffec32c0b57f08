"""``since``, ``until``: days of the city, both included; ``days``: how many, ending ``until``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from diban.ground import Invalid, Text
from diban.share.parameters.parameter import Parameter

MOST_DAYS = 3660
_USUAL = 30
_FIRST = date.min + timedelta(days=MOST_DAYS)
_DAY = {"type": "string", "format": "date"}
SINCE = Parameter("since", Text(zh="起始日，含", en="first day, included"), _DAY)
UNTIL = Parameter(
    "until",
    Text(zh="截止日，含；默认为本市今天", en="last day, included; today in the city unless said"),
    _DAY,
)
DAYS = Parameter(
    "days",
    Text(zh=f"截至该日的天数，默认 {_USUAL}", en=f"how many days up to it, {_USUAL} unless said"),
    {"type": "integer", "minimum": 1, "maximum": MOST_DAYS},
)


def parse_days(given: Mapping[str, str], today: date) -> tuple[date, date]:
    """The days asked for: the last thirty unless said; ten years at most. ``since`` goes before ``days``."""
    until = _day(given, UNTIL.name) or today
    since = _day(given, SINCE.name) or max(until, _FIRST) - timedelta(days=_count(given) - 1)
    if not timedelta(0) <= until - since <= timedelta(days=MOST_DAYS):
        raise Invalid(
            Text(zh="起止日期不成立", en="these days do not hold"),
            field=SINCE.name,
            limit=MOST_DAYS,
            remedy=Text(zh="起始日不晚于截止日，至多十年", en="since before until, ten years at most"),
        )
    return since, until


def _count(given: Mapping[str, str]) -> int:
    text = given.get(DAYS.name, str(_USUAL))
    if len(text) <= 4 and text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_DAYS:
        return int(text)
    raise Invalid(
        Text(zh=f"天数不成立：{text[:40]}", en=f"not a number of days: {text[:40]}"),
        field=DAYS.name,
        limit=MOST_DAYS,
        remedy=Text(zh=f"1 至 {MOST_DAYS} 的整数", en=f"a whole number from 1 to {MOST_DAYS}"),
    )


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
