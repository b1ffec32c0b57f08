"""GeoParquet 1.1: WKB in a column, and what it is in the file's metadata."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
from pyproj import CRS

from diban.ground import GEOMETRY


def write_geoparquet(tables: Iterator[pa.Table], path: Path, crs: str) -> None:
    """One row group a table; coordinates x before y as the format wants."""
    first = next(tables)
    column = {"encoding": "WKB", "geometry_types": [], "crs": CRS(crs).to_json_dict()}
    geo = {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
    schema = first.schema.with_metadata({"geo": json.dumps(geo)})
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        writer.write_table(first.cast(schema))
        for table in tables:
            writer.write_table(table.cast(schema))
