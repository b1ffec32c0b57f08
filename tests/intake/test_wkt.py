"""WKT that is read a batch at a time equals what a full parser makes of it; the rest is left to that."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from diban.intake.formats.places import _Parser
from diban.intake.formats.wkt import plain

_PLAIN = [
    "POINT(113.5 22.25)",
    " point ( -1 0.5 ) ",
    "LINESTRING (0 0, 1.5 2, 3 4)",
    "MULTILINESTRING((0 0,1 1),(2 2,3 3,4 4.125))",
    "POLYGON ((0 0, 1 0, 1 1, 0 0))",
    "Polygon((0 0,9 0,9 9,0 0),(1 1,2 1,2 2,1 1),(4 4,5 4,5 5,4 4))",
    "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))",
    "MULTIPOLYGON(((0 0,9 0,9 9,0 0),(1 1,2 1,2 2,1 1)),((20 0,21 0,21 1,20 0)))",
    "POLYGON\t( ( 0  0 ,\n1 0,1 1 , 0 0 ) )",
    "POINT (123456789012345678 0.1234567890123456789)",
]
_OTHER = [
    "POINT EMPTY",
    "POINT Z (1 2 3)",
    "POINT (1 2 3)",
    "POINT (1e2 2)",
    "POINT (+1 2)",
    "POINT (1. .5)",
    "POINT (1/2 3)",
    "POINT (1 2) x",
    "POINT (1 2",
    "POINT (1 2, 3 4)",
    "MULTIPOINT (1 2, 3 4)",
    "LINESTRING (1 2,, 3 4)",
    "LINESTRING ((1 2, 3 4))",
    "POLYGON (0 0, 1 0, 1 1, 0 0)",
    "POLYGON ((0 0, 1 0), 1 1, 0 0)",
    "MULTIPOLYGON ((0 0, 1 0, 1 1, 0 0))",
    "GEOMETRYCOLLECTION (POINT (1 2))",
    "POLYGON ((0 0, 1 0, 1 1, 0 0));",
    "SRID=4490;POINT (1 2)",
    "POINT (nan 2)",
    f"POINT (1 {'9' * 400})",
    "",
    "—",
]


def test_plain_texts_of_all_kinds_side_by_side() -> None:
    column = pa.array([None, *_PLAIN, *_OTHER, *reversed(_PLAIN)])
    found = plain(column.slice(1)).to_pylist()
    said = [shapely.to_wkb(shape, flavor="iso") for shape in shapely.from_wkt(_PLAIN)]
    assert found == [*said, *[None] * len(_OTHER), *reversed(said)]


@pytest.mark.parametrize("text", _PLAIN)
def test_a_text_by_itself_equals_what_the_full_parser_makes_of_it(text: str) -> None:
    assert plain(pa.array([text])).to_pylist() == [_Parser()(text.strip())]


@pytest.mark.parametrize("text", _OTHER)
def test_what_is_written_otherwise_is_left_alone(text: str) -> None:
    assert plain(pa.array([text, None])).to_pylist() == [None, None]


_numbers = st.floats(-1e7, 1e7).map(lambda number: float(np.format_float_positional(number)))
_rings = st.lists(st.tuples(_numbers, _numbers), min_size=3, max_size=6).map(
    lambda places: [*places, places[0]]
)
_polygons = st.lists(_rings, min_size=1, max_size=3).map(lambda rings: shapely.Polygon(rings[0], rings[1:]))
_shapes = st.one_of(
    _polygons,
    st.lists(_polygons, min_size=1, max_size=3).map(shapely.MultiPolygon),
    _rings.map(shapely.LineString),
    st.lists(_rings, min_size=1, max_size=3).map(shapely.MultiLineString),
    st.tuples(_numbers, _numbers).map(shapely.Point),
)


@given(st.lists(_shapes, min_size=1, max_size=8))
def test_any_shapes_come_back_bit_by_bit(shapes: list[shapely.Geometry]) -> None:
    texts = [_written(shape) for shape in shapes]
    assert plain(pa.array(texts)).to_pylist() == [shapely.to_wkb(shape, flavor="iso") for shape in shapes]


def _written(shape: shapely.Geometry) -> str:
    """All digits, without exponents."""

    def places(ring: shapely.Geometry) -> str:
        pairs = [" ".join(np.format_float_positional(part) for part in pair) for pair in ring.coords]
        return f"({', '.join(pairs)})".replace(". ", ".0 ").replace(".,", ".0,").replace(".)", ".0)")

    def rings(polygon: shapely.Polygon) -> str:
        return f"({', '.join(places(ring) for ring in (polygon.exterior, *polygon.interiors))})"

    parts = getattr(shape, "geoms", None)
    part = rings if "Polygon" in shape.geom_type else places
    inside = part(shape) if parts is None else f"({', '.join(part(one) for one in parts)})"
    return f"{shape.geom_type.upper()} {inside}"
