"""Plain rings read from WKB: boxes as shapely's, and convex only what GEOS calls valid."""

from __future__ import annotations

import struct

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from diban.ground import read_rings

_NUMBERS = st.integers(-3, 3) | st.sampled_from(
    [0.1, 1e-9, 113.95, 1e-170, 1e300, float("inf"), float("nan")]
)
_CORNERS = st.lists(st.tuples(_NUMBERS, _NUMBERS), min_size=1, max_size=7)


def _ring(*points: tuple[float, float]) -> bytes:
    numbers = [float(number) for point in points for number in point]
    return struct.pack(f"<BIII{len(numbers)}d", 1, 3, 1, len(points), *numbers)


def _column(*values: bytes | None) -> pa.BinaryArray:
    return pa.array(values, pa.binary())


@given(st.lists(_CORNERS, min_size=1, max_size=6), st.booleans())
def test_what_is_called_convex_is_valid(rings: list[list[tuple[float, float]]], closed: bool) -> None:
    column = _column(*(_ring(*ring, *[ring[0]] * closed) for ring in rings))
    found = read_rings(column)
    assert found.rows.all()
    proven = column.filter(pa.array(found.convex())).to_numpy(zero_copy_only=False)
    assert shapely.is_valid(shapely.from_wkb(proven)).all()


@pytest.mark.parametrize("mirrored", [1, -1])
@pytest.mark.parametrize("corners", [3, 4, 5, 12, 100])
def test_convex_rings_are_recognised_wherever_they_begin(corners: int, mirrored: int) -> None:
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    x, y = 113.95 + 1e-4 * np.cos(angles) * mirrored, 22.55 + 3e-4 * np.sin(angles)
    rings = [
        [(x[(i + first) % corners], y[(i + first) % corners]) for i in range(corners + 1)]
        for first in range(3)
    ]
    assert read_rings(_column(*(_ring(*ring) for ring in rings))).convex().all()


@pytest.mark.parametrize(
    "wkt",
    [
        "POLYGON ((0 0, 2 0, 2 2, 1 1, 0 2, 0 0))",  # turns both ways
        "POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))",  # crosses itself
        "POLYGON ((0 3, 2 -3, -3 1, 3 1, -2 -3, 0 3))",  # turns one way, but twice around
        "POLYGON ((0 0, 1 0, 2 0, 2 2, 0 2, 0 0))",  # a corner without a turn
        "POLYGON ((0 0, 1 1, 0 0))",
    ],
)
def test_whatever_is_not_proven_is_left_to_others(wkt: str) -> None:
    square = shapely.to_wkb(shapely.box(0, 0, 1, 1))
    found = read_rings(_column(square, shapely.to_wkb(shapely.from_wkt(wkt)), square))
    assert found.convex().tolist() == [True, False, True]


def test_boxes_are_those_of_shapely_and_other_forms_are_passed_over() -> None:
    plain = [shapely.to_wkb(shapely.Point(x, x).buffer(x, quad_segs=2 + x)) for x in range(1, 9)]
    hole = "POLYGON ((0 0, 9 0, 9 9, 0 0), (5 1, 6 1, 6 2, 5 1))"
    others = ["POINT (1 2)", "POLYGON EMPTY", hole, "POLYGON Z ((0 0 1, 1 0 1, 1 1 1, 0 0 1))"]
    big = shapely.to_wkb(shapely.box(0, 0, 1, 1), byte_order=0)
    odd = [
        None,
        b"",
        b"\x01\x03",
        plain[0][:-1],
        big,
        *(shapely.to_wkb(shapely.from_wkt(wkt), flavor="iso") for wkt in others),
    ]
    column = _column(*[value for pair in zip(plain, odd, strict=False) for value in pair], *odd)
    for start in (0, 1, 3):
        part = column[start:]
        found = read_rings(part)
        kept = part.filter(pa.array(found.rows)).to_numpy(zero_copy_only=False)
        assert kept.tolist() == [value for value in part.to_pylist() if value in plain]
        assert (found.boxes() == shapely.bounds(shapely.from_wkb(kept))).all()
    hollow = bytes.fromhex("0103000000 01000000 00000000")  # a ring without points, and nothing beside it
    assert not read_rings(_column(hollow)).rows.any()
    nothing = read_rings(column[:0])
    assert nothing.boxes().shape == (0, 4)
    assert not len(nothing.convex())


@given(
    st.lists(
        st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=3, max_size=9),
        min_size=1,
        max_size=5,
    )
)
def test_areas_lengths_and_centroids_are_those_of_shapely(outlines: list[list[tuple[int, int]]]) -> None:
    shapes = [shapely.Polygon([(113.9 + x * 1e-4, 22.5 + y * 1e-4) for x, y in one]) for one in outlines]
    found = read_rings(_column(*shapely.to_wkb(shapes)))
    assert found.areas() == pytest.approx(shapely.area(shapes), rel=1e-6, abs=1e-13)
    assert found.lengths() == pytest.approx(shapely.length(shapes), rel=1e-9)
    sound = shapely.is_valid(shapes) & (shapely.area(shapes) > 1e-10)
    middles = shapely.get_coordinates(shapely.centroid(shapes))[sound]
    assert found.centroids()[sound] == pytest.approx(middles, abs=1e-9)
