"""Boxes: what is one, what crosses 180°, what holds what."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diban.ground import Extent, Invalid

unhurried = settings(deadline=None)


@st.composite
def boxes(draw: st.DrawFn) -> Extent:
    """Any box."""
    west, east = sorted(draw(st.tuples(st.floats(-180, 180), st.floats(-180, 180))))
    south, north = sorted(draw(st.tuples(st.floats(-90, 90), st.floats(-90, 90))))
    return Extent(west, south, east, north)


def test_a_box_is_read_with_and_without_heights() -> None:
    plain = Extent(113.9, 22.5, 114.0, 22.6)
    assert Extent.parse([113.9, 22.5, 114.0, 22.6]) == (plain,)
    assert Extent.parse([113.9, 22.5, -10.0, 114.0, 22.6, 500.0]) == (plain,)
    assert plain.as_list() == [113.9, 22.5, 114.0, 22.6]


def test_west_beyond_east_means_across_the_antimeridian() -> None:
    assert Extent.parse([177.0, -20.0, -178.0, -16.0]) == (
        Extent(177.0, -20.0, 180.0, -16.0),
        Extent(-180.0, -20.0, -178.0, -16.0),
    )
    assert len(Extent.parse([180.0, -1.0, -180.0, 1.0])) == 2


def test_a_point_is_a_box() -> None:
    assert Extent.parse([114.0, 22.0, 114.0, 22.0]) == (Extent(114.0, 22.0, 114.0, 22.0),)


@pytest.mark.parametrize(
    "numbers",
    [
        [],
        [1.0, 2.0, 3.0],
        [1.0, 2.0, 3.0, 4.0, 5.0],
        [0.0, 1.0, 1.0, 0.0],
        [nan, 0.0, 1.0, 1.0],
        [0.0, 0.0, inf, 1.0],
        [-inf, 0.0, 1.0, 1.0],
        [0.0, nan, 1.0, 1.0],
    ],
)
def test_what_is_no_box_is_refused(numbers: list[float]) -> None:
    with pytest.raises(Invalid) as refused:
        Extent.parse(numbers)
    assert refused.value.field == "bbox"


@unhurried
@given(boxes(), boxes())
def test_a_union_holds_both_and_no_more(one: Extent, other: Extent) -> None:
    both = one.union(other)
    assert both.holds(one)
    assert both.holds(other)
    assert both == other.union(one)
    assert one.union(one) == one
    assert one.holds(other) == (both == one)
