"""Each delivery in its form: the right CRS and encoding, clean or with errors planted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from diban.app.sample_city.deliveries import Delivery
from diban.app.sample_city.faults import SPOILERS, Planted, plant
from diban.app.sample_city.formats import (
    rows_of,
    table_of,
    write_csv,
    write_geojson,
    write_geopackage,
    write_geoparquet,
    write_shapefile,
    write_workbook,
)
from diban.app.sample_city.gcj02 import to_gcj02
from diban.app.sample_city.layers import SCHEMAS
from diban.app.sample_city.plane import Floats
from diban.app.sample_city.resources import RESOURCE_OF
from diban.ground import GAUSS_114E, GEOMETRY, STORED, project

_SHEET_ROWS = 2000
_AFTER = ("water", "green")
"""Layers that share a GeoPackage with one before them."""


def write_clean(delivery: Delivery, tables: Iterator[pa.Table], path: Path) -> None:
    """The rows as they are, in the delivery's form."""
    schema, placed = SCHEMAS[delivery.layer], _placed(tables, delivery.crs)
    match path.suffix:
        case ".gpkg":
            crs = delivery.declared
            append = delivery.layer in _AFTER
            write_geopackage(placed, path, delivery.layer, schema.geometry, crs, append=append)
        case ".zip":
            prj = bool(delivery.declared)
            title = _title(delivery.layer)
            write_shapefile(placed, path, title, schema.geometry, delivery.crs, prj=prj, cpg=prj)
        case ".geojson":
            write_geojson(map(rows_of, placed), path)
        case ".csv":
            write_csv(placed, path, delivery.encoding)
        case ".parquet":
            write_geoparquet(placed, path, delivery.crs)
        case _:
            write_workbook(map(rows_of, placed), path, _title(delivery.layer))


def few(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """As much as one street office would type into a workbook."""
    yield next(tables).slice(0, _SHEET_ROWS)


def write_faulty(
    delivery: Delivery, tables: Iterator[pa.Table], path: Path, rate: float, seed: int, planted: list[Planted]
) -> None:
    """With errors, which are added to ``planted``."""
    rows = plant(map(rows_of, tables), SPOILERS[delivery.file], rate, seed, planted)
    schema = SCHEMAS[delivery.layer].arrow()
    match path.suffix:
        case ".geojson":
            write_geojson(rows, path)
        case ".xlsx":
            write_workbook(rows, path, _title(delivery.layer))
        case suffix:
            as_text = suffix == ".csv"
            write_clean(delivery, (table_of(piece, schema, as_text=as_text) for piece in rows), path)


def _title(layer: str) -> str:
    return next(title.zh for slug, title, _ in RESOURCE_OF[layer].layers if slug == layer)


def _placed(tables: Iterator[pa.Table], crs: str) -> Iterator[pa.Table]:
    """Geometry in the CRS of the delivery; it is kept in longitude and latitude."""
    if crs in _MOVES:
        return (_moved(table, _MOVES[crs]) for table in tables)
    return tables


def _moved(table: pa.Table, move: Callable[[Floats], Floats]) -> pa.Table:
    column = table.column_names.index(GEOMETRY)
    shapes = shapely.from_wkb(table[GEOMETRY].combine_chunks().to_numpy(zero_copy_only=False))
    wkb = pa.array(shapely.to_wkb(shapely.transform(shapes, move), flavor="iso"), pa.binary())
    return table.set_column(column, GEOMETRY, wkb)


def _to_gauss(degrees: Floats) -> Floats:
    return np.round(project(degrees, STORED, GAUSS_114E), 4)


def _to_web(degrees: Floats) -> Floats:
    return np.round(to_gcj02(degrees), 8)


_MOVES: dict[str, Callable[[Floats], Floats]] = {GAUSS_114E.code: _to_gauss, "GCJ-02": _to_web}
