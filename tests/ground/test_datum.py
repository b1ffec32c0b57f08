"""GCJ-02 and BD-09: against published pairs, there and back, and untouched where nothing is shifted."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diban.ground import BD09, CRS84, GCJ02, STORED, WEB_MERCATOR, Shift, project, source_crs
from diban.ground.datum import shifted, unshifted

VECTORS = "09_conformance/grid-coord-vectors/vectors.json"
unhurried = settings(deadline=None)
# Inside the box by more than any shift, so that there and back stay in it.
places = st.tuples(st.floats(72.1, 137.7), st.floats(1.0, 55.7))


def test_gcj_agrees_with_published_pairs(test_data: Path) -> None:
    given = json.loads((test_data / VECTORS).read_bytes())["wgs_to_gcj"]
    rows = np.array(given["rows"])
    found = shifted(rows[:, [1, 0]], Shift.GCJ02)
    assert found == pytest.approx(rows[:, [3, 2]], abs=given["tolerance_deg"])


def test_bd_lies_within_metres_of_published_pairs_that_take_another_constant(test_data: Path) -> None:
    """That source turns by pi where the formula, as commonly given, turns by pi · 3000 / 180."""
    rows = np.array(json.loads((test_data / VECTORS).read_bytes())["bd_to_wgs"]["rows"])
    found = unshifted(rows[:, [1, 0]], Shift.BD09)
    assert 1e-6 < np.abs(found - rows[:, [3, 2]]).max() < 5e-4


def test_bd_agrees_with_the_pair_that_is_commonly_given() -> None:
    gcj, bd = np.array([[116.404, 39.915]]), np.array([[116.41036949371029, 39.92133699351021]])
    assert shifted(unshifted(gcj, Shift.GCJ02), Shift.BD09) == pytest.approx(bd, abs=1e-9)
    assert project(bd, BD09, GCJ02) == pytest.approx(gcj, abs=1e-9)


@unhurried
@given(st.lists(places, min_size=1, max_size=30), st.sampled_from(Shift))
def test_there_and_back(points: list[tuple[float, float]], shift: Shift) -> None:
    here = np.array(points)
    there = shifted(here, shift)
    assert unshifted(there, shift) == pytest.approx(here, abs=1e-9)
    away = np.hypot(*((there - here) * 111_320).T)
    assert (away > 10).all()
    assert (away < 3_000).all()


@unhurried
@given(st.lists(places, min_size=2, max_size=10), st.sampled_from(Shift))
def test_neighbours_change_nothing(points: list[tuple[float, float]], shift: Shift) -> None:
    there = np.array(points)
    alone = np.vstack([unshifted(one[None], shift) for one in there])
    assert unshifted(there, shift) == pytest.approx(alone, abs=1e-10)


def test_what_is_elsewhere_or_no_place_stays() -> None:
    elsewhere = np.array([[-74.0, 40.7], [139.7, 35.7]])
    assert shifted(elsewhere, Shift.GCJ02).tolist() == elsewhere.tolist()
    assert unshifted(elsewhere, Shift.GCJ02).tolist() == elsewhere.tolist()
    nowhere = np.array([[np.nan, 22.0], [np.inf, -np.inf], [114.0, 22.5]])
    for shift in Shift:
        back = unshifted(nowhere, shift)
        assert np.array_equal(back[:2], nowhere[:2], equal_nan=True)
        assert np.isfinite(back[2]).all()


@unhurried
@given(st.floats(113.5, 114.5), st.floats(22.0, 23.0))
def test_they_are_crs_like_any_other(longitude: float, latitude: float) -> None:
    here = np.array([[longitude, latitude, 7.0]])
    for crs in (GCJ02, BD09, source_crs("GCJ-02,yx")):
        metres = project(project(here, CRS84, crs), crs, WEB_MERCATOR)
        assert metres == pytest.approx(project(here, STORED, WEB_MERCATOR), abs=1e-3)
    turned = project(here, CRS84, source_crs("BD-09,yx"))
    assert turned[0, 0] < 90 < turned[0, 1]
