"""What the formats that GDAL writes have in common: plain columns, and a date that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
import pyogrio

from diban.ground import GeometryKind

TYPES = {GeometryKind.POINT: "Point", GeometryKind.LINE: "LineString", GeometryKind.POLYGON: "Polygon"}
_WRITTEN = "2026-05-06T01:00:00.000Z"


def stream(tables: Iterator[pa.Table], *, text_moments: bool = False) -> pa.RecordBatchReader:
    """Rows as GDAL takes them."""
    first = _plain(next(tables), text_moments)

    def batches() -> Iterator[pa.RecordBatch]:
        yield from first.to_batches()
        for table in tables:
            yield from _plain(table, text_moments).to_batches()

    return pa.RecordBatchReader.from_batches(first.schema, batches())


def _plain(table: pa.Table, text_moments: bool) -> pa.Table:
    # GDAL would make 83.82 of a decimal into 83.82000000000001; by way of text it stays the nearest.
    columns = [
        column.cast(pa.string()).cast(pa.float64())
        if pa.types.is_decimal(column.type)
        else column.cast(pa.string())
        if text_moments and pa.types.is_timestamp(column.type)
        else column
        for column in table.columns
    ]
    return pa.table(columns, table.column_names)


@contextmanager
def still_date() -> Iterator[None]:
    """Some formats carry the time of writing: hold it still."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _WRITTEN})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
