"""A page of GeoJSON as an Arrow record batch: types as declared, WKB geometry with GeoArrow metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import shapely

from diban.client.coordinates import crs_of, in_xy
from diban.client.resource import Field

FID, GEOMETRY = "_fid", "geometry"
MOST_FLOAT_DIGITS = 15
"""Digits that a float keeps of any decimal."""
MOST_DIGITS = 18
_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "instant": pa.timestamp("us", tz="UTC"),
}
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """Which columns an answer has, of which types; ``uri`` is the CRS that it was asked for in."""

    schema: pa.Schema
    uri: str

    def batch(self, features: Sequence[Json]) -> pa.RecordBatch:
        """A page of features; `pa.ArrowInvalid` where a value is not of its column's type."""
        rows = [feature["properties"] for feature in features]
        arrays = [
            self._special(column.name, features)
            if column.name in (FID, GEOMETRY)
            else _array([row.get(column.name) for row in rows], column.type)
            for column in self.schema
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def _special(self, name: str, features: Sequence[Json]) -> pa.Array:
        if name == FID:
            return pa.array([feature["id"] for feature in features], pa.int64())
        texts = [
            None if feature["geometry"] is None else orjson.dumps(feature["geometry"], default=float)
            for feature in features
        ]
        shapes = in_xy(np.asarray(shapely.from_geojson(texts), dtype=object), self.uri)
        return pa.array(shapely.to_wkb(shapes, flavor="iso"), pa.binary())


def shape_of(
    features: Sequence[Json],
    fields: Sequence[Field],
    asked: Sequence[str] | None,
    placed: bool,
    uri: str,
    told: Mapping[str, str],
) -> Shape:
    """The columns of an answer, told by its first page; of one without features, by what is declared.

    A field that is declared no longer, as in an earlier version, or is shown masked is text.
    """
    known = {field.name: arrow_type(field) for field in fields}
    names = list(features[0]["properties"]) if features else [n for n in known if asked is None or n in asked]
    rows = [feature["properties"] for feature in features]
    columns = [pa.field(FID, pa.int64())]
    for name in names:
        kind = known.get(name, pa.string())
        columns.append(pa.field(name, kind if _fits([row.get(name) for row in rows], kind) else pa.string()))
    if placed:
        columns.append(pa.field(GEOMETRY, pa.binary(), metadata=_geoarrow(uri)))
    metadata = dict(told) | ({"geo": _geoparquet(uri)} if placed else {})
    return Shape(pa.schema(columns, metadata=metadata), uri)


def arrow_type(field: Field) -> pa.DataType:
    """The type in which a field's values are told."""
    if field.kind == "decimal":
        return pa.decimal128(field.digits or MOST_DIGITS, field.scale)
    return _TYPES.get(field.kind, pa.string())


def page_of(content: bytes, fields: Sequence[Field]) -> Json:
    """A page's JSON; decimals that no float can hold are read with all their digits."""
    if any(field.kind == "decimal" and field.digits > MOST_FLOAT_DIGITS for field in fields):
        page: Json = json.loads(content, parse_float=Decimal)
        return page
    page = orjson.loads(content)
    return page


def _fits(values: Sequence[Any], kind: pa.DataType) -> bool:
    try:
        _array(values, kind)
    except (pa.ArrowException, TypeError, ValueError):
        return False
    return True


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_string(kind):
        return pa.array([v if v is None or isinstance(v, str) else str(v) for v in values], kind)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return pa.array(values, pa.string()).cast(kind)
    if pa.types.is_decimal(kind) and any(isinstance(value, float) for value in values):
        return pa.array(values, pa.float64()).cast(kind)
    if pa.types.is_floating(kind):
        values = [float(value) if isinstance(value, Decimal) else value for value in values]
    return pa.array(values, kind)


def _geoarrow(uri: str) -> dict[str, str]:
    told = {"crs": crs_of(uri).to_json_dict(), "crs_type": "projjson"}
    return {"ARROW:extension:name": "geoarrow.wkb", "ARROW:extension:metadata": json.dumps(told)}


def _geoparquet(uri: str) -> str:
    """What makes a Parquet file of the table a GeoParquet file."""
    column = {"encoding": "WKB", "geometry_types": [], "crs": crs_of(uri).to_json_dict()}
    return json.dumps({"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}})
