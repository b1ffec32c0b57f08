"""GeoPackage, with one layer or several."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyogrio

from diban.app.sample_city.formats.gdal import TYPES, still_date, stream
from diban.ground import GEOMETRY, GeometryKind


def write_geopackage(
    tables: Iterator[pa.Table], path: Path, layer: str, kind: GeometryKind, crs: str, *, append: bool = False
) -> None:
    """One layer, in a file of its own or after those that are there; a table when it has no geometry."""
    if not append:
        path.unlink(missing_ok=True)
    shaped = kind in TYPES
    with still_date():
        pyogrio.write_arrow(
            stream(tables),
            path,
            layer=layer,
            driver="GPKG",
            append=append,
            geometry_name=GEOMETRY if shaped else None,
            geometry_type=TYPES.get(kind),
            crs=crs if shaped else None,
        )
