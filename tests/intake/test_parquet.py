"""GeoParquet in its encodings, and Parquet as a plain table."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from diban.intake.sandbox.unreadable import Unreadable
from tests.intake.uploads import mutations, read, read_here

_CRS: dict[str, Any] = {
    "type": "GeographicCRS",
    "name": "CGCS2000",
    "id": {"authority": "EPSG", "code": 4490},
}


def _geo(folder: Path, geometry: pa.Array, encoding: str = "WKB", **said: Any) -> Path:
    column = {"encoding": encoding, "geometry_types": [], **said}
    geo = {"version": "1.1.0", "primary_column": "geom", "columns": {"geom": column}}
    table = pa.table({
        "编码": [f"00{i}" for i in range(len(geometry))],
        "面积": pa.array([Decimal("1.50")] * len(geometry), pa.decimal128(9, 2)),
        "类": pa.array(["甲"] * len(geometry)).dictionary_encode(),
        "bbox": [{"xmin": 0.0}] * len(geometry),
        "标签": [["a"]] * len(geometry),
        "geom": geometry,
    }).replace_schema_metadata({"geo": json.dumps(geo)})  # fmt: skip
    pq.write_table(table, folder / "upload.parquet", row_group_size=2)
    return folder / "upload.parquet"


@pytest.mark.parametrize(
    ("said", "crs", "declared"),
    [
        ({}, "OGC:CRS84", False),
        ({"crs": None}, None, False),
        ({"crs": _CRS}, "EPSG:4490", True),
        ({"crs": {"type": "GeographicCRS", "name": "own"}}, '{"type": "GeographicCRS", "name": "own"}', True),
    ],
)
def test_geoparquet_arrives_with_what_it_says(
    said: dict[str, Any], crs: str | None, declared: bool, tmp_path: Path
) -> None:
    wkb = pa.array([shapely.Point(1, 2).wkb, None, shapely.Point(3, 4).wkb], pa.binary())
    found = read(_geo(tmp_path, wkb, **said))
    source = found.source
    assert (source.format, source.rows, source.crs, source.crs_declared) == ("GeoParquet", 3, crs, declared)
    assert found.wkt == ["POINT (1 2)", None, "POINT (3 4)"]
    assert (found.column("编码"), found.column("类")) == (["000", "001", "002"], ["甲"] * 3)
    assert (found.column("面积")[0], found.column("_row")) == (Decimal("1.50"), [1, 2, 3])
    assert found.codes() == {"column-unsupported"}


def _places(*numbers: float) -> list[dict[str, float]]:
    return [{"x": number, "y": -number} for number in numbers]


_NATIVE: dict[str, tuple[list[Any], list[str | None]]] = {
    "point": ([{"x": 1.0, "y": 2.0, "z": 3.0}, None], ["POINT Z (1 2 3)", None]),
    "linestring": ([_places(1, 2), None, _places(3, 4, 5)],
                   ["LINESTRING (1 -1, 2 -2)", None, "LINESTRING (3 -3, 4 -4, 5 -5)"]),
    "multipoint": ([_places(1, 2), _places(3)], ["MULTIPOINT ((1 -1), (2 -2))", "MULTIPOINT ((3 -3))"]),
    "polygon": ([[_places(0, 1, 2, 0), _places(5, 6, 7, 5)], []],
                ["POLYGON ((0 0, 1 -1, 2 -2, 0 0), (5 -5, 6 -6, 7 -7, 5 -5))", None]),
    "multilinestring": ([[_places(1, 2), _places(3, 4)]], ["MULTILINESTRING ((1 -1, 2 -2), (3 -3, 4 -4))"]),
    "multipolygon": ([None, [[_places(0, 1, 2, 0)], [_places(5, 6, 7, 5), _places(8, 9, 8)]]],
                     [None, "MULTIPOLYGON (((0 0, 1 -1, 2 -2, 0 0)), "
                            "((5 -5, 6 -6, 7 -7, 5 -5), (8 -8, 9 -9, 8 -8)))"]),
}  # fmt: skip


@pytest.mark.parametrize("encoding", _NATIVE)
def test_native_encodings_become_wkb(encoding: str, tmp_path: Path) -> None:
    values, expected = _NATIVE[encoding]
    assert read_here(_geo(tmp_path, pa.array(values), encoding)).wkt == [
        None if wkt is None else shapely.to_wkt(shapely.from_wkt(wkt)) for wkt in expected
    ]


def test_plain_parquet_is_a_table_with_places_in_columns(tmp_path: Path) -> None:
    path = tmp_path / "upload.parquet"
    pq.write_table(pa.table({"lon": [1.5, None], "lat": [2.5, 3.5], "id": ["007", "8"]}), path)
    found = read_here(path)
    assert (found.source.format, found.source.crs, found.wkt) == ("Parquet", None, ["POINT (1.5 2.5)", None])
    pq.write_table(pa.table({"id": ["007"]}), path)
    assert read_here(path).source.geometry_type is None


def test_damage_ends_in_rows_or_a_clean_refusal(tmp_path: Path) -> None:
    """T-CORRUPT."""
    path = _geo(tmp_path, pa.array([shapely.Point(i, i).wkb for i in range(20)], pa.binary()))
    outcomes: set[str] = set()
    for content in mutations(path.read_bytes(), 8, 5):
        path.write_bytes(content)
        try:
            read(path)
            outcomes.add("rows")
        except Unreadable as fault:
            outcomes.add(fault.code)
    assert outcomes <= {"rows", "read-damaged", "read-crashed", "read-memory", "format-unknown"}
