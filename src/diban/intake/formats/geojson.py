"""GeoJSON (RFC 7946, and the ``crs`` member of the 2008 specification)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from diban.intake.formats import gdal
from diban.intake.formats.json_outline import Outline, outline
from diban.intake.formats.reader import NUL, Reader, Remarks, Source, Wanted
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import Refusal

DEFAULT_CRS = "OGC:CRS84"
_TYPES = (
    "FeatureCollection",
    "Feature",
    "Point",
    "LineString",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def recognises(head: bytes) -> bool:
    """A JSON object begins; GeoJSON or not shows when it is opened."""
    return head.removeprefix(_BYTE_ORDER_MARK).lstrip(b" \t\r\n").startswith(b"{")


@contextmanager
def open_geojson(path: Path, wanted: Wanted, limits: Limits, remarks: Remarks) -> Iterator[Source]:
    """The features of the file, once its nesting, size and CRS were found acceptable.

    Text stays text even where it looks like a date, arrays and objects become JSON text.
    """
    size = path.stat().st_size
    if size > limits.whole_file:
        raise Refusal("file-too-large", format="GeoJSON", size=size, limit=limits.whole_file)
    found = outline(path, limits.depth)
    for row in found.nul:
        remarks.add(NUL, "GeoJSON", row=row)
    kind = found.members.get("type")
    if kind not in _TYPES:
        raise Refusal("format-unknown", formats=f"GeoJSON ({', '.join(_TYPES)})")
    # A file without a name is the one layer that anybody can mean.
    name = str(found.members.get("name") or wanted.layer or path.stem)
    if wanted.layer not in (None, name):
        raise Refusal("layer-unknown", layer=str(wanted.layer), layers=name)
    crs, declared = _crs(found)
    rows = found.features if kind == "FeatureCollection" else 1
    gdal.only("GeoJSON")
    options = {"ARRAY_AS_STRING": "YES", "DATE_AS_STRING": "YES"}
    with gdal.layer(path, None, limits, remarks, rows, **options) as opened:
        yield Source(
            format="GeoJSON",
            layer=name,
            rows=rows,
            crs=crs,
            crs_declared=declared,
            geometry_type=opened.geometry_type,
            id_name=None if "id" in opened.schema.names else "id",
            schema=opened.schema,
            batches=gdal.complete(opened.batches, rows),
        )


def _crs(found: Outline) -> tuple[str | None, bool]:
    """The CRS and whether the file states it; GDAL would take an unknown name for WGS 84."""
    if "crs" not in found.members:
        return DEFAULT_CRS, False
    declared = found.members["crs"]
    if not isinstance(declared, dict):
        return None, declared is not None
    properties = declared.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    if declared.get("type") == "link" or "href" in properties:
        raise Refusal("crs-link")
    if declared.get("type") == "EPSG":
        return f"EPSG:{properties.get('code')}", True
    return str(properties.get("name"))[:200], True


GEOJSON = Reader("GeoJSON", recognises, open_geojson)
