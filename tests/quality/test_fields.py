"""Types, required values and code lists: exactly what is wrong is found."""

from __future__ import annotations

import pytest

from diban.quality import UNREAD, Severity
from tests.quality.plots import found, judged, only, plots


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 500])
def test_clean_rows_have_no_findings(count: int) -> None:
    report = judged(plots(count))
    assert report.findings == ()
    assert (report.passed, report.score, report.rows, report.faulty_rows) == (True, 100, count, 0)


def test_unread_values_are_reported_by_field() -> None:
    report = judged(
        plots(
            200,
            {
                "_unread": {
                    7: [{"field": "floors", "value": "三十"}, {"field": "elsewhere", "value": "1"}],
                    120: [{"field": "floors", "value": "12.5"}, {"field": "deed", "value": "x" * 300}],
                }
            },
        )
    )
    assert found(report) == {("field.type", "floors"): [7, 120], ("field.type", "deed"): [120]}
    deed, floors = report.findings
    assert [place.value for place in floors.places] == ["三十", "12.5"]
    value = deed.places[0].value
    assert value is not None
    assert (len(value), value[-1]) == (100, "…")
    assert report.faulty_rows == 2


def test_unread_column_without_entries_is_clean() -> None:
    assert judged(plots(60, {UNREAD: {}})).findings == ()
    assert judged(plots(60, {UNREAD: {3: []}})).findings == ()


def test_absent_required_values_are_found() -> None:
    report = judged(plots(120, {"floors": {3: None, 101: None}, "code": {4: None, 5: "", 6: " \t　"}}))
    assert found(report) == {("field.required", "floors"): [3, 101], ("field.required", "code"): [4, 5, 6]}
    assert report.faulty_rows == 5


def test_absent_optional_values_are_fine() -> None:
    assert (
        judged(plots(20, {"use": {1: None, 2: " "}, "deed": {3: None, 4: None}, "name": {5: None}})).findings
        == ()
    )


def test_values_off_the_code_list_are_found() -> None:
    report = judged(plots(100, {"use": {2: "04", 60: "1", 61: "01 "}}))
    finding = only(report)
    assert found(report) == {("field.code", "use"): [2, 60, 61]}
    assert [place.value for place in finding.places] == ["04", "1", "01 "]
    assert "01, 02, 03" in finding.flaw.remedy.en
    assert finding.severity is Severity.ERROR


def test_places_tell_where_to_look() -> None:
    place = only(judged(plots(10, {"floors": {2: None}}))).places[0]
    assert place.lon == pytest.approx(113.9 + 3 * 1e-4 + 2e-4)
    assert place.lat == pytest.approx(22.5 + 1e-4)
