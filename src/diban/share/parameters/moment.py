"""``datetime``, ``version`` and ``known-at``: when, in the world and in the platform's own time."""

from __future__ import annotations

from datetime import UTC, datetime

from diban.ground import Invalid, Moment, Text, VersionId


def parse_moment(valid: str | None, version: str | None, known: str | None) -> Moment:
    """The moment that is asked for; an interval of ``datetime`` is refused, since rows are held at an instant."""
    return Moment(
        version=None if version is None else VersionId(version[:64]),
        known_at=None if known is None else _instant(known, "known-at"),
        valid_at=None if valid is None or valid in ("..", "../..") else _instant(valid, "datetime"),
    )


def _instant(text: str, field: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as fault:
        raise Invalid(
            Text(zh="时间格式不对", en="not an instant"),
            field=field,
            limit="RFC 3339",
            remedy=Text(
                zh="给出一个时刻，例如 2026-11-22T08:00:00Z",
                en="give an instant, for example 2026-11-22T08:00:00Z",
            ),
        ) from fault
    return found if found.tzinfo else found.replace(tzinfo=UTC)
