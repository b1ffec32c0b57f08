"""Geometry: byte for byte what was delivered, of every type, empty, with Z and with M."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diban.ground import Mode, Moment
from tests.contract.board import EVERYTHING, NAMED, Board, square, wkb

SINGLE = [
    "POINT (113.9 22.5)",
    "LINESTRING (113 22, 114 23, 113.5 22.7)",
    "POLYGON ((113 22, 114 22, 114 23, 113 22))",
    "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 1 2, 2 2, 1 1), (5 5, 6 5, 6 6, 5 5))",
    "POLYGON ((0 0, 0 9, 9 9, 9 0, 0 0))",
]
MULTI = [
    "MULTIPOINT (1 1, 2 2, 1 1)",
    "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3, 4 2))",
    "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((2 2, 3 2, 3 3, 2 2), (2.5 2.2, 2.6 2.2, 2.6 2.3, 2.5 2.2)))",
    "GEOMETRYCOLLECTION (POINT (1 1), LINESTRING (0 0, 1 1), POLYGON ((0 0, 1 0, 1 1, 0 0)))",
    "GEOMETRYCOLLECTION (GEOMETRYCOLLECTION (POINT (1 1), MULTIPOINT (1 1, 2 2)), POINT (3 3))",
]
HEIGHTS = [
    "POINT Z (1 2 3)",
    "POINT M (1 2 3)",
    "POINT ZM (1 2 3 4)",
    "LINESTRING Z (0 0 -12.5, 1 1 8848.86)",
    "LINESTRING ZM (0 0 1 2, 1 1 3 4)",
    "POLYGON Z ((0 0 1, 1 0 1, 1 1 1, 0 0 1))",
    "MULTIPOINT M (1 1 5, 2 2 6)",
    "MULTIPOLYGON Z (((0 0 1, 1 0 1, 1 1 1, 0 0 1)), ((2 2 9, 3 2 9, 3 3 9, 2 2 9)))",
    "GEOMETRYCOLLECTION Z (POINT Z (1 1 1), LINESTRING Z (0 0 0, 1 1 1))",
]
EMPTY = [
    "POINT EMPTY",
    "LINESTRING EMPTY",
    "POLYGON EMPTY",
    "MULTIPOINT EMPTY",
    "MULTILINESTRING EMPTY",
    "MULTIPOLYGON EMPTY",
    "GEOMETRYCOLLECTION EMPTY",
    "POINT Z EMPTY",
    "POINT M EMPTY",
    "POINT ZM EMPTY",
    "LINESTRING Z EMPTY",
    "POLYGON ZM EMPTY",
    "MULTIPOLYGON Z EMPTY",
    "MULTIPOINT (EMPTY, (1 1))",
    "MULTIPOLYGON (EMPTY, ((0 0, 1 0, 1 1, 0 0)))",
    "GEOMETRYCOLLECTION (POINT EMPTY, POINT (1 1))",
]
STRANGE = [
    "POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))",
    "LINESTRING (1 1, 1 1)",
    "POLYGON ((1 1, 1 1, 1 1, 1 1))",
    "POINT (1e-300 -0.0)",
]


def land_and_read(engine: Board, shapes: list[bytes | None]) -> list[bytes | None]:
    """Shapes as they come back, once landed in bulk, once as a later step; both must agree."""
    rows = [{"code": f"{place:05}", "geometry": shape} for place, shape in enumerate(shapes)]
    first, later = engine.filled(NAMED, rows), engine.filled(NAMED, [])
    version = engine.land(later, rows)
    assert engine.base.verify(later, version)
    found = [row["geometry"] for row in engine.rows(first)]
    assert found == [row["geometry"] for row in engine.rows(later)]
    return found


@pytest.mark.parametrize(
    "texts", [SINGLE, MULTI, HEIGHTS, EMPTY, STRANGE], ids=["single", "multi", "heights", "empty", "strange"]
)
def test_every_shape_comes_back_byte_for_byte(engine: Board, texts: list[str]) -> None:
    sent: list[bytes | None] = [wkb(shapely.from_wkt(text)) for text in texts]
    for text, was, now in zip(texts, sent, land_and_read(engine, [*sent]), strict=True):
        assert now == was, text


def test_absent_shapes_stand_among_others(engine: Board) -> None:
    shapes = [None, wkb(square(113, 22)), None, wkb(shapely.Point()), None]
    assert land_and_read(engine, [*shapes]) == shapes
    assert land_and_read(engine, [None, None]) == [None, None]


def test_all_sorts_in_one_batch(engine: Board) -> None:
    texts = SINGLE + MULTI + HEIGHTS + EMPTY + STRANGE
    sent = [wkb(shapely.from_wkt(text)) for text in texts * 3]
    assert land_and_read(engine, [*sent]) == sent


def test_empty_through_and_through_keeps_its_outer_type(engine: Board) -> None:
    # The one loss: PostGIS writes a collection of empty parts as a collection without parts.
    sent = shapely.from_wkt(["GEOMETRYCOLLECTION (POINT EMPTY)", "MULTIPOLYGON (EMPTY, EMPTY)"])
    found = shapely.from_wkb(land_and_read(engine, [wkb(shape) for shape in sent]))
    assert [shape.geom_type for shape in found] == [shape.geom_type for shape in sent]
    assert shapely.is_empty(found).all()


def test_long_shapes_come_back(engine: Board) -> None:
    angles = np.linspace(0, 2 * np.pi, 200_000, endpoint=False)
    ring = np.column_stack([113.9 + np.cos(angles) / 10, 22.5 + np.sin(angles) / 10])
    big = wkb(shapely.Polygon(ring))
    assert len(big) > 3_000_000
    assert land_and_read(engine, [big, wkb(square(1, 1)), big]) == [big, wkb(square(1, 1)), big]


numbers = st.floats(-1e9, 1e9)


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(points=st.lists(st.tuples(numbers, numbers), min_size=50, max_size=300))
def test_coordinates_are_kept_to_the_last_bit(engine: Board, points: list[tuple[float, float]]) -> None:
    sent = [wkb(shapely.Point(point)) for point in points]
    assert land_and_read(engine, [*sent]) == sent


def test_a_change_of_one_bit_is_a_change(engine: Board) -> None:
    near = np.nextafter(113.9, 200)
    layer = engine.filled(NAMED, [{"code": "a", "geometry": shapely.Point(113.9, 22.5)}])
    changes = engine.compare(layer, [{"code": "a", "geometry": shapely.Point(near, 22.5)}])
    assert changes.changed == 1


def test_a_shape_may_come_and_go(engine: Board) -> None:
    layer = engine.filled(NAMED, [{"code": "a", "geometry": None}])
    with_shape = engine.land(layer, [{"code": "a", "geometry": square(113, 22)}])
    without = engine.land(layer, [{"code": "a", "geometry": None}], Mode.CHANGES)
    assert engine.rows(layer, Moment(version=with_shape.id))[0]["geometry"] == wkb(square(113, 22))
    assert engine.rows(layer, Moment(version=without.id))[0]["geometry"] is None
    assert engine.count(layer, EVERYTHING) == 1


def test_heights_are_known(engine: Board) -> None:
    layer = engine.filled(
        NAMED,
        [
            {"code": "a", "geometry": shapely.from_wkt("LINESTRING Z (0 0 -5, 1 1 30)")},
            {"code": "b", "geometry": square(1, 1)},
        ],
    )
    tall = shapely.from_wkb(engine.rows(layer)[0]["geometry"])
    assert tall.has_z
    assert [point[2] for point in tall.coords] == [-5, 30]
