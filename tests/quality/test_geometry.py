"""Faulty geometry: the kind of fault, the place, and never a crash."""

from __future__ import annotations

import struct

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from diban.ground import GEOMETRY
from diban.quality.wkb import MAX_DEPTH, nests_too_deeply
from tests.quality.plots import found, judged, only, plots, wkb

_AT = (113.95, 22.55)


def _here(*pairs: tuple[float, float]) -> str:
    """A ring in WKT, in ten-thousandths of a degree from a corner in the city."""
    return "(" + ", ".join(f"{_AT[0] + x * 1e-4} {_AT[1] + y * 1e-4}" for x, y in (*pairs, pairs[0])) + ")"


_SQUARE = _here((0, 0), (0, 9), (9, 9), (9, 0))
_INNER = _here((2, 2), (3, 2), (3, 3))
_INVALID = {
    "self-intersection": (f"POLYGON ({_here((0, 0), (1, 1), (1, 0), (0, 1))})", (0.5, 0.5)),
    "ring-self-intersection": (f"POLYGON ({_here((0, 0), (2, 0), (2, 2), (1, 0), (0, 2))})", (1, 0)),
    "hole-outside": (f"POLYGON ({_SQUARE}, {_here((20, 20), (21, 20), (21, 21))})", (20, 20)),
    "holes-nested": (f"POLYGON ({_SQUARE}, {_here((1, 1), (1, 8), (8, 8), (8, 1))}, {_INNER})", (2, 2)),
    "shells-nested": (f"MULTIPOLYGON (({_SQUARE}), ({_INNER}))", (2, 2)),
    "disconnected": (f"POLYGON ({_SQUARE}, {_here((0, 0), (9, 9), (5, 4))})", (9, 9)),
    "too-few-points": (f"POLYGON ({_here((0, 0), (1, 1), (0, 0))})", (0, 0)),
}


@pytest.mark.parametrize("fault", sorted(_INVALID))
def test_invalid_geometry_is_named_and_placed(fault: str) -> None:
    wkt, (x, y) = _INVALID[fault]
    report = judged(plots(120, {"geometry": {77: wkb(wkt)}}))
    assert found(report) == {(f"geometry.{fault}", None): [77]}
    place = only(report).places[0]
    assert (place.lon, place.lat) == pytest.approx((_AT[0] + x * 1e-4, _AT[1] + y * 1e-4))


def _polygon(*numbers: float) -> bytes:
    return struct.pack(f"<BIII{len(numbers)}d", 1, 3, 1, len(numbers) // 2, *numbers)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf"), 1e308, -1e308, 1e10])
def test_impossible_coordinates_are_found(number: float) -> None:
    x, y = _AT
    bad = _polygon(x, y, x + 1e-4, number, x + 1e-4, y + 1e-4, x, y)
    assert found(judged(plots(60, {"geometry": {9: bad}}))) == {("geometry.coordinates", None): [9]}


def test_impossible_heights_are_found() -> None:
    x, y = _AT
    low, high = (
        struct.pack("<BIII12d", 1, 1003, 1, 4, x, y, 5.0, x, y + 1e-4, z, x + 1e-4, y, 5.0, x, y, 5.0)
        for z in (7.0, 1e308)
    )
    assert found(judged(plots(60, {"geometry": {8: low, 9: high}}))) == {("geometry.coordinates", None): [9]}


def test_absent_empty_and_other_kinds_are_told_apart() -> None:
    report = judged(
        plots(
            200,
            {
                "geometry": {
                    3: None,
                    60: wkb("POLYGON EMPTY"),
                    61: wkb("POINT EMPTY"),
                    110: wkb("POINT (113.95 22.55)"),
                    111: wkb("LINESTRING (113.95 22.55, 113.96 22.55)"),
                    150: wkb(f"MULTIPOLYGON (({_SQUARE}))"),
                    160: b"",
                    161: b"\x01\x03\x00",
                    162: _polygon(113.95, 22.55, 113.96, 22.55, 113.96, 22.56, 113.95, 22.551),
                }
            },
        )
    )
    assert found(report) == {
        ("geometry.absent", None): [3],
        ("geometry.empty", None): [60, 61],
        ("geometry.kind", None): [110, 111],
        ("geometry.unreadable", None): [160, 161, 162],
    }
    kind = next(finding for finding in report.findings if finding.code == "geometry.kind")
    assert [place.value for place in kind.places] == ["Point", "LineString"]


@pytest.mark.parametrize("code", [4, 5, 6, 7, 0x80000007, 1007, 3007])
@pytest.mark.parametrize("order", ["<", ">"])
def test_deep_nesting_is_refused_not_followed(code: int, order: str) -> None:
    level = struct.pack(order + "BII", order == "<", code, 1)
    deep = level * 200_000 + wkb("POINT (1 2)")
    assert found(judged(plots(60, {"geometry": {5: deep}}))) == {("geometry.unreadable", None): [5]}


def test_deep_nesting_behind_other_parts_is_refused() -> None:
    polygon, collection = wkb(f"POLYGON ({_SQUARE})"), struct.pack("<BII", 1, 7, 1)
    deep = struct.pack("<BII", 1, 7, 3) + polygon * 2 + collection * 200_000 + polygon
    assert nests_too_deeply(deep)
    assert found(judged(plots(60, {"geometry": {5: deep}}))) == {("geometry.unreadable", None): [5]}


def test_a_curve_is_unreadable_and_stops_no_other() -> None:
    curve = struct.pack("<BII6d", 1, 8, 3, 114.0, 22.5, 114.1, 22.6, 114.2, 22.5)
    assert found(judged(plots(60, {"geometry": {5: curve}}))) == {("geometry.unreadable", None): [5]}


def test_large_but_flat_geometry_is_read() -> None:
    parts = shapely.box(
        [_AT[0] + i * 2e-6 for i in range(2000)],
        _AT[1],
        [_AT[0] + i * 2e-6 + 1e-6 for i in range(2000)],
        22.56,
    )
    ring = shapely.Point(*_AT).buffer(1e-3, quad_segs=5000)
    values = [shapely.multipolygons(parts), shapely.multipolygons([ring]), shapely.force_3d(ring, 3.0)]
    wide = {row: shapely.to_wkb(value, flavor="iso") for row, value in enumerate(values, 1)}
    assert all(len(value) > 9 * MAX_DEPTH for value in wide.values())
    assert found(judged(plots(10, {"geometry": wide}))) == {("geometry.sliver", None): [1]}


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80), st.integers(0, 20), st.sampled_from(sorted(_INVALID)))
def test_damaged_bytes_are_findings(junk: bytes, at: int, fault: str) -> None:
    whole = wkb(_INVALID[fault][0])
    damaged = whole[:at] + junk + whole[at + len(junk) :]
    nests_too_deeply(damaged)
    report = judged(plots(3, {GEOMETRY: {2: damaged}}))
    rows = {place.row for finding in report.findings for place in finding.places}
    assert rows <= {2}
    shape = shapely.from_wkb(damaged, on_invalid="ignore")
    assert rows or (shape is not None and shapely.is_valid(shape))
    assert report.rows == 3
