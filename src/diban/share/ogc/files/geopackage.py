"""A layer as a GeoPackage (OGC 12-128r19): feature numbers, titles of fields and words of the source kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.raw import write_arrow

from diban.base import Query, Snapshot
from diban.ground import CRS84, FID, GEOMETRY, STORED, Crs, Field, GeometryKind, Kind
from diban.share.http.geojson import moved

SUFFIX = "gpkg"
MEDIA_TYPE = "application/geopackage+sqlite3"
_MULTI = {
    GeometryKind.POINT: "Point",
    GeometryKind.LINE: "MultiLineString",
    GeometryKind.POLYGON: "MultiPolygon",
}
_GATHERED = {"MultiLineString": (1, shapely.multilinestrings), "MultiPolygon": (3, shapely.multipolygons)}
_WKB = {b"ARROW:extension:name": b"geoarrow.wkb"}
_TITLE = b"GDAL:OGR:alternative_name"

Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Table:
    """What the file says of itself: its table's name, the layer's title and its source and licence."""

    name: str
    title: str
    words: str
    language: str


def write_geopackage(
    snapshot: Snapshot, query: Query, crs: Crs, table: Table, target: Path, told: Callable[[int], None]
) -> int:
    """Write the features that a query finds into a new file; how many there were.

    Feature numbers are its FIDs. Coordinates are x, y in ``crs``, as the format prescribes, CRS84 being
    written as the stored CGCS2000; lines and polygons are multi-part, since many readers want one type.
    Decimals are text, since the format has none. The same version gives the same bytes. ``told`` hears
    how many rows are written.
    """
    batches = snapshot.batches(query)
    first = next(batches)
    fields = [field for field in snapshot.schema.fields if field.name in first.schema.names]
    kind = _geometry_type(snapshot.schema.geometry, first)
    number = next(name for name in ("fid", "fid_", "fid__") if name not in _taken(fields))
    schema = _schema(fields, number, kind is not None, table.language)
    count = 0

    def laid_out() -> Iterator[pa.RecordBatch]:
        nonlocal count
        for batch in chain([first], batches):
            yield _laid_out(batch, fields, schema, kind, crs)
            count += batch.num_rows
            told(count)

    # The one moment that GDAL writes: by the clock, the same file would be another one each time.
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _moment(snapshot)})
    stored = STORED if crs == CRS84 else crs
    write_arrow(
        pa.RecordBatchReader.from_batches(schema, laid_out()),
        str(target),
        layer=table.name,
        driver="GPKG",
        geometry_name=None if kind is None else GEOMETRY,
        geometry_type=kind,
        crs=None if kind is None else stored.code,
        layer_options={
            "FID": number,
            "GEOMETRY_NAME": GEOMETRY,
            "IDENTIFIER": table.title,
            "DESCRIPTION": table.words,
            "SPATIAL_INDEX": "YES",
        },
    )
    return count


def _moment(snapshot: Snapshot) -> str:
    """When what is written landed, as GDAL takes it."""
    landed = None if snapshot.version is None else snapshot.version.landed_at
    return f"{landed or datetime(1970, 1, 1, tzinfo=UTC):%Y-%m-%dT%H:%M:%S.000Z}"


def _taken(fields: list[Field]) -> set[str]:
    return {field.name.casefold() for field in fields}


def _geometry_type(kind: GeometryKind, first: pa.RecordBatch) -> str | None:
    """The declared type of the table, by the layer's kind and the first features."""
    if kind is GeometryKind.NONE or GEOMETRY not in first.schema.names:
        return None
    shapes = shapely.from_wkb(first.column(GEOMETRY).to_numpy(zero_copy_only=False))
    name = _MULTI.get(kind, "Unknown")
    if name == "Point" and np.isin(shapely.get_type_id(shapes), 4).any():
        name = "Unknown"
    return f"{name} Z" if bool(shapely.has_z(shapes).any()) else name


def _schema(fields: list[Field], number: str, placed: bool, language: str) -> pa.Schema:
    columns = [pa.field(number, pa.int64())]
    for field in fields:
        kind = pa.string() if field.kind is Kind.DECIMAL else field.arrow_type()
        title = field.title.in_language(language).encode()
        columns.append(pa.field(field.name, kind, metadata={_TITLE: title}))
    if placed:
        columns.append(pa.field(GEOMETRY, pa.binary(), metadata=_WKB))
    return pa.schema(columns)


def _laid_out(
    batch: pa.RecordBatch, fields: list[Field], schema: pa.Schema, kind: str | None, crs: Crs
) -> pa.RecordBatch:
    columns = [batch.column(FID)]
    columns += [
        batch.column(field.name).cast(schema.field(place).type) for place, field in enumerate(fields, 1)
    ]
    if kind is not None:
        shapes = shapely.from_wkb(batch.column(GEOMETRY).to_numpy(zero_copy_only=False))
        # x, y whatever the CRS prescribes: so the format has it.
        shapes = moved(_gathered(shapes, kind.removesuffix(" Z")), replace(crs, swapped=False))
        columns.append(pa.array(shapely.to_wkb(shapes, flavor="iso"), pa.binary()))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _gathered(shapes: Shapes, kind: str) -> Shapes:
    """Single lines and polygons as multi-part ones of one part."""
    if kind not in _GATHERED:
        return shapes
    single, gather = _GATHERED[kind]
    alone = np.flatnonzero(shapely.get_type_id(shapes) == single)
    if len(alone):
        shapes = shapes.copy()
        shapes[alone] = gather(shapes[alone], indices=np.arange(len(alone)))
    return shapes
