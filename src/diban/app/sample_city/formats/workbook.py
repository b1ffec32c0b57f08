"""XLSX as a spreadsheet program writes it, one sheet; long codes are kept as text."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import openpyxl

from diban.app.sample_city.formats.rows import Row
from diban.app.sample_city.formats.shapefile import MOMENT
from diban.ground import GEOMETRY

_SAVED = b"2026-05-06T01:00:00Z"
_PROPERTIES = "docProps/core.xml"
_TERMS = b"http://purl.org/dc/terms/"
_CORE = (
    b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    b' xmlns:dcterms="' + _TERMS + b'" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    b'<dcterms:created xsi:type="dcterms:W3CDTF">' + _SAVED + b"</dcterms:created>"
    b'<dcterms:modified xsi:type="dcterms:W3CDTF">' + _SAVED + b"</dcterms:modified></cp:coreProperties>"
)
"""Written here: how the library writes it depends on the moment, and on what else the process has loaded."""
_LON_LAT = ["lon", "lat"]


def write_workbook(pieces: Iterator[list[Row]], path: Path, sheet: str) -> None:
    """Rows under one line of field names; points in the last two columns."""
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet(sheet)
    for number, rows in enumerate(pieces):
        if number == 0:
            page.append(
                [name for name in rows[0] if name != GEOMETRY] + _LON_LAT[: 2 * (GEOMETRY in rows[0])]
            )
        for row in rows:
            point = row.pop(GEOMETRY, None)
            place = [] if point is None else [point.x, point.y]
            page.append(
                [float(value) if isinstance(value, Decimal) else value for value in row.values()] + place
            )
    loose = path.with_suffix(".loose")
    book.save(loose)
    _still(loose, path)
    loose.unlink()


def _still(source: Path, path: Path) -> None:
    """The same workbook with no trace of when it was saved."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = _CORE if name == _PROPERTIES else old.read(name)
            member = zipfile.ZipInfo(name, MOMENT)
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, content)
