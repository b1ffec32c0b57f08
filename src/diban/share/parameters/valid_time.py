"""``datetime``: what held in the world at an instant or during an interval (Features Part 1, 7.15.4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from diban.ground import (
    Absent,
    AllOf,
    AnyOf,
    Compare,
    Field,
    Invalid,
    Kind,
    Operator,
    Predicate,
    Schema,
    Text,
)
from diban.share.parameters.instants import parse_instant
from diban.share.parameters.parameter import Parameter

DATETIME = Parameter(
    "datetime",
    Text(
        zh="时刻，或区间 起/止（.. 表示不限）；无有效期字段的图层不受影响",
        en="an instant, or an interval start/end (.. is open); layers without valid time are not affected",
    ),
)
_OPEN = frozenset({"", ".."})
_DAY = timedelta(days=1) - timedelta(microseconds=1)


def parse_valid_time(text: str | None, schema: Schema) -> Predicate | None:
    """The condition that rows held then: begun by the end, not over at the start; None when all hold."""
    if text is None:
        return None
    start, end = _span(text)
    parts: list[Predicate] = []
    if end is not None and schema.valid_from is not None:
        parts.append(_unless_absent(schema.field(schema.valid_from), "<=", end))
    if start is not None and schema.valid_to is not None:
        parts.append(_unless_absent(schema.field(schema.valid_to), ">", start))
    return AllOf(tuple(parts)) if parts else None


def _span(text: str) -> tuple[datetime | None, datetime | None]:
    parts = text.split("/")
    start, end = _bound(parts[0], last=False), _bound(parts[-1], last=True)
    if len(parts) > 2 or (start is not None and end is not None and start > end):
        raise Invalid(
            Text(zh="区间应为 起/止，起不晚于止", en="an interval is start/end, in this order"),
            field="datetime",
            limit="RFC 3339, …/…",
            remedy=Text(zh="例如 2026-01-01/2026-06-30", en="for example 2026-01-01/2026-06-30"),
        )
    return start, end


def _bound(text: str, *, last: bool) -> datetime | None:
    """An end of the span; of a bare day its first or its last instant."""
    if text in _OPEN:
        return None
    found = parse_instant(text, "datetime")
    return found + _DAY if last and len(text) == len("2026-11-22") else found


def _unless_absent(field: Field, operator: Operator, instant: datetime) -> Predicate:
    """A row without this bound is not bound on this side; days begin at midnight UTC, as stored."""
    value = instant.date().isoformat() if field.kind is Kind.DATE else instant.isoformat()
    return AnyOf((Absent(field.name), Compare(field.name, operator, value)))
