"""When: in the platform's own time (versions) and in the world's (valid time)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from diban.ground.errors import Invalid
from diban.ground.ids import VersionId
from diban.ground.text import Text


@dataclass(frozen=True, slots=True)
class Moment:
    """A point on both axes; the default is the current version, with rows of any valid time.

    ``version`` or ``known_at`` (an aware instant) picks the system time, ``valid_at`` (an aware
    instant) leaves only what held in the world then.
    """

    version: VersionId | None = None
    known_at: datetime | None = None
    valid_at: datetime | None = None

    def __post_init__(self) -> None:
        for name in ("known_at", "valid_at"):
            value = getattr(self, name)
            if value is not None and value.tzinfo is None:
                raise Invalid(
                    Text(zh="时间缺少时区", en="an instant needs its offset from UTC"),
                    field=name,
                    remedy=Text(zh="写成 2026-11-22T08:00:00+08:00", en="write 2026-11-22T08:00:00+08:00"),
                )
        if self.version is not None and self.known_at is not None:
            raise Invalid(
                Text(zh="版本与时间只能给一个", en="name a version or an instant, not both"), field="version"
            )


NOW = Moment()


def now() -> datetime:
    """The present instant in UTC, to the microsecond."""
    return datetime.now(UTC)


def micros(instant: datetime) -> int:
    """Microseconds since 1970-01-01T00:00Z, exact: how instants are stored on both engines."""
    delta = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def instant(value: int) -> datetime:
    """The instant of a stored number of microseconds."""
    seconds, rest = divmod(value, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)
