"""Writing tables as GeoPackage and GeoJSON, the same bytes for the same rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio
import shapely

from diban.ground import GEOMETRY, STORED, GeometryKind

_TYPES = {GeometryKind.POINT: "Point", GeometryKind.LINE: "LineString", GeometryKind.POLYGON: "Polygon"}
_WRITTEN = "2026-05-06T01:00:00.000Z"


def write_geopackage(table: pa.Table, path: Path, layer: str, kind: GeometryKind) -> None:
    """One layer as a GeoPackage in the stored CRS; without geometry as an attribute table."""
    path.unlink(missing_ok=True)
    # GDAL would make 83.82 of a decimal into 83.82000000000001; by way of text it stays the nearest.
    columns = [
        column.cast(pa.string()).cast(pa.float64()) if pa.types.is_decimal(column.type) else column
        for column in table.columns
    ]
    with _fixed_date():
        pyogrio.write_arrow(
            pa.table(columns, table.column_names),
            path,
            layer=layer,
            driver="GPKG",
            geometry_name=GEOMETRY if kind in _TYPES else None,
            geometry_type=_TYPES.get(kind),
            crs=STORED.code if kind in _TYPES else None,
        )


@contextmanager
def _fixed_date() -> Iterator[None]:
    """GeoPackages carry the time of writing: hold it still."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _WRITTEN})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def features(table: pa.Table) -> list[dict[str, Any]]:
    """Rows as GeoJSON features (RFC 7946)."""
    shapes = shapely.to_geojson(
        shapely.from_wkb(table[GEOMETRY].combine_chunks().to_numpy(zero_copy_only=False))
    )
    rows = table.drop_columns([GEOMETRY]).to_pylist()
    return [
        {
            "type": "Feature",
            "properties": {name: _plain(value) for name, value in row.items()},
            "geometry": json.loads(shape),
        }
        for row, shape in zip(rows, shapes, strict=True)
    ]


def write_geojson(rows: list[dict[str, Any]], path: Path) -> None:
    """Features as one collection, a line each."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows)
    path.write_text(f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n', encoding="utf-8")


def write_json(value: object, path: Path) -> None:
    """A JSON document for people and programs."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
