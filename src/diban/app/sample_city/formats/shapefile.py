"""Zipped Shapefiles as they come from a Chinese desk: GBK inside, and often without .prj or .cpg."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyogrio

from diban.app.sample_city.formats.gdal import TYPES, stream
from diban.ground import GEOMETRY, GeometryKind

_LANGUAGE = 29
"""Where a .dbf keeps the code of its code page."""
MOMENT = (2026, 5, 6, 9, 0, 0)
"""When everything in an archive was last changed."""


def write_shapefile(
    tables: Iterator[pa.Table], path: Path, stem: str, kind: GeometryKind, crs: str, *, prj: bool, cpg: bool
) -> None:
    """A zip of .shp, .shx, .dbf and, where wanted, .prj and .cpg; ``stem`` names them, in GBK."""
    with tempfile.TemporaryDirectory() as folder:
        pyogrio.write_arrow(
            stream(tables, text_moments=True),
            Path(folder) / "layer.shp",
            driver="ESRI Shapefile",
            geometry_name=GEOMETRY,
            geometry_type=TYPES[kind],
            crs=crs,
            encoding="GBK",
            DBF_DATE_LAST_UPDATE="2026-05-06",
        )
        if not cpg:
            _forget_encoding(Path(folder) / "layer.dbf")
        endings = [".shp", ".shx", ".dbf", *([".prj"] if prj else []), *([".cpg"] if cpg else [])]
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for ending in endings:
                _put(archive, Path(folder) / f"layer{ending}", stem + ending)


def _forget_encoding(table: Path) -> None:
    """As older programs write: nothing in the file says which code page it is in."""
    with table.open("r+b") as file:
        file.seek(_LANGUAGE)
        file.write(b"\0")


class _DeskName(zipfile.ZipInfo):
    """A name in the system's code page, as desktop archivers write it; the library's own are UTF-8."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits


def _put(archive: zipfile.ZipFile, source: Path, name: str) -> None:
    member = _DeskName(name, MOMENT)
    member.compress_type = zipfile.ZIP_DEFLATED
    with source.open("rb") as file, archive.open(member, "w", force_zip64=True) as target:
        while piece := file.read(1 << 20):
            target.write(piece)
