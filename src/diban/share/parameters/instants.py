"""An instant as a request writes it (RFC 3339)."""

from __future__ import annotations

from datetime import UTC, datetime

from diban.ground import Invalid, Text


def parse_instant(text: str, field: str) -> datetime:
    """The instant in UTC; taken as UTC when no offset is given, the day's beginning when no time is."""
    # "+" arrives as a blank when it was not escaped.
    written = text.replace(" ", "+") if "T" in text else text
    try:
        found = datetime.fromisoformat(written)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as fault:
        raise Invalid(
            Text(zh=f"时间格式不对：{text[:40]}", en=f"not an instant: {text[:40]}"),
            field=field,
            limit="RFC 3339",
            remedy=Text(
                zh="给出一个时刻，例如 2026-11-22T08:00:00Z",
                en="give an instant, for example 2026-11-22T08:00:00Z",
            ),
        ) from fault
