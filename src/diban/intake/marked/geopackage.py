"""Marked rows as a GeoPackage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyogrio

from diban.ground import GEOMETRY
from diban.intake.sandbox.reading import SourceLayer

SUFFIX = ".gpkg"


def write(batches: Iterator[pa.RecordBatch], schema: pa.Schema, source: SourceLayer, path: Path) -> None:
    """One layer of the same name, any geometry, in the CRS of the file; a table where it has none."""
    placed = GEOMETRY in schema.names
    pyogrio.write_arrow(
        pa.RecordBatchReader.from_batches(schema, batches),
        path,
        layer=source.name or "rows",
        driver="GPKG",
        geometry_name=GEOMETRY if placed else None,
        geometry_type="Unknown" if placed else None,
        crs=source.crs if placed else None,
    )
