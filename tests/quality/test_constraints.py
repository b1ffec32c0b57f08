"""Ranges, patterns, check characters and known codes: what a field declares is what its values must meet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diban.ground import CGCS2000, Check, Constraint, FeatureSet, Field, GeometryKind, Kind, Schema, Text
from diban.quality import Report, Severity, check, standard_rules
from tests.quality.plots import found
from tests.quality.surroundings import Districts


def judged(kind: Kind, constraint: Constraint, values: Sequence[object]) -> Report:
    """The report on a table of one such field."""
    field = Field("value", kind, Text("值", "Value"), digits=6, scale=2, constraint=constraint)
    schema = Schema((field, Field("name", Kind.TEXT, Text("名称", "Name"))), GeometryKind.NONE)
    named = pa.array([str(row) for row in range(len(values))])
    batch = pa.record_batch({"value": pa.array(values, field.arrow_type()), "name": named})
    features = FeatureSet.of(schema, CGCS2000, [batch])
    return check(features, standard_rules(schema, None, Districts()))


def rows(report: Report, code: str) -> list[int]:
    """The rows with that code; nothing else may have been found."""
    assert {finding.code for finding in report.findings} <= {code}
    return found(report).get((code, "value"), [])


@pytest.mark.parametrize(
    ("kind", "low", "high", "values", "wrong"),
    [
        (Kind.INTEGER, "1", "120", [1, 0, 120, 121, None, -(2**63)], [2, 4, 6]),
        (Kind.INTEGER, None, "-1", [-1, 0], [2]),
        (Kind.FLOAT, "0.1", None, [0.1, 0.0999, float("nan"), None], [2]),
        (Kind.DECIMAL, "0.01", "999.99", [Decimal("0.01"), Decimal("0.00"), Decimal("1000.00")], [2, 3]),
        (Kind.DATE, "1949-10-01", "2026-12-31", [date(1949, 9, 30), date(1949, 10, 1), None], [1]),
        (
            Kind.INSTANT,
            "2000-01-01T00:00:00Z",
            None,
            [datetime(2000, 1, 1, tzinfo=UTC), datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)],
            [2],
        ),
    ],
)
def test_ranges(
    kind: Kind, low: str | None, high: str | None, values: list[object], wrong: list[int]
) -> None:
    report = judged(kind, Constraint(minimum=low, maximum=high), values)
    assert rows(report, "field.range") == wrong
    assert all(end is None or end in report.findings[0].flaw.message.en for end in (low, high))


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)), st.integers(-(2**63), 2**63 - 1))
def test_an_integer_range_is_exact(values: list[int | None], low: int) -> None:
    wrong = [row for row, value in enumerate(values, 1) if value is not None and value < low]
    report = judged(Kind.INTEGER, Constraint(minimum=str(low)), values)
    assert sum(finding.count for finding in report.findings) == len(wrong)


def test_a_pattern_holds_from_end_to_end() -> None:
    values = ["440305", "440305x", "x440305", "440305\n", "44030", "", " ", None, "４４０３０５"]
    report = judged(Kind.TEXT, Constraint(pattern="[0-9]{6}"), values)
    assert rows(report, "field.pattern") == [2, 3, 4, 5, 9]
    assert rows(judged(Kind.TEXT, Constraint(pattern="a|bc"), ["a", "bc", "ac"]), "field.pattern") == [3]


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (Check.CREDIT_CODE, "91350100M000100Y43", "91350100M000100Y44"),
        (Check.IDENTITY_NUMBER, "11010519491231002X", "110105194912310020"),
        (Check.ORGANISATION_CODE, "D2143569X", "D21435691"),
    ],
)
def test_check_characters(check: Check, right: str, wrong: str) -> None:
    report = judged(Kind.TEXT, Constraint(check=check), [right, wrong, None, " ", right[:-1]])
    assert rows(report, "field.check") == [2, 5]
    assert check.words.en in report.findings[0].flaw.message.en


def test_codes_are_held_against_the_published_layer() -> None:
    values = ["440301", "440302", "440303", "0440301", None, ""]
    report = judged(Kind.TEXT, Constraint(reference="districts"), values)
    assert rows(report, "field.reference") == [3, 4]
    assert [place.value for place in report.findings[0].places] == ["440303", "0440301"]


def test_without_that_layer_the_rule_says_that_it_was_not_run() -> None:
    report = judged(Kind.TEXT, Constraint(reference="communities"), ["anything"])
    (finding,) = report.findings
    assert (finding.code, finding.severity) == ("field.reference-absent", Severity.NOTICE)
    assert (finding.count, finding.places, report.score) == (0, (), 100)
