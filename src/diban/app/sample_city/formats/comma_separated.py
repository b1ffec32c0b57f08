"""CSV in GBK or UTF-8, with coordinates in columns."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import shapely

from diban.ground import GEOMETRY


def in_columns(table: pa.Table) -> pa.Table:
    """Points as columns ``lon`` and ``lat``; other rows as they are."""
    if GEOMETRY not in table.column_names:
        return table
    points = shapely.from_wkb(table[GEOMETRY].combine_chunks().to_numpy(zero_copy_only=False))
    lon, lat = (pa.array(axis, from_pandas=True) for axis in (shapely.get_x(points), shapely.get_y(points)))
    return table.drop_columns([GEOMETRY]).append_column("lon", lon).append_column("lat", lat)


def write_csv(tables: Iterator[pa.Table], path: Path, encoding: str) -> None:
    """Rows under one line of field names."""
    with path.open("w", encoding=encoding, newline="") as file:
        for number, table in enumerate(tables):
            text = io.BytesIO()
            options = csv.WriteOptions(include_header=number == 0, quoting_style="needed")
            csv.write_csv(in_columns(table), text, options)
            file.write(text.getvalue().decode())
