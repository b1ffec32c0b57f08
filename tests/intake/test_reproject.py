"""Geometry brought into the stored CRS: only x and y move, whatever else a geometry carries."""

from __future__ import annotations

import struct

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from diban.ground import CGCS2000, CRS84, GAUSS_114E, STORED, SUPPORTED, WEB_MERCATOR, Crs, project
from diban.intake.reproject import to_stored

unhurried = settings(deadline=None, max_examples=60)
METRIC = (WEB_MERCATOR, GAUSS_114E)
SHAPES = [
    "POINT (114.05 22.54)",
    "POINT Z (114.05 22.54 12.5)",
    "POINT M (114.05 22.54 7)",
    "POINT ZM (114.05 22.54 12.5 0)",
    "POINT EMPTY",
    "POINT M EMPTY",
    "LINESTRING (114 22, 114.1 22.1, 114.2 22)",
    "LINESTRING ZM (114 22 1 2, 114.1 22.1 3 4)",
    "LINESTRING Z EMPTY",
    "POLYGON ((114 22, 115 22, 115 23, 114 22), (114.6 22.2, 114.7 22.2, 114.7 22.3, 114.6 22.2))",
    "POLYGON Z ((114 22 5, 114.1 22 6, 114.1 22.1 7, 114 22 5))",
    "MULTIPOINT (114 22, 114.1 22.1)",
    "MULTILINESTRING M ((114 22 0, 114.1 22.1 0), (114 22 1, 114.2 22.2 2))",
    "MULTIPOLYGON (((114 22, 114.1 22, 114.1 22.1, 114 22)), ((115 23, 115.1 23, 115.1 23.1, 115 23)))",
    "MULTIPOLYGON ZM (((114 22 1 2, 114.1 22 1 2, 114.1 22.1 3 4, 114 22 1 2)))",
    "GEOMETRYCOLLECTION (POINT Z (114 22 3), LINESTRING (114 22, 114.1 22.1))",
    "GEOMETRYCOLLECTION EMPTY",
]


def wkb(text: str) -> bytes:
    """ISO little-endian WKB of a shape."""
    found: bytes = shapely.to_wkb(shapely.from_wkt(text), flavor="iso", byte_order=1)
    return found


def outward(shape: bytes, crs: Crs) -> bytes:
    """The same WKB with x and y in another CRS, point by point, by hand."""
    out = bytearray(shape)

    def points(at: int, count: int, size: int) -> int:
        for _ in range(count):
            x, y = struct.unpack_from("<2d", out, at)
            if not np.isnan(x):
                struct.pack_into("<2d", out, at, *project(np.array([[x, y]]), STORED, crs)[0])
            at += 8 * size
        return at

    def walk(at: int) -> int:
        code = struct.unpack_from("<I", out, at + 1)[0]
        kind, size = code % 1000, (2, 3, 3, 4)[code // 1000]
        at += 5
        if kind == 1:
            return points(at, 1, size)
        count = struct.unpack_from("<I", out, at)[0]
        at += 4
        if kind == 2:
            return points(at, count, size)
        for _ in range(count):
            ring = kind == 3
            at = points(at + 4, struct.unpack_from("<I", out, at)[0], size) if ring else walk(at)
        return at

    assert walk(0) == len(out)
    return bytes(out)


def parts(shape: bytes) -> tuple[list[float], str]:
    """All its coordinates, and what it is."""
    geometry = shapely.from_wkb(shape)
    values = shapely.get_coordinates(geometry, include_z=True, include_m=True)
    return values.ravel().tolist(), shapely.to_wkt(geometry).partition("(")[0]


@pytest.mark.parametrize("crs", METRIC, ids=lambda crs: crs.code)
def test_only_x_and_y_move(crs: Crs) -> None:
    # All in one batch, so that none is read by what another one has.
    sent = pa.array([None, *(outward(wkb(text), crs) for text in SHAPES), None], pa.binary())
    found = to_stored(sent, crs)
    assert found.type == pa.binary()
    assert found[0].as_py() is found[-1].as_py() is None
    for text, value in zip(SHAPES, found.to_pylist()[1:-1], strict=True):
        assert len(value) == len(wkb(text))
        moved, kind = parts(value)
        expected, of_kind = parts(wkb(text))
        assert kind == of_kind
        assert moved == pytest.approx(expected, abs=9e-9, nan_ok=True), text


@unhurried
@given(st.lists(st.none() | st.sampled_from(SHAPES), max_size=8), st.sampled_from(METRIC))
def test_neighbours_and_slices_change_nothing(texts: list[str | None], crs: Crs) -> None:
    sent = [None if text is None else outward(wkb(text), crs) for text in texts]
    alone = [to_stored(pa.array([value], pa.binary()), crs)[0].as_py() for value in sent]
    assert to_stored(pa.array(sent, pa.binary()), crs).to_pylist() == alone
    assert to_stored(pa.array([None, *sent], pa.binary())[1:], crs).to_pylist() == alone


def test_degrees_pass_byte_by_byte() -> None:
    sent = pa.array([*map(wkb, SHAPES), None, b"nonsense"], pa.binary())
    for crs in SUPPORTED:
        if crs.degrees:
            assert to_stored(sent, crs).equals(sent)
    assert CRS84.degrees
    assert CGCS2000.degrees


def test_a_ring_that_is_not_closed_passes_with_its_coordinates_moved() -> None:
    """Shapely cannot build it: rules must be able to report it, and the journey must not end."""
    open_ring = struct.pack("<BIII6d", 1, 3, 1, 3, 0, 0, 111319.49079327357, 0, 0, 111325.1428663851)
    found = to_stored(pa.array([open_ring, wkb("POINT (0 0)")], pa.binary()), WEB_MERCATOR)[0].as_py()
    assert found[:13] == open_ring[:13]
    assert struct.unpack_from("<6d", found, 13) == pytest.approx((0, 0, 1, 0, 0, 1))


def test_a_point_without_a_place_becomes_infinite() -> None:
    beyond = pa.array([wkb("POINT (1e12 1e12)"), wkb("POINT M (1e12 1e12 5)")], pa.binary())
    plain, measured = (
        struct.unpack_from("<2d", value, 5) for value in to_stored(beyond, GAUSS_114E).to_pylist()
    )
    assert not np.isfinite(plain).any()
    assert not np.isfinite(measured).any()


def test_an_empty_batch_stays_empty() -> None:
    assert to_stored(pa.array([], pa.binary()), WEB_MERCATOR).to_pylist() == []
    assert to_stored(pa.nulls(2, pa.binary()), GAUSS_114E).to_pylist() == [None, None]
