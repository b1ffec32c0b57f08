"""Source columns as declared types: exact or absent and remembered, whatever stands beside a value."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from time import process_time
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diban.ground import Field, Kind, Text
from diban.intake import LocalTimes
from diban.intake.convert import convert, unread_column

BAD = "cannot be read"
unhurried = settings(deadline=None)


def field(kind: Kind, digits: int = 0, scale: int = 0) -> Field:
    """A field of that kind."""
    return Field("a", kind, Text(zh="字段", en="field"), digits=digits, scale=scale)


PRICE = field(Kind.DECIMAL, 12, 2)


def read(column: pa.Array, into: Field) -> list[Any]:
    """The values, `BAD` where one could not be read."""
    values, failed = convert(column, into, LocalTimes("Asia/Shanghai"))
    assert values.type == into.arrow_type()
    assert len(values) == len(column)
    if failed is None:
        return list(values.to_pylist())
    assert not any(
        value is not None and bad for value, bad in zip(values.to_pylist(), failed.to_pylist(), strict=True)
    )
    return [BAD if bad else value for value, bad in zip(values.to_pylist(), failed.to_pylist(), strict=True)]


CASES: list[tuple[pa.DataType, Field, list[tuple[Any, Any]]]] = [
    # codes and other text
    (pa.string(), field(Kind.TEXT), [("0755", "0755"), (" a ", " a "), ("", ""), (None, None)]),
    (pa.float64(), field(Kind.TEXT), [(440305.0, "440305"), (1.5, "1.5"), (None, None), (-0.0, "0")]),
    (pa.float64(), field(Kind.TEXT), [(1e15, "1000000000000000"), (2.0**53, BAD), (1e22, BAD)]),
    (pa.float64(), field(Kind.TEXT), [(float("nan"), BAD), (float("inf"), BAD), (0.1, "0.1")]),
    (pa.float32(), field(Kind.TEXT), [(440305.0, "440305"), (0.5, "0.5"), (2.0**24, BAD)]),
    (pa.int64(), field(Kind.TEXT), [(440305, "440305"), (-(2**63), str(-(2**63))), (None, None)]),
    (pa.bool_(), field(Kind.TEXT), [(True, "true"), (False, "false")]),
    (pa.date32(), field(Kind.TEXT), [(date(2020, 1, 2), "2020-01-02")]),
    (pa.decimal128(6, 2), field(Kind.TEXT), [(Decimal("1.50"), "1.50")]),
    (pa.binary(), field(Kind.TEXT), [("街".encode(), "街"), (b"\xff", BAD), (None, None)]),
    (pa.large_string(), field(Kind.TEXT), [("a", "a")]),
    (pa.list_(pa.int64()), field(Kind.TEXT), [([1], BAD), (None, None)]),
    # whole numbers
    (pa.string(), field(Kind.INTEGER), [("007", 7), (" 12 ", 12), ("-3", -3), ("", None), (None, None)]),
    (
        pa.string(),
        field(Kind.INTEGER),
        [("12.0", BAD), ("1e3", BAD), ("0x1F", BAD), ("一", BAD), ("1,000", BAD)],
    ),
    (pa.string(), field(Kind.INTEGER), [(str(2**63 - 1), 2**63 - 1), (str(2**63), BAD), ("9" * 40, BAD)]),
    (pa.float64(), field(Kind.INTEGER), [(3.0, 3), (-0.0, 0), (1.5, BAD), (float("nan"), BAD), (1e300, BAD)]),
    (pa.float64(), field(Kind.INTEGER), [(2.0**53 - 1, 2**53 - 1), (2.0**53, BAD), (None, None)]),
    (pa.uint64(), field(Kind.INTEGER), [(5, 5), (2**63, BAD)]),
    (pa.int16(), field(Kind.INTEGER), [(5, 5), (None, None)]),
    (pa.bool_(), field(Kind.INTEGER), [(True, 1)]),
    (pa.decimal128(6, 2), field(Kind.INTEGER), [(Decimal("2.00"), 2), (Decimal("2.50"), BAD)]),
    (pa.timestamp("us"), field(Kind.INTEGER), [(datetime(2020, 1, 1), BAD), (None, None)]),  # noqa: DTZ001 - as files have it
    (pa.time64("us"), field(Kind.INTEGER), [(time(1), BAD)]),
    # decimals
    (pa.string(), PRICE, [("1.5", Decimal("1.50")), ("-0.01", Decimal("-0.01")), ("1.230", Decimal("1.23"))]),
    (
        pa.string(),
        PRICE,
        [("1.234", BAD), ("nan", BAD), ("12345678901", BAD), ("9999999999.99", Decimal("9999999999.99"))],
    ),
    (
        pa.float64(),
        PRICE,
        [(0.1, Decimal("0.10")), (83.82000000000001, Decimal("83.82")), (-7.0, Decimal("-7.00"))],
    ),
    (
        pa.float64(),
        PRICE,
        [(1.239, BAD), (1e11, BAD), (float("nan"), BAD), (float("-inf"), BAD), (None, None)],
    ),
    (pa.int64(), PRICE, [(5, Decimal("5.00")), (-7, Decimal("-7.00")), (10**10, BAD), (None, None)]),
    (pa.int64(), field(Kind.DECIMAL, 18), [(10**18 - 1, Decimal(10**18 - 1)), (10**18, BAD)]),
    (pa.float64(), field(Kind.DECIMAL, 18), [(2.0**53 - 1, Decimal(2**53 - 1)), (1e17, BAD)]),
    (pa.decimal128(5, 4), PRICE, [(Decimal("1.2300"), Decimal("1.23")), (Decimal("1.2345"), BAD)]),
    # floats
    (
        pa.string(),
        field(Kind.FLOAT),
        [("1.5", 1.5), (" 2 ", 2.0), ("1e3", 1000.0), (".5", 0.5), ("-0.0", -0.0)],
    ),
    (
        pa.string(),
        field(Kind.FLOAT),
        [("nan", BAD), ("inf", BAD), ("1e400", BAD), ("1,5", BAD), ("0x1p3", BAD)],
    ),
    (
        pa.float64(),
        field(Kind.FLOAT),
        [(1e308, 1e308), (float("nan"), BAD), (float("inf"), BAD), (None, None)],
    ),
    (pa.float32(), field(Kind.FLOAT), [(0.5, 0.5), (float("nan"), BAD)]),
    (pa.int64(), field(Kind.FLOAT), [(2**53, 2.0**53), (2**60 + 1, BAD)]),
    # booleans
    (
        pa.string(),
        field(Kind.BOOLEAN),
        [("是", True), ("否", False), ("Y", True), (" no ", False), ("", None)],
    ),
    (pa.string(), field(Kind.BOOLEAN), [("maybe", BAD), ("2", BAD), ("TRUE", True), (None, None)]),
    (pa.int32(), field(Kind.BOOLEAN), [(1, True), (0, False), (2, BAD), (None, None)]),
    (pa.float64(), field(Kind.BOOLEAN), [(1.0, True), (0.0, False), (0.5, BAD), (None, None)]),
    # days
    (
        pa.string(),
        field(Kind.DATE),
        [("2020-02-29", date(2020, 2, 29)), ("0001-01-01", date(1, 1, 1)), ("", None)],
    ),
    (
        pa.string(),
        field(Kind.DATE),
        [("2021-02-29", BAD), ("2020/01/01", BAD), ("20200101", BAD), ("2020-1-1", BAD)],
    ),
    (pa.int64(), field(Kind.DATE), [(20200101, BAD), (None, None)]),
    (pa.float64(), field(Kind.DATE), [(1.0, BAD), (None, None)]),
]


@pytest.mark.parametrize(("kind", "into", "cases"), CASES)
def test_values_are_read_exactly_or_not_at_all(
    kind: pa.DataType, into: Field, cases: list[tuple[Any, Any]]
) -> None:
    given_values = [value for value, _ in cases]
    expected = [wanted for _, wanted in cases]
    assert read(pa.array(given_values, kind), into) == expected
    # Neither what stands beside a value nor where the column begins changes how it is read.
    assert read(pa.array([None, *given_values, None], kind)[1:-1], into) == expected
    for value, wanted in cases:
        assert read(pa.array([value], kind), into) == [wanted]
    assert read(pa.array([], kind), into) == []


def test_nothing_is_nothing_in_every_kind() -> None:
    for kind in Kind:
        into = field(kind, 5, 1) if kind is Kind.DECIMAL else field(kind)
        assert read(pa.nulls(3), into) == [None] * 3
        assert read(pa.array([None, None], pa.float64()), into) == [None] * 2
        assert read(pa.array([None, ""], pa.string()), into) in ([None] * 2, [None, ""])


def test_a_column_of_the_declared_type_passes_as_it_is() -> None:
    column = pa.array([1, None], pa.int64())
    assert convert(column, field(Kind.INTEGER), LocalTimes("UTC")) == (column, None)


def test_repeated_values_may_come_as_an_index() -> None:
    assert read(pa.array(["07", "x", None]).dictionary_encode(), field(Kind.INTEGER)) == [7, BAD, None]


EIGHT = timezone(timedelta(hours=8))
NOON = datetime(2020, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("2020-01-01T12:00:00Z", NOON),
        ("2020-01-01T20:00:00+08:00", NOON),
        ("2020-01-01 20:00:00+0800", NOON),
        ("2020-01-01T20:00", NOON),
        ("2020-01-01 20:00:00", NOON),
        ("1960-01-01T00:00:00.5Z", datetime(1960, 1, 1, microsecond=500_000, tzinfo=UTC)),
        ("2020-01-01", BAD),
        ("2020-01-01T12:00:00.1234567Z", BAD),
        ("2020-13-01T00:00:00Z", BAD),
        ("noon", BAD),
        ("", None),
    ],
)
def test_instants_are_read_with_their_offset_else_as_local(written: str, when: object) -> None:
    assert read(pa.array([written]), field(Kind.INSTANT)) == [when]
    assert read(pa.array([written, "2020-01-01T12:00:00Z", "x"]), field(Kind.INSTANT)) == [when, NOON, BAD]


def test_instants_of_other_resolutions_and_zones_are_the_same_instants() -> None:
    into = field(Kind.INSTANT)
    naive = NOON.replace(tzinfo=None, hour=20)
    for kind in (pa.timestamp("s"), pa.timestamp("ms"), pa.timestamp("ns")):
        assert read(pa.array([naive, None], kind), into) == [NOON, None]
    assert read(pa.array([NOON], pa.timestamp("ms", "+08:00")), into) == [NOON]
    assert read(pa.array([1_000, 1_001], pa.timestamp("ns", "UTC")), into) == [
        datetime(1970, 1, 1, microsecond=1, tzinfo=UTC),
        BAD,
    ]
    assert read(pa.array([date(2020, 1, 1)]), into) == [BAD]
    assert read(pa.array([5], pa.int64()), into) == [BAD]


def test_a_day_is_taken_from_an_instant_only_when_nothing_else_was_meant() -> None:
    midnight, into = NOON.replace(tzinfo=None, hour=0), field(Kind.DATE)
    assert read(pa.array([midnight, None, NOON.replace(tzinfo=None)]), into) == [date(2020, 1, 1), None, BAD]
    local = datetime(2020, 1, 1, tzinfo=EIGHT)
    assert read(pa.array([local], pa.timestamp("us", "+08:00")), into) == [date(2020, 1, 1)]
    assert read(pa.array([local], pa.timestamp("us", "UTC")), into) == [BAD]


@unhurried
@given(st.lists(st.none() | st.integers(-(10**17), 10**17)), st.integers(0, 17))
def test_decimals_come_from_text_and_doubles_as_they_were_written(
    units: list[int | None], scale: int
) -> None:
    into = field(Kind.DECIMAL, 18, scale)
    wanted = [None if unit is None else Decimal(unit).scaleb(-scale) for unit in units]
    assert (
        read(pa.array([None if one is None else format(one, "f") for one in wanted], pa.string()), into)
        == wanted
    )
    few = [one if one is None else one % Decimal(10) ** (15 - scale) for one in wanted]
    assert read(pa.array([None if one is None else float(one) for one in few], pa.float64()), into) == few


@unhurried
@given(st.lists(st.sampled_from(["1", "x", "", None, "99999999999999999999"]), max_size=40))
def test_one_bad_value_costs_no_other(values: list[str | None]) -> None:
    meaning = {"1": 1, "x": BAD, "": None, None: None, "99999999999999999999": BAD}
    assert read(pa.array(values, pa.string()), field(Kind.INTEGER)) == [meaning[value] for value in values]


def test_many_bad_values_are_found_in_good_time() -> None:
    values = pa.array([str(2**63 + number % 3) if number % 2 else "7" for number in range(4_000)])
    assert read(values, field(Kind.INTEGER)).count(BAD) == 2_000


def test_what_was_not_read_is_remembered_with_its_source() -> None:
    column = pa.array(["x" * 500, None, "y"])
    other = pa.array([1.5, 2.5, None])
    remembered = unread_column(
        3,
        [
            ("floors", column, pa.array([True, False, True])),
            ("height", other, pa.array([True, True, False])),
        ],
    )
    assert remembered.to_pylist() == [
        [{"field": "floors", "value": "x" * 100}, {"field": "height", "value": "1.5"}],
        [{"field": "height", "value": "2.5"}],
        [{"field": "floors", "value": "y"}],
    ]
    assert unread_column(2, []).to_pylist() == [None, None]


@pytest.mark.parametrize(
    ("value", "into"),
    [
        ("1.2345", PRICE),
        ("99999999999", PRICE),
        ("2023-02-30", field(Kind.DATE)),
        ("2023-02-28T25:00:00Z", field(Kind.INSTANT)),
        (1e13, PRICE),
    ],
)
def test_a_hundred_thousand_bad_values_cost_no_time(value: object, into: Field) -> None:
    column = pa.array([value] * 100_000)
    started = process_time()
    _, failed = convert(column, into, LocalTimes("UTC"))
    assert process_time() - started < 1  # one by one it took about ten seconds
    assert failed is not None
    assert pc.sum(failed).as_py() == 100_000


@unhurried
@given(
    st.lists(st.tuples(st.integers(1, 9999), st.integers(0, 13), st.integers(0, 32)), min_size=1, max_size=99)
)
def test_the_days_that_are_read_are_those_of_the_calendar(days: list[tuple[int, int, int]]) -> None:
    def meant(year: int, month: int, day: int) -> object:
        try:
            return date(year, month, day)
        except ValueError:
            return BAD

    days += [(year, 2, 29) for year in (1600, 1700, 1900, 2000, 2004, 2100)]
    written = [f"{year:04}-{month:02}-{day:02}" for year, month, day in days]
    assert read(pa.array(written), field(Kind.DATE)) == [meant(*each) for each in days]


@unhurried
@given(st.lists(st.decimals(-(10**12), 10**12, allow_nan=False, places=4), min_size=1, max_size=600))
def test_the_decimals_that_are_read_are_those_that_fit(values: list[Decimal]) -> None:
    fitting = [value if value == round(value, 2) and abs(value) < 10**10 else BAD for value in values]
    for written in ([f"{value:f}" for value in values], [f"{value:e}" for value in values]):
        assert read(pa.array(written), PRICE) == fitting
