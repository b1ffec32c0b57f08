"""Marked rows as a GeoPackage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyogrio

from diban.ground import GEOMETRY, Invalid, source_crs
from diban.intake.sandbox.reading import SourceLayer

SUFFIX = ".gpkg"
_UNDEFINED = 'LOCAL_CS["Undefined Cartesian SRS"]'


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
        crs=_registered(source.crs) if placed else None,
    )


def _registered(name: str | None) -> str:
    """The code of the register that the file's words mean, if any: they themselves never reach GDAL.

    GDAL would fetch an address and open a path. Shifted or turned coordinates have no code.
    """
    try:
        crs = None if name is None else source_crs(name)
    except Invalid:
        return _UNDEFINED
    return _UNDEFINED if crs is None or crs.turned or crs.shift is not None else crs.code
