"""Instants to the microsecond, on both sides of 1970, and moments on two axes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diban.ground import NOW, Invalid, Moment, VersionId, instant, micros, now

unhurried = settings(deadline=None)

instants = st.datetimes(timezones=st.just(UTC))


@unhurried
@given(instants)
def test_an_instant_is_kept_to_the_microsecond(when: datetime) -> None:
    assert instant(micros(when)) == when
    assert instant(micros(when)).tzinfo is UTC


@unhurried
@given(instants, instants)
def test_stored_instants_sort_as_they_happened(one: datetime, other: datetime) -> None:
    assert (micros(one) < micros(other)) == (one < other)


@pytest.mark.parametrize(
    ("when", "stored"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), -1),
        (datetime(1969, 12, 31, 23, 59, 58, 500_000, tzinfo=UTC), -1_500_000),
        (datetime(1911, 10, 10, tzinfo=UTC), -1_837_555_200_000_000),
        (datetime(1970, 1, 1, 8, tzinfo=timezone(timedelta(hours=8))), 0),
    ],
)
def test_instants_before_1970_count_down(when: datetime, stored: int) -> None:
    assert micros(when) == stored
    assert instant(stored) == when


def test_now_has_a_zone() -> None:
    assert now().tzinfo is UTC
    assert abs(now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_default_moment_is_the_current_version() -> None:
    assert Moment() == NOW
    assert (NOW.version, NOW.known_at, NOW.valid_at) == (None, None, None)


def test_a_moment_needs_zones_and_one_system_time() -> None:
    naive = datetime(2026, 11, 22)  # noqa: DTZ001 - without a zone on purpose
    with pytest.raises(Invalid, match="offset"):
        Moment(known_at=naive)
    with pytest.raises(Invalid, match="offset"):
        Moment(valid_at=naive)
    with pytest.raises(Invalid, match="not both"):
        Moment(version=VersionId("v"), known_at=now())
    assert Moment(version=VersionId("v"), valid_at=now()).version == "v"
