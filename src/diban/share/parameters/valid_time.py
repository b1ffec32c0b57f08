"""``datetime``: what held in the world at an instant or during an interval (Features Part 1, 7.15.4)."""

from __future__ import annotations

from datetime import UTC, datetime

from diban.ground import Absent, AllOf, AnyOf, Compare, Field, Invalid, Kind, Operator, Predicate, Schema, Text
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
    bounds = [None if part in _OPEN else parse_instant(part, "datetime") for part in text.split("/")]
    start, end = bounds[0], bounds[-1]
    if len(bounds) > 2 or (start is not None and end is not None and start > end):
        raise Invalid(
            Text(zh="区间应为 起/止，起不晚于止", en="an interval is start/end, in this order"),
            field="datetime",
            limit="RFC 3339, …/…",
            remedy=Text(zh="例如 2026-01-01/2026-06-30", en="for example 2026-01-01/2026-06-30"),
        )
    return start, end


def _unless_absent(field: Field, operator: Operator, instant: datetime) -> Predicate:
    """A row without this bound is not bound on this side; days begin at midnight UTC, as stored."""
    moved = instant.astimezone(UTC)
    value = moved.date().isoformat() if field.kind is Kind.DATE else moved.isoformat()
    return AnyOf((Absent(field.name), Compare(field.name, operator, value)))
