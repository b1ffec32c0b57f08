"""The report beyond single rules: dimensions, accepted repairs, drift, removal, the list of faulty rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from diban.ground import ChangeSet, ContentHash, LayerId, Mode, Text
from diban.quality import (
    Delivered,
    Dimension,
    Finding,
    Flaw,
    Listing,
    Report,
    Severity,
    check,
    mass_removal,
    read_listing,
    schema_drift,
    sort_of,
    standard_rules,
)
from tests.quality.plots import AREA, SCHEMA, plots, wkb

BOW_TIE = wkb("POLYGON ((113.91 22.51, 113.92 22.52, 113.92 22.51, 113.91 22.52, 113.91 22.51))")


def _finding(code: str, severity: Severity, count: int = 20, *, repairable: bool = False) -> Finding:
    words = (Text("规则", "rule"), Text("错", "wrong"), Text("改", "mend"))
    return Finding(Flaw(code, severity, *words, repairable=repairable), count, ())


@pytest.mark.parametrize(
    ("code", "dimension"),
    [
        ("field.type", Dimension.CONFORMITY),
        ("field.required", Dimension.COMPLETENESS),
        ("field.reference", Dimension.CONSISTENCY),
        ("key.repeated", Dimension.CONSISTENCY),
        ("geometry.absent", Dimension.COMPLETENESS),
        ("geometry.holes-nested", Dimension.ACCURACY),
        ("extent.outside", Dimension.ACCURACY),
        ("read-damaged", Dimension.ACCESSIBILITY),
        ("crs.unknown", Dimension.ACCESSIBILITY),
    ],
)
def test_a_code_belongs_to_one_dimension(code: str, dimension: Dimension) -> None:
    assert Dimension.of(code) is dimension


def test_each_dimension_loses_the_points_of_its_own_findings() -> None:
    found = (_finding("field.type", Severity.ERROR), _finding("duplicate.near", Severity.WARNING))
    report = Report(found, (), 1000, 20)
    scores = report.dimensions
    assert scores[Dimension.TIMELINESS] is None
    assert (scores[Dimension.CONFORMITY], scores[Dimension.CONSISTENCY]) == (58, 96)
    assert scores[Dimension.ACCURACY] == 100
    assert 100 - report.score == sum(100 - score for score in scores.values() if score is not None)


def test_repairs_count_only_when_nothing_else_is_wrong() -> None:
    mendable = _finding("geometry.self-intersection", Severity.ERROR, 3, repairable=True)
    warned = _finding("geometry.sliver", Severity.WARNING)
    report = Report((mendable, warned), (), 1000, 3)
    assert (report.passed, report.repairs) == (False, 3)
    accepted = report.accepted()
    assert (accepted.passed, accepted.repairs, accepted.faulty_rows) == (True, 3, 0)
    assert [one.severity for one in accepted.findings] == [Severity.WARNING, Severity.NOTICE]
    assert accepted.accepted().passed
    worse = replace(report, findings=(_finding("field.type", Severity.ERROR), *report.findings))
    assert (worse.repairs, worse.accepted()) == (0, worse)


def test_a_report_with_columns_and_listing_reads_back() -> None:
    delivered = Delivered("GeoJSON", (("code", "text"), ("floors", "integer")))
    report = Report((), (), 3, 0, delivered, "ab" * 32)
    assert Report.from_json(report.as_json()) == report


def test_drift_names_what_came_went_and_changed() -> None:
    before = Delivered("CSV", (("a", "text"), ("b", "integer"), ("c", "text")))
    now = Delivered("CSV", (("a", "text"), ("b", "text"), ("d", "number")))
    told = {one.code: one.flaw.message.en for one in schema_drift(before, now)}
    assert {code: text.rpartition(": ")[2] for code, text in told.items()} == {
        "schema.new": "d",
        "schema.missing": "c",
        "schema.retyped": "b (integer → text)",
    }
    assert list(schema_drift(before, before)) == []
    assert {one.code for one in schema_drift(before, replace(now, format="XLSX"))} == {
        "schema.new",
        "schema.missing",
    }


def test_kinds_of_columns_are_told_apart_as_far_as_it_matters() -> None:
    kinds = [pa.int32(), pa.uint64(), pa.float32(), pa.decimal128(5, 2), pa.large_string(), pa.date64()]
    told = ["integer", "integer", "number", "number", "text", "date"]
    assert [sort_of(kind) for kind in kinds] == told
    assert sort_of(pa.timestamp("ms", "UTC")) == "instant"


@pytest.mark.parametrize(("removed", "told"), [(5, []), (6, [6]), (100, [100])])
def test_mass_removal(removed: int, told: list[int]) -> None:
    changes = ChangeSet(LayerId("lyr"), None, Mode.FULL, plots(1), None, 100, 0, 0, removed, ContentHash())
    assert [one.count for one in mass_removal(changes, 0.05)] == told


def test_every_faulty_row_is_listed_and_no_notice(tmp_path: Path) -> None:
    spoilt: dict[str, dict[int, object]] = {
        "floors": dict.fromkeys(range(1, 900, 3)),
        "code": {500: "44039100000000"},
        "geometry": {7: BOW_TIE, 8: BOW_TIE},
    }
    path = tmp_path / "faults.arrow"
    with Listing(path) as listing:
        report = check(plots(900, spoilt, batch=70), standard_rules(SCHEMA, AREA), listing=listing)
    lines = [line for batch in read_listing(path) for line in batch.to_pylist()]
    assert len(lines) == listing.rows == sum(one.count for one in report.findings)
    rows = [line["row"] for line in lines if line["code"] == "field.required"]
    assert sorted(rows) == list(range(1, 900, 3))
    bent = [line for line in lines if line["code"] == "geometry.self-intersection"]
    assert [(line["row"], line["repairable"]) for line in bent] == [(7, True), (8, True)]
