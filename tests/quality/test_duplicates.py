"""Copies of rows, exact and nearly so, and the way in which few pairs are found out of many."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from diban.ground import CGCS2000, GEOMETRY, FeatureSet, Field, GeometryKind, Kind, Schema, Text
from diban.quality import check, standard_rules, strips
from diban.quality.metres import DEGREE
from diban.quality.pairs import near_pairs
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
