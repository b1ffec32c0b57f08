"""Marked rows as a spreadsheet (Office Open XML, ECMA-376): every cell a text, none a formula."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa

from diban.ground import GEOMETRY
from diban.intake.sandbox.reading import SourceLayer

SUFFIX = ".xlsx"

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PARTS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SHEET = "xl/worksheets/sheet1.xml"
# Style 1 is text, also when the cell is typed in again: no formula, no lost zeros.
_WHOLE = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_OFFICE}.sheet.main+xml"/>'
    f'<Override PartName="/{_SHEET}" ContentType="{_OFFICE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_OFFICE}.styles+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_PARTS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": "<Relationships "
    'xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_PARTS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_PARTS}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf/><xf numFmtId="49" applyNumberFormat="1" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
_NO_NAME = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31
# What XML 1.0 cannot hold at all.
_NO_TEXT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(batches: Iterator[pa.RecordBatch], schema: pa.Schema, source: SourceLayer, path: Path) -> None:
    """One sheet of the same name with the file's own columns; what is no text is written as one."""
    names = [name for name in schema.names if name != GEOMETRY]
    letters = [_letters(place) for place in range(len(names))]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for part, content in {**_WHOLE, "xl/workbook.xml": _workbook(source.name)}.items():
            book.writestr(part, _HEAD + content)
        with book.open(_SHEET, "w", force_zip64=True) as sheet:
            sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            sheet.write(_row(1, letters, names).encode())
            number = 1
            for batch in batches:
                rows = zip(*(batch.column(name).to_pylist() for name in names), strict=True)
                made = [_row(at, letters, row) for at, row in enumerate(rows, number + 1)]
                sheet.write("".join(made).encode())
                number += len(made)
            sheet.write(b"</sheetData></worksheet>")


def _workbook(name: str) -> str:
    title = _NO_NAME.sub("_", _NO_TEXT.sub("\ufffd", name))[:_LONGEST_NAME].strip("'") or "rows"
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_PARTS}"><sheets>'
        f'<sheet name={quoteattr(title)} sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _row(number: int, letters: Sequence[str], values: Sequence[object]) -> str:
    cells = [
        f'<c r="{column}{number}" s="1" t="inlineStr">'
        f'<is><t xml:space="preserve">{_text(str(value))}</t></is></c>'
        for column, value in zip(letters, values, strict=True)
        if value is not None
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _text(value: str) -> str:
    return escape(_NO_TEXT.sub("\ufffd", value), {"\r": "&#13;"})


def _letters(place: int) -> str:
    """The letters of a column, counted from 0."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
