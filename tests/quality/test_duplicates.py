"""Copies of rows, exact and nearly so, and the way in which few pairs are found out of many."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from diban.ground import CGCS2000, GEOMETRY, FeatureSet, Field, GeometryKind, Kind, Schema, Text
from diban.quality import Severity, check, standard_rules, strips
from diban.quality.metres import DEGREE
from diban.quality.pairs import near_pairs
from diban.quality.rules import near_duplicates
from diban.quality.rules.near_duplicates import NearDuplicates
from tests.quality.plots import SIDE, found, judged, plots

NAME = Field("name", Kind.TEXT, Text("名称", "Name"))
POINTS = Schema((Field("code", Kind.TEXT, Text("代码", "Code")), NAME), GeometryKind.POINT, key="code")


def _square(row: int, *, shift: float = 0.0, grow: float = 0.0) -> bytes:
    """The plot of a row (from 1), moved and grown by shares of its side."""
    (batch,) = itertools.islice(plots(row, batch=row).batches(), 1)
    west, south, *_ = shapely.from_wkb(batch.column(GEOMETRY)[row - 1].as_py()).bounds
    west += shift * SIDE
    return bytes(shapely.to_wkb(shapely.box(west, south, west + SIDE * (1 + grow), south + SIDE)))


@pytest.mark.parametrize("batch", [7, 60])
def test_copies_are_told_from_what_shares_only_its_place(batch: int) -> None:
    # Row 8 copies row 2 but for key and unique field; 11 and 21 have the place of row 1 and other values.
    spoilt: dict[str, dict[int, object]]
    spoilt = {GEOMETRY: {8: _square(2), 11: _square(1), 21: _square(1)}, "name": {8: None}}
    spoilt |= {"use": {8: "02"}, "floors": {8: 2}}
    report = judged(plots(60, spoilt, batch=batch))
    assert found(report) == {("duplicate.exact", None): [8], ("duplicate.near", None): [11, 21]}
    exact, near = report.findings
    assert [place.other for place in exact.places] == [2]
    assert [place.other for place in near.places] == [1, 1]


def test_nearly_the_same_polygon_is_found_and_a_neighbour_is_not() -> None:
    spoilt = {
        GEOMETRY: {
            10: _square(1, shift=0.05),  # shares 0.95 of 1.05: 90.5 %
            20: _square(2, shift=0.06),  # 88.7 %
            30: _square(3, grow=0.11),  # 90.1 %
            40: _square(4, grow=0.12),  # 89.3 %
            50: _square(5, shift=1.0),  # beside it
            55: None,
        }
    }
    report = judged(plots(60, spoilt))
    assert found(report)["duplicate.near", None] == [10, 30]


@pytest.mark.parametrize(("metres", "same"), [(0.4, True), (0.6, False)])
def test_small_houses_surveyed_again_are_the_same(metres: float, same: bool) -> None:
    side, moved = 5.0 / DEGREE, metres / DEGREE
    boxes = shapely.box(
        [113.95, 113.95], [22.55, 22.55 + moved], [113.95 + side] * 2, 22.55 + side + np.array([0, moved])
    )
    report = judged(plots(60, {GEOMETRY: dict(zip((5, 6), shapely.to_wkb(boxes), strict=True))}))
    assert found(report) == ({("duplicate.near", None): [6]} if same else {})


def test_polygons_with_heights_may_share_a_footprint() -> None:
    storeys = {
        GEOMETRY: {row: shapely.to_wkb(shapely.force_3d(shapely.from_wkb(_square(1)), row)) for row in (5, 6)}
    }
    assert found(judged(plots(20, storeys))) == {}


def _points(rows: list[tuple[str, float, str | None]]) -> FeatureSet:
    """Points by code, metres to the east, and name."""
    codes, east, names = zip(*rows, strict=True)
    degrees = 114.0500123 + np.array(east) / (DEGREE * np.cos(np.radians(22.55)))
    batch = pa.record_batch(
        {
            "code": list(codes),
            "name": pa.array(names, pa.string()),
            GEOMETRY: shapely.to_wkb(shapely.points(degrees, np.full(len(rows), 22.55))),
        }
    )
    return FeatureSet.of(POINTS, CGCS2000, [batch])


def test_points_of_one_name_close_by() -> None:
    rows = [("a", 0.0, "書店"), ("b", 4.8, "書店"), ("c", 3.0, "药店"), ("d", 10.5, "書店"), ("e", 0.0, None)]
    rows += [("f", 300.0, None), ("g", 300.0, None), ("h", 10.5, "書店")]
    report = check(_points(rows), standard_rules(POINTS, None))
    assert found(report) == {("duplicate.near", None): [2], ("duplicate.exact", None): [7, 8]}


@pytest.mark.parametrize("strip", [50, 500_000])
def test_strips_never_change_what_is_found(strip: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strips, "STRIP", strip)
    spoilt = {GEOMETRY: {row: _square(row - 7, shift=0.01) for row in range(10, 1900, 10)}}
    report = check(plots(2000, spoilt), [NearDuplicates(plots(1).schema)])
    assert report.findings[0].count == 189
    assert [place.row for place in report.findings[0].places] == list(range(10, 1010, 10))


spots = st.lists(
    st.tuples(st.floats(0, 3), st.floats(0, 3), st.floats(0.05, 1), st.integers(0, 1)), max_size=7
)


@given(spots)
def test_every_pair_within_reach_is_among_the_pairs(things: list[tuple[float, float, float, int]]) -> None:
    """Reaches more than a factor of two apart need not meet: things of one size are looked for."""
    table = np.array(things).reshape(-1, 4)
    where, reach, group = table[:, :2], table[:, 2], table[:, 3].astype(np.int64)
    one, other = near_pairs(where, reach, np.ones(len(table)), group)
    got = set(zip(one.tolist(), other.tolist(), strict=True))
    near = {
        (i, j)
        for i, j in itertools.combinations(range(len(table)), 2)
        if group[i] == group[j] and np.hypot(*(where[i] - where[j])) <= min(reach[i], reach[j])
    }
    alike = {(i, j) for i, j in near if max(reach[i], reach[j]) <= 2 * min(reach[i], reach[j])}
    assert alike <= got <= near


def test_a_pile_of_copies_stays_linear() -> None:
    where, ones = np.full((20_000, 2), 0.5), np.ones(20_000)
    one, other = near_pairs(where, ones, ones, np.zeros(20_000, np.int64))
    assert len(one) <= 8 * 20_000
    assert set(other.tolist()) == set(range(1, 20_000))


def test_a_table_with_a_key_needs_a_name_to_have_copies() -> None:
    fields = (*POINTS.fields, Field("use", Kind.TEXT, Text("用途", "Use")))
    named = Schema(fields, GeometryKind.NONE, key="code")
    unnamed = replace(named, fields=tuple(field for field in fields if field is not NAME))
    batch = pa.record_batch({"code": ["a", "b", "c"], "name": ["x", "x", "y"], "use": ["1", "1", "1"]})
    assert found(check(FeatureSet.of(named, CGCS2000, [batch]), standard_rules(named, None))) == {
        ("duplicate.exact", None): [2]
    }
    bare = FeatureSet.of(unnamed, CGCS2000, [batch.drop_columns(["name"])])
    assert check(bare, standard_rules(unnamed, None)).findings == ()
    without_key = replace(unnamed, fields=(fields[2],), key=None)
    last = FeatureSet.of(without_key, CGCS2000, [batch.select(["use"])])
    assert found(check(last, standard_rules(without_key, None))) == {("duplicate.exact", None): [2, 3]}


def _storeys(houses: int, storeys: int, copies: int = 0) -> tuple[FeatureSet, list[int]]:
    """Houses whose storeys share one outline, then some outlines drawn again; and how often all is read."""
    number = np.arange(houses)
    west, south = 113.8 + number % 100 * 1e-3, 22.5 + number // 100 * 1e-3
    boxes = np.repeat(shapely.box(west, south, west + 1e-4, south + 1e-4), storeys)
    again = shapely.box(west[:copies] + 1e-6, south[:copies], west[:copies] + 1.01e-4, south[:copies] + 1e-4)
    floor = Field("floor", Kind.INTEGER, Text("楼层", "Floor"))
    schema = Schema((POINTS.fields[0], floor), GeometryKind.POLYGON, key="code")
    shapes = np.concatenate([boxes, again])
    batch = pa.record_batch(
        {
            "code": [str(code) for code in range(len(shapes))],
            "floor": np.arange(len(shapes)) % storeys,
            GEOMETRY: pa.array(shapely.to_wkb(shapes), pa.binary()),
        }
    )
    passes = [0]

    def read() -> Iterator[pa.RecordBatch]:
        passes[0] += 1
        return iter(pa.Table.from_batches([batch]).to_batches(max_chunksize=5_000))

    return FeatureSet(schema, CGCS2000, read), passes


def test_storeys_that_share_an_outline_are_told_once_and_read_few_times() -> None:
    features, passes = _storeys(500, 30, copies=7)
    report = check(features, [NearDuplicates(features.schema)])
    by_code = {one.code: one for one in report.findings}
    assert {code: one.count for code, one in by_code.items()} == {
        "duplicate.near": 7,
        "duplicate.stacked": 500 * 29,
    }
    assert [place.other for place in by_code["duplicate.near"].places] == [1 + 30 * n for n in range(7)]
    assert [place.row for place in by_code["duplicate.stacked"].places][:3] == [2, 3, 4]
    assert {place.other for place in by_code["duplicate.stacked"].places[:29]} == {1}
    assert by_code["duplicate.stacked"].severity is Severity.NOTICE
    assert passes[0] <= 3


def test_many_pairs_are_compared_in_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_duplicates, "_SLAB", 50)
    features, passes = _storeys(400, 2)
    report = check(features, [NearDuplicates(features.schema)])
    assert [(one.code, one.count) for one in report.findings] == [("duplicate.near", 400)]
    assert passes[0] <= 3


def test_one_wide_row_widens_no_strip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strips, "STRIP", 1_000)
    number = np.arange(10_000)
    reach = np.where(number == 7, 5.0, 1e-5)
    gathered = strips.Strips()
    spots = np.random.default_rng(7).random((10_000, 2))
    gathered.add(number, spots, reach, np.ones(10_000), np.zeros(10_000, np.int64))
    sizes = [(len(strip), 7 in strip["index"]) for strip in gathered.strips()]
    assert len(sizes) == 10
    assert all(held and size < 1_300 for size, held in sizes)
