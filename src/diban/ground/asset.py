"""Assets (文件资产): rasters, documents and photos, which land whole as versions of their layer.

A layer of assets holds one row, whose fields are the file's facts and whose geometry is where it
lies: so it is received, checked, compared, decided, landed, versioned, granted and erased as rows
are, and only its bytes stand elsewhere, among the originals under their hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from diban.ground.asset_kind import AssetKind
from diban.ground.schema import Code, Field, GeometryKind, Kind, Schema
from diban.ground.text import Text

KEY = "kind"
_LISTED: dict[AssetKind, dict[str, str]] = {
    AssetKind.RASTER: {"image/tiff; application=geotiff": "GeoTIFF"},
    AssetKind.DOCUMENT: {
        "application/pdf": "PDF",
        "application/ofd": "OFD",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PPTX",
        "application/vnd.oasis.opendocument.text": "ODT",
        "application/vnd.oasis.opendocument.spreadsheet": "ODS",
        "application/vnd.oasis.opendocument.presentation": "ODP",
        "text/plain": "TXT",
    },
    AssetKind.PHOTO: {
        "image/jpeg": "JPEG",
        "image/png": "PNG",
        "image/webp": "WebP",
        "image/heic": "HEIC",
    },
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One version of a file: its kind, the name it was sent under, media type, SHA-256 and size in bytes.

    ``width`` and ``height`` count pixels, ``bands`` channels, ``pages`` pages, each None where it does
    not apply or cannot be told. ``sample_type`` is a numpy name such as ``uint8``; ``pixel_width`` and
    ``pixel_height`` are in units of ``source_crs``, the code of the raster's own CRS.
    """

    kind: AssetKind
    file_name: str
    media_type: str
    digest: str
    size: int
    width: int | None = None
    height: int | None = None
    bands: int | None = None
    sample_type: str | None = None
    source_crs: str | None = None
    pixel_width: float | None = None
    pixel_height: float | None = None
    pages: int | None = None
    taken_at: datetime | None = None

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        """The asset whose facts are a row of its layer."""
        known = {name: row[name] for name in cls.__dataclass_fields__ if name in row}
        return cls(**{**known, KEY: AssetKind(row[KEY])})

    def as_json(self) -> dict[str, Any]:
        """The facts that there are; times as ISO 8601 in UTC."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        known = {name: value for name, value in found.items() if value is not None}
        if self.taken_at is not None:
            known["taken_at"] = self.taken_at.isoformat().replace("+00:00", "Z")
        return {**known, KEY: self.kind.value}


def asset_schema(kind: AssetKind) -> Schema:
    """The schema of a layer that holds one file of this kind.

    A raster has the polygon that it covers, a photo the point where it was taken, if it says so.
    """
    geometry, own = _OWN[kind]
    return Schema((*_common(kind), *own), geometry=geometry, key=KEY, asset=kind)


def facts_sent(kind: AssetKind, file_name: str, digest: str, size: int) -> dict[str, str]:
    """What is known of a file before it is opened, as text by field; a raster's CRS is to be filled in."""
    place = {"source_crs": ""} if kind is AssetKind.RASTER else {}
    return {KEY: kind.value, "file_name": file_name, "digest": digest, "size": str(size), **place}


def _common(kind: AssetKind) -> tuple[Field, ...]:
    """Facts of every file. The kind is the key, so that a new version is a change of the same row."""
    named = (Code(kind.value, kind.words),)
    formats = tuple(Code(value, Text(zh=name, en=name)) for value, name in _LISTED[kind].items())
    return (
        Field(KEY, Kind.TEXT, Text(zh="类型", en="Kind"), required=True, codes=named),
        Field("file_name", Kind.TEXT, Text(zh="文件名", en="File name"), required=True),
        Field("media_type", Kind.TEXT, Text(zh="格式", en="Format"), required=True, codes=formats),
        Field("digest", Kind.TEXT, Text(zh="SHA-256", en="SHA-256"), required=True),
        Field("size", Kind.INTEGER, Text(zh="大小", en="Size"), required=True, unit="B"),
    )


_PIXELS = (
    Field("width", Kind.INTEGER, Text(zh="宽", en="Width"), required=True, unit="px"),
    Field("height", Kind.INTEGER, Text(zh="高", en="Height"), required=True, unit="px"),
)
_OWN: dict[AssetKind, tuple[GeometryKind, tuple[Field, ...]]] = {
    AssetKind.RASTER: (
        GeometryKind.POLYGON,
        (
            *_PIXELS,
            Field("bands", Kind.INTEGER, Text(zh="波段数", en="Bands"), required=True),
            Field("sample_type", Kind.TEXT, Text(zh="像元类型", en="Sample type"), required=True),
            Field("source_crs", Kind.TEXT, Text(zh="原坐标系", en="CRS of the file"), required=True),
            Field("pixel_width", Kind.FLOAT, Text(zh="像元宽", en="Pixel width")),
            Field("pixel_height", Kind.FLOAT, Text(zh="像元高", en="Pixel height")),
        ),
    ),
    AssetKind.DOCUMENT: (
        GeometryKind.NONE,
        (Field("pages", Kind.INTEGER, Text(zh="页数", en="Pages")),),
    ),
    AssetKind.PHOTO: (
        GeometryKind.POINT,
        (*_PIXELS, Field("taken_at", Kind.INSTANT, Text(zh="拍摄时间", en="Taken at"))),
    ),
}
