"""The same made-up polygons in every format that is read as a stream."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pyogrio
import shapely

from bench.data import polygons, write_geopackage

_GEO = (
    b'{"version":"1.1.0","primary_column":"geometry",'
    b'"columns":{"geometry":{"encoding":"WKB","geometry_types":["Polygon"]}}}'
)


def write(folder: Path, name: str, count: int) -> Path:
    """The file of a format with so many polygons; made once."""
    suffix, make = FORMATS[name]
    path = folder / f"polygons-{count}{suffix}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        make(path, count)
    return path


def _shapefile(path: Path, count: int) -> None:
    parts = path.with_suffix(".shp")
    pyogrio.write_arrow(
        polygons(count), parts, driver="ESRI Shapefile", geometry_name="geometry",
        geometry_type="Polygon", crs="EPSG:4490", encoding="GBK",
    )  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for suffix in (".shp", ".shx", ".dbf", ".prj"):
            archive.write(parts.with_suffix(suffix), f"polygons{suffix}")
            parts.with_suffix(suffix).unlink()
    parts.with_suffix(".cpg").unlink(missing_ok=True)


def _geoparquet(path: Path, count: int) -> None:
    table = polygons(count)
    pq.write_table(table.replace_schema_metadata({b"geo": _GEO}), path, row_group_size=100_000)


def _csv(path: Path, count: int) -> None:
    table = polygons(count)
    shapes = shapely.to_wkt(shapely.from_wkb(table.column("geometry").to_numpy()), rounding_precision=9)
    place = table.schema.get_field_index("geometry")
    pyarrow.csv.write_csv(table.set_column(place, "wkt", pa.array(shapes)), path)


FORMATS: dict[str, tuple[str, Callable[[Path, int], None]]] = {
    "GeoPackage": (".gpkg", write_geopackage),
    "Shapefile in a ZIP, GBK": (".zip", _shapefile),
    "GeoParquet": (".parquet", _geoparquet),
    "CSV with WKT": (".csv", _csv),
}
