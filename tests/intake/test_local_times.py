"""Local times: exact in every zone and year, through the gaps and overlaps of summer time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diban.ground import Field, Kind, Text
from diban.intake import LocalTimes
from diban.intake.convert import convert

ZONES = ["Asia/Shanghai", "Asia/Urumqi", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]
SEEN = Field("seen", Kind.INSTANT, Text("所见", "Seen"))


def read(zone: str, *local: str) -> list[str]:
    """The instants of these local times, as text and as timestamps without a zone alike."""
    written = pa.array(local)
    texts, failed = convert(written, SEEN, LocalTimes(zone))
    stamps, also = convert(written.cast(pa.timestamp("ms")), SEEN, LocalTimes(zone))
    assert (failed, also) == (None, None)
    assert texts == stamps
    return [value.strftime("%Y-%m-%d %H:%M") for value in texts.to_pylist()]


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        ("Asia/Shanghai", "2026-11-22 08:00", "2026-11-22 00:00"),
        ("Asia/Shanghai", "1986-05-04 01:59", "1986-05-03 17:59"),
        ("Asia/Shanghai", "1986-05-04 02:30", "1986-05-03 18:30"),  # never on a clock: as 03:30 of summer
        ("Asia/Shanghai", "1986-05-04 03:30", "1986-05-03 18:30"),
        ("Asia/Shanghai", "1986-07-01 12:00", "1986-07-01 03:00"),
        ("Asia/Shanghai", "1986-09-14 01:30", "1986-09-13 16:30"),  # twice on the clock: the first
        ("Asia/Shanghai", "1986-09-14 02:00", "1986-09-13 18:00"),
        ("Europe/Berlin", "2026-03-29 02:30", "2026-03-29 01:30"),
        ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25 00:30"),
    ],
)
def test_gaps_and_overlaps(zone: str, local: str, utc: str) -> None:
    assert read(zone, local) == [utc]


@settings(deadline=None)
@given(
    st.sampled_from(ZONES),
    st.lists(
        st.datetimes(datetime(1930, 1, 1), datetime(2036, 1, 1)),  # noqa: DTZ001 - local times
        min_size=1,
    ),
)
def test_as_another_library_reads_them(zone: str, local: list[datetime]) -> None:
    found = LocalTimes(zone).instants("seen", pa.array(local, pa.timestamp("us"))).to_pylist()
    assert found == [one.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for one in local]


@pytest.mark.parametrize("zone", ZONES)
def test_every_half_hour_of_years_with_changes(zone: str) -> None:
    for year in (1940, 1986, 2026):
        local = [datetime(year, 1, 1) + timedelta(minutes=30 * n) for n in range(48 * 366)]  # noqa: DTZ001 - local times
        found = LocalTimes(zone).instants("seen", pa.array(local, pa.timestamp("us"))).to_pylist()
        assert found == [one.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for one in local]


def test_what_was_met_is_counted() -> None:
    times = LocalTimes("Asia/Shanghai")
    written = pa.array(["2020-01-01T08:00:00Z", "2020-01-01T08:00:00", None, "x", "2020-01-01 08:00"])
    values, failed = convert(written, SEEN, times)
    assert failed is not None
    assert failed.to_pylist() == [False, False, False, True, False]
    assert [value and value.hour for value in values.to_pylist()] == [8, 0, None, None, 0]
    assert times.counts == {"seen": 2}
    convert(pa.array(["2020-01-01T08:00:00+08:00"]), Field("told", Kind.INSTANT, SEEN.title), times)
    assert times.counts == {"seen": 2}
