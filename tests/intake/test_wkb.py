"""Geometry bytes against shapely: the same geometries pass, everything else is caught before it."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from diban.intake.sandbox import wkb
from diban.intake.sandbox.wkb import MOST_NESTED, Malformed, most_vertices, normalise, normalised, strange

_NUMBERS = st.floats(-1e6, 1e6)


@st.composite
def _geometries(draw: st.DrawFn) -> shapely.Geometry:
    """Any plain geometry, valid or not, with or without Z and M, sometimes empty."""
    dimensions = draw(st.sampled_from(["", " Z", " M", " ZM"]))
    size = 2 + len(dimensions.strip())

    def listed(part: Callable[[], str], least: int, most: int) -> str:
        return f"({', '.join(part() for _ in range(draw(st.integers(least, most))))})"

    def position() -> str:
        return " ".join(repr(draw(_NUMBERS)) for _ in range(size))

    def line() -> str:
        return listed(position, 2, 5)

    def ring() -> str:
        first = position()
        return f"({first}, {listed(position, 2, 4)[1:-1]}, {first})"

    def polygon() -> str:
        return listed(ring, 1, 3)

    single = {"POINT": lambda: f"({position()})", "LINESTRING": line, "POLYGON": polygon}
    kind = draw(st.sampled_from(sorted(single)))
    if draw(st.integers(0, 5)) == 0:
        return shapely.from_wkt(f"{kind}{dimensions} EMPTY")
    if draw(st.booleans()):
        return shapely.from_wkt(f"MULTI{kind}{dimensions} {listed(single[kind], 1, 3)}")
    return shapely.from_wkt(f"{kind}{dimensions} {single[kind]()}")


def _iso(geometry: shapely.Geometry, order: int = 1) -> bytes:
    return bytes(shapely.to_wkb(geometry, output_dimension=4, byte_order=order, flavor="iso"))


def _column(*values: bytes | None) -> pa.BinaryArray:
    return pa.array(values, pa.binary())


@given(st.lists(st.one_of(st.none(), _geometries()), max_size=6), st.integers(0, 2))
def test_plain_geometries_pass_untouched(geometries: list[shapely.Geometry | None], skipped: int) -> None:
    column = _column(*[None if g is None else _iso(g) for g in geometries]).slice(skipped)
    assert strange(column).tolist() == []
    assert normalised(column) == (column, [])


@given(_geometries())
def test_other_byte_orders_and_flavours_become_plain(geometry: shapely.Geometry) -> None:
    assert normalise(_iso(geometry, order=0)) == _iso(geometry)
    for order in (0, 1):
        placed = shapely.set_srid(geometry, 4490)
        ewkb = shapely.to_wkb(
            placed, output_dimension=4, byte_order=order, flavor="extended", include_srid=True
        )
        assert normalise(ewkb) == _iso(geometry)


@given(st.lists(_geometries(), min_size=1, max_size=3))
def test_collections_are_walked_one_by_one(geometries: list[shapely.Geometry]) -> None:
    parts = [_iso(geometry) for geometry in geometries]
    whole = struct.pack("<BII", 1, 7, len(parts)) + b"".join(parts)
    assert strange(_column(whole)).tolist() == [0]
    assert normalise(whole) == whole


@given(_geometries(), st.data())
def test_whatever_passes_can_be_parsed(geometry: shapely.Geometry, data: st.DataObject) -> None:
    broken = bytearray(_iso(geometry))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(broken) - 1))
        broken[place] = data.draw(st.integers(0, 255))
    cut = bytes(broken[: data.draw(st.integers(0, len(broken)))])
    for value in (bytes(broken), cut, bytes(broken) + b"\x00"):
        column, failures = normalised(_column(value, b"", None))
        kept = column[0].as_py()
        assert [row for row, _ in failures] == ([1] if kept is not None else [0, 1])
        assert kept is None or _parses(kept)


@given(_geometries(), st.data())
def test_columns_looked_at_as_a_whole_are_those_that_the_walk_passes(
    geometry: shapely.Geometry, data: st.DataObject
) -> None:
    """Copies, so that the values are of one length and one kind, each broken in a way of its own."""
    values = [bytearray(_iso(geometry)) for _ in range(5)]
    for _ in range(data.draw(st.integers(0, 4))):
        value = values[data.draw(st.integers(0, 4))]
        value[data.draw(st.integers(0, len(value) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, 4))
    values[cut] = values[cut][: data.draw(st.integers(0, len(values[cut])))]
    column = _column(*map(bytes, values))
    content = np.frombuffer(column.buffers()[2], np.uint8)
    ends = np.frombuffer(column.buffers()[1], np.int32).astype(np.int64)[: len(column) + 1]
    walked = wkb._walked(content, ends[:-1], ends[1:])
    assert strange(column).tolist() == np.flatnonzero(~walked).tolist()


@pytest.mark.parametrize("kind", ["Point", "LineString", "Polygon", "MultiPoint", "MultiPolygon"])
@pytest.mark.parametrize("alike", [True, False])
def test_columns_of_one_kind_need_no_walk(kind: str, alike: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    points = {"Point": (1, 1), "MultiPoint": (1, 1)}.get(kind, (9, 9 if alike else 5))
    shapes = [
        {
            "Point": lambda n: shapely.Point(n, n),
            "MultiPoint": lambda n: shapely.MultiPoint([(n, n)]),
            "LineString": lambda n: shapely.LineString(np.zeros((n, 2))),
            "Polygon": lambda n: shapely.Polygon(np.zeros((n, 2))),
            "MultiPolygon": lambda n: shapely.MultiPolygon([shapely.Polygon(np.zeros((n, 2)))]),
        }[kind](n)
        for n in points * 3
    ]
    monkeypatch.delattr(wkb, "_walked")
    assert strange(_column(*map(_iso, shapes))).tolist() == []


def _parses(wkb: bytes) -> bool:
    try:
        shapely.from_wkb(wkb)
    except shapely.GEOSException as fault:
        # A ring left open or a line of one point is read as bytes and judged as geometry.
        return "ParseException" not in str(fault)
    return True


def test_nesting_ends_somewhere() -> None:
    point = struct.pack("<BIdd", 1, 1, 0.0, 0.0)
    shallow = struct.pack("<BII", 1, 7, 1) * MOST_NESTED + point
    assert normalise(shallow) == shallow
    with pytest.raises(Malformed):
        normalise(struct.pack("<BII", 1, 7, 1) * (MOST_NESTED + 1) + point)


def test_very_many_parts_take_the_long_way_and_arrive() -> None:
    many = _iso(shapely.multipolygons(shapely.box(np.arange(2_000), 0, np.arange(2_000) + 0.5, 1)))
    assert strange(_column(many)).tolist() == [0]
    assert normalised(_column(many))[0][0].as_py() == many


def test_the_longest_geometry_is_found_with_its_vertices() -> None:
    line = shapely.linestrings(np.zeros((100, 3)))
    found = most_vertices(_column(None, _iso(shapely.Point(1, 2)), _iso(line)))
    assert found is not None
    assert found == (2, 100)
    assert most_vertices(_column(None)) is None


def test_bytes_behind_a_null_hide_no_longer_geometry() -> None:
    column = _column(b"x" * 999, _iso(shapely.Point(1, 2)))
    mask = pa.py_buffer(b"\x02")
    hidden = pa.Array.from_buffers(pa.binary(), 2, [mask, *column.buffers()[1:]])
    assert most_vertices(hidden) == (1, 1)
    assert strange(hidden).tolist() == []
