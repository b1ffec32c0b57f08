"""Repairs of invalid geometry: proposed with the finding, valid, of the same kind, with a new hash."""

from __future__ import annotations

import struct

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from diban.ground import GEOMETRY, HASH, FeatureSet, row_hashes
from diban.quality import repaired
from diban.quality.repair import proposals
from tests.quality.plots import SCHEMA, found, judged, only, plots, wkb

BOW_TIE = "POLYGON ((113.91 22.51, 113.92 22.52, 113.92 22.51, 113.91 22.52, 113.91 22.51))"
FLAT = "POLYGON ((114 22.5, 114.25 22.75, 114.125 22.625, 114 22.5))"


def test_a_proposal_comes_with_the_finding() -> None:
    finding = only(judged(plots(60, {GEOMETRY: {7: wkb(BOW_TIE)}})))
    assert (finding.code, finding.flaw.repairable) == ("geometry.self-intersection", True)
    (place,) = finding.places
    assert place.repair is not None
    assert place.areas is not None
    made = shapely.from_wkb(bytes.fromhex(place.repair))
    assert made.is_valid
    assert made.geom_type == "MultiPolygon"
    half = 0.5 * 0.01 * 0.01 * 111_320**2 * np.cos(np.radians(22.51))
    assert place.areas[1] == pytest.approx(half, rel=0.01)
    assert place.areas[0] == pytest.approx(0, abs=1)  # the two wings cancel each other out


def test_what_would_lose_its_kind_is_not_proposed() -> None:
    report = judged(plots(60, {GEOMETRY: {7: wkb(FLAT)}}))
    assert [(item.code, item.flaw.repairable) for item in report.findings] == [
        ("geometry.self-intersection", False)
    ]


def test_both_sorts_of_one_code_are_two_findings() -> None:
    report = judged(plots(60, {GEOMETRY: {7: wkb(FLAT), 8: wkb(BOW_TIE)}}))
    told = [(item.flaw.repairable, [place.row for place in item.places]) for item in report.findings]
    assert told == [(False, [7]), (True, [8])]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=9), st.booleans())
def test_a_proposal_is_valid_and_of_the_same_kind(corners: list[tuple[int, int]], high: bool) -> None:
    ring = [*corners, corners[0]]
    given_ = shapely.Polygon([(*corner, 3.5) for corner in ring] if high else ring)
    (made,) = proposals(np.array([given_]))
    if made is not None:
        assert made.is_valid
        assert made.geom_type in ("Polygon", "MultiPolygon")
        assert made.area > 0
        assert made.has_z == high


def _hashed(features: FeatureSet) -> FeatureSet:
    batches = [batch.append_column(HASH, row_hashes(batch, SCHEMA)) for batch in features.batches()]
    return FeatureSet.of(SCHEMA, features.crs, batches)


def test_repaired_features_pass_and_have_their_own_hashes() -> None:
    infinite = struct.pack("<BIII8d", 1, 3, 1, 4, 0, 0, 1, float("inf"), 1, 1, 0, 0)
    spoilt = {GEOMETRY: {7: wkb(BOW_TIE), 31: wkb(FLAT), 32: None, 33: infinite, 55: wkb(BOW_TIE)}}
    before = _hashed(plots(60, spoilt, batch=25))
    after = repaired(before)
    left = found(judged(after))
    assert left["geometry.self-intersection", None] == [31]
    changed = []
    for old, new in zip(before.batches(), after.batches(), strict=True):
        assert new.schema == old.schema
        assert new.column(HASH).equals(row_hashes(new.drop_columns([HASH]), SCHEMA))
        changed += [
            row.as_py()
            for row, one, other in zip(new.column("_row"), old.column(HASH), new.column(HASH), strict=True)
            if one != other
        ]
    assert changed == [7, 55]
    assert pa.Table.from_batches(after.batches()).drop_columns([GEOMETRY, HASH]) == pa.Table.from_batches(
        before.batches()
    ).drop_columns([GEOMETRY, HASH])


def test_nothing_is_proposed_where_measures_would_be_lost() -> None:
    ring = [(0, 0, 1), (2, 2, 2), (2, 0, 3), (0, 2, 4), (0, 0, 1)]
    measured = [f"{x} {y} {m}" for x, y, m in ring]
    for kind, places in (("M", measured), ("ZM", [f"{place} 5" for place in measured])):
        geometries = shapely.from_wkt([f"POLYGON {kind} (({', '.join(places)}))"])
        assert shapely.has_m(geometries).all()
        assert proposals(geometries).tolist() == [None]
