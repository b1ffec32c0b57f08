"""Reports: score, JSON, the same for any number of threads, honest with progress and failures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diban.ground import (
    CGCS2000,
    ROW,
    Check,
    Code,
    Constraint,
    FeatureSet,
    Field,
    GeometryKind,
    Kind,
    Schema,
    Text,
)
from diban.quality import Finding, Flaw, Place, Report, Severity, check, standard_rules
from tests.quality.plots import AREA, SCHEMA, found, judged, plots, wkb
from tests.quality.surroundings import Districts

_SPOILT: dict[str, dict[int, object]] = {
    "code": dict.fromkeys(range(100, 400), "same"),
    "use": {5: "99", 4000: "98"},
    "floors": dict.fromkeys(range(1, 9000, 45)),
    "geometry": {
        700: wkb("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))"),
        701: None,
        8999: wkb("POLYGON ((113.9 22.5, 114.9 22.5, 114.9 22.6, 113.9 22.5))"),
    },
}


def _flaw(code: str, severity: Severity) -> Flaw:
    return Flaw(code, severity, Text("规则", "rule"), Text("错", "wrong"), Text("改", "mend"))


def _report(*found: tuple[Severity, int], rows: int = 1000) -> Report:
    findings = [Finding(_flaw(f"a.{i}", how), count, ()) for i, (how, count) in enumerate(found)]
    return Report(tuple(findings), (), rows, 0)


@pytest.mark.parametrize(
    ("found", "score", "passed"),
    [
        ([], 100, True),
        ([(Severity.NOTICE, 1000)], 100, True),
        ([(Severity.WARNING, 10)], 99, True),
        ([(Severity.WARNING, 11)], 96, True),
        ([(Severity.ERROR, 1)], 96, False),
        ([(Severity.ERROR, 2)], 88, False),
        ([(Severity.ERROR, 10), (Severity.WARNING, 500)], 84, False),
        ([(Severity.ERROR, 11)], 58, False),
        ([(Severity.ERROR, 11), (Severity.ERROR, 11), (Severity.ERROR, 11)], 0, False),
    ],
)
def test_score_and_verdict(found: list[tuple[Severity, int]], score: int, passed: bool) -> None:
    report = _report(*found)
    assert (report.score, report.passed) == (score, passed)


@given(st.lists(st.tuples(st.sampled_from(Severity), st.integers(1, 1000))), st.integers(0, 1000))
def test_another_finding_never_betters_the_score(found: list[tuple[Severity, int]], more: int) -> None:
    before = _report(*found)
    after = _report(*found, (Severity.ERROR, more))
    assert 0 <= after.score <= before.score <= 100
    assert not after.passed


def test_findings_come_gravest_first() -> None:
    report = judged(plots(9000, _SPOILT))
    assert [finding.code for finding in report.findings] == [
        "extent.outside",
        "field.code",
        "field.required",
        "geometry.absent",
        "geometry.self-intersection",
        "key.repeated",
        "extent.partly",
    ]
    counts = {finding.code: finding.count for finding in report.findings}
    assert (counts["key.repeated"], counts["field.required"], counts["field.code"]) == (299, 200, 2)
    both = len(set(range(101, 400)) & set(range(1, 9000, 45)))
    assert report.faulty_rows == 299 + 200 - both + 2 + 2


def test_threads_and_batches_never_change_the_report() -> None:
    reports = [
        judged(plots(9000, _SPOILT, batch=batch), threads=threads)
        for threads in (1, 2, 5)
        for batch in (37, 2000, 9000)
    ]
    assert reports == [reports[0]] * len(reports)


def test_json_reads_back() -> None:
    report = judged(plots(9000, _SPOILT))
    text = json.dumps(report.as_json(), ensure_ascii=False, allow_nan=False)
    assert Report.from_json(json.loads(text)) == report
    told = json.loads(text)
    assert (told["passed"], told["score"]) == (False, report.score)
    assert set(told["findings"][0]["message"]) == {"zh", "en"}


@given(
    st.builds(
        Place,
        row=st.integers(1, 2**53),
        lon=st.none() | st.floats(-180, 180),
        lat=st.none() | st.floats(-90, 90),
        value=st.none() | st.text(max_size=100),
        other=st.none() | st.integers(1, 2**53),
    )
)
def test_places_read_back(place: Place) -> None:
    assert Place.from_json(json.loads(json.dumps(place.as_json()))) == place


def test_every_finding_speaks_both_languages() -> None:
    report = judged(plots(9000, _SPOILT))
    texts = [t for f in report.findings for t in (f.flaw.rule, f.flaw.message, f.flaw.remedy)]
    assert len(report.findings) > 5
    assert all(any("一" <= sign <= "鿿" for sign in text.zh) for text in texts)
    assert all(text.en.isascii() for text in texts)


def test_progress_counts_rows_in_order() -> None:
    told: list[int] = []
    check(plots(120, batch=50), standard_rules(SCHEMA, AREA), progress=told.append)
    assert told == [50, 100, 120]


def test_who_stops_a_check_ends_the_pass_over_the_features() -> None:
    ended = []

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            yield from plots(900, batch=50).batches()
        finally:
            ended.append(True)

    def stop(_rows: int) -> None:
        assert not ended
        raise InterruptedError

    with pytest.raises(InterruptedError) as stopped:
        check(FeatureSet(SCHEMA, CGCS2000, batches), standard_rules(SCHEMA, AREA), progress=stop)
    assert ended
    assert stopped.traceback


def test_a_source_that_breaks_off_is_not_hidden() -> None:
    whole = plots(100, batch=50)

    def batches() -> Iterator[pa.RecordBatch]:
        yield next(whole.batches())
        raise OSError("broken off")

    with pytest.raises(OSError, match="broken off"):
        check(FeatureSet(SCHEMA, CGCS2000, batches), standard_rules(SCHEMA, AREA))


def test_tables_without_geometry_are_checked_too() -> None:
    fields = tuple(item for item in SCHEMA.fields if item.name != "name")
    schema = replace(SCHEMA, fields=fields, geometry=GeometryKind.NONE)
    batches = [
        batch.drop_columns(["geometry", "name"]) for batch in plots(100, {"floors": {9: None}}).batches()
    ]
    report = judged(FeatureSet.of(schema, CGCS2000, batches))
    assert found(report) == {("field.required", "floors"): [9]}
    assert report.findings[0].places[0].lon is None


@pytest.mark.parametrize("kind", GeometryKind)
@pytest.mark.parametrize("batches", [0, 1])
def test_an_empty_delivery_passes_through_every_rule(kind: GeometryKind, batches: int) -> None:
    constraint = Constraint(maximum="1")
    words = Constraint(pattern="a+", check=Check.CREDIT_CODE, reference="districts")
    name = Text("名称", "name")
    schema = Schema(
        (
            Field("code", Kind.TEXT, name, True, True, (Code("1", name),), constraint=words),
            Field("n", Kind.INTEGER, name, constraint=constraint),
        ),
        kind,
        key="code",
    )
    empty = [
        pa.RecordBatch.from_pylist([], schema=schema.arrow().append(pa.field(ROW, pa.int64())))
    ] * batches
    for surroundings in (None, Districts()):
        report = check(FeatureSet.of(schema, CGCS2000, empty), standard_rules(schema, AREA, surroundings))
        assert (report.rows, report.passed, report.score) == (0, True, 100)
        assert Report.from_json(report.as_json()) == report


@pytest.mark.parametrize(("severity", "points"), [("error", 4), ("warning", 1), ("notice", 0)])
def test_what_is_said_of_a_file_without_rows_as_a_whole_has_its_points(severity: str, points: int) -> None:
    assert _report((Severity(severity), 0), rows=0).score == 100 - points


def test_an_unquoted_report_names_rows_and_nothing_of_them() -> None:
    place = Place(3, 114.0, 22.5, "secret", 1, "0101", (1.0, 2.0))
    report = Report((Finding(_flaw("a", Severity.ERROR), 1, (place,)),), (), 9, 1, None, "0" * 64)
    (finding,) = report.unquoted().findings
    assert (finding.places, report.unquoted().listing) == ((Place(3, other=1),), None)
    assert (report.unquoted().score, report.unquoted().rows) == (report.score, 9)
