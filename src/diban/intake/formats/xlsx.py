"""Spreadsheets (Office Open XML, ECMA-376): every cell as text, a sheet being a layer.

The sheet is read as a stream of events; only the workbook's shared texts are held in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import pyarrow as pa

from diban.intake.formats.archive import Archive, Member
from diban.intake.formats.guard import guarded
from diban.intake.formats.names import free_names, names_by_position
from diban.intake.formats.places import locate
from diban.intake.formats.reader import ROW, Reader, Remarks, Source, Wanted
from diban.intake.formats.xlsx_cells import Cells, Style
from diban.intake.formats.xlsx_sheet import Sheet
from diban.intake.formats.xml import elements, walk
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import Refusal

_FIRST_MEMBERS = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"docMetadata/", b"customXml/", b"xl/")
_NAME_AT = 30
_WORKBOOK = "xl/workbook.xml"
_BATCH_ROWS = 8_192
_PEEK = 1 << 16
_VALUE = re.compile(rb"<(\w+:)?(v|is|t)[\s/>]")
_LONGEST_TAG = 64


@dataclass(frozen=True, slots=True)
class _Listed:
    name: str
    hidden: bool
    member: Member


def recognises(head: bytes) -> bool:
    """An archive that begins with a part of an Office document."""
    return head.startswith(b"PK\x03\x04") and head[_NAME_AT:].startswith(_FIRST_MEMBERS)


@contextmanager
def open_xlsx(path: Path, wanted: Wanted, limits: Limits, remarks: Remarks) -> Iterator[Source]:
    """One sheet of the workbook; it must be named where several hold something.

    The first row with at least two cells names the columns; rows above it are remarked. Where it is said that
    none does, every row is data, unless intake wrote the first.
    """
    with path.open("rb") as file:
        archive = Archive(file, limits)
        book = _Book(archive, limits)
        chosen = _chosen(book.sheets(remarks), wanted.layer)
        cells = Cells(book.texts(), book.styles(), book.since_1904, remarks)
        with archive.stream(chosen.member) as stream:
            sheet = Sheet(stream, cells, limits, remarks)
            head = sheet.head() if wanted.header or sheet.named_by_intake() else []
            names = free_names(head, remarks) if head else names_by_position(sheet.width())
            schema = pa.schema([*(pa.field(name, pa.string()) for name in names), pa.field(ROW, pa.int64())])
            found = locate(schema, _batches(sheet, schema, remarks), wanted, remarks)
            yield Source(
                format="XLSX",
                layer=chosen.name,
                rows=None,
                crs=found.crs,
                crs_declared=found.crs is not None,
                geometry_type=found.geometry_type,
                id_name=None,
                schema=found.schema,
                batches=found.batches,
                places=found.places,
                head=tuple(head),
            )


def _batches(sheet: Sheet, schema: pa.Schema, remarks: Remarks) -> Iterator[pa.RecordBatch]:
    rows: list[tuple[str | int | None, ...]] = []
    for row in sheet.rows(schema.names[:-1]):
        rows.append(row)
        if len(rows) == _BATCH_ROWS:
            yield _batch(rows, schema, remarks)
            rows = []
    if rows:
        yield _batch(rows, schema, remarks)


def _batch(rows: list[tuple[str | int | None, ...]], schema: pa.Schema, remarks: Remarks) -> pa.RecordBatch:
    columns = [
        pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), schema, strict=True)
    ]
    numbers = columns[-1].to_numpy()
    for name, column in zip(schema.names, columns[:-1], strict=False):
        # A CSV of faulty rows that was saved as a sheet may have them.
        if (found := guarded(column)) is not None:
            remarks.add_rows("apostrophe-kept", "", numbers[np.asarray(found)], name)
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _chosen(sheets: list[_Listed], layer: str | None) -> _Listed:
    shown = ", ".join(sheet.name for sheet in sheets)
    if layer is not None:
        for sheet in sheets:
            if sheet.name == layer:
                return sheet
        raise Refusal("layer-unknown", layer=layer, layers=shown)
    seen = [sheet for sheet in sheets if not sheet.hidden]
    if len(seen) != 1:
        raise Refusal("layer-needed" if seen else "layer-none", layers=shown)
    return seen[0]


def is_workbook(archive: Archive) -> bool:
    """Whether the archive is a workbook, not only one that begins like an Office document."""
    return any(member.name == _WORKBOOK for member in archive.members)


class _Book:
    """The parts of a workbook beside its sheets."""

    def __init__(self, archive: Archive, limits: Limits) -> None:
        self._archive, self._limits = archive, limits
        self._parts = {member.name: member for member in archive.members}
        if _WORKBOOK not in self._parts:
            raise Refusal("format-unknown", formats="XLSX")
        self._said = self._elements(_WORKBOOK, "sheet", "workbookPr")
        dates = (one.get("date1904") for one in self._said if one[""] == "workbookPr")
        self.since_1904 = any(value in ("1", "true") for value in dates)

    def sheets(self, remarks: Remarks) -> list[_Listed]:
        """The sheets that hold something, in their order."""
        targets = {
            one["Id"]: str(PurePosixPath("/xl", one["Target"])).removeprefix("/")
            for one in self._elements("xl/_rels/workbook.xml.rels", "Relationship")
        }
        found = []
        for one in self._said:
            member = self._parts.get(targets.get(_relation(one), "")) if one[""] == "sheet" else None
            if member is None or not self._filled(member):
                continue
            hidden = one.get("state", "visible") != "visible"
            if hidden:
                remarks.add("sheet-hidden", one["name"])
            found.append(_Listed(one["name"], hidden, member))
        return found

    def _filled(self, member: Member) -> bool:
        """Whether any cell has a value: a sheet may begin with thousands that have only a style."""
        kept = b""
        with self._archive.stream(member) as stream:
            while chunk := stream.read(_PEEK):
                if _VALUE.search(kept + chunk):
                    return True
                kept = chunk[-_LONGEST_TAG:]
        return False

    def styles(self) -> list[Style]:
        """Per style of cells what it makes of numbers."""
        said = self._elements("xl/styles.xml", "numFmt", "cellXfs", "cellStyles", "dxfs", "xf")
        patterns = {one["numFmtId"]: one["formatCode"] for one in said if one[""] == "numFmt"}
        found, inside = [], False
        for one in said:
            inside = one[""] == "cellXfs" if one[""] != "xf" else inside
            if inside and one[""] == "xf":
                number = one.get("numFmtId", "0")
                found.append(Style.of(int(number), patterns.get(number)))
        return found

    def texts(self) -> list[str]:
        """The shared texts, without the phonetic runs beside them."""
        member = self._parts.get("xl/sharedStrings.xml")
        if member is None:
            return []
        if member.info.file_size > self._limits.shared_texts:
            size, limit = member.info.file_size, self._limits.shared_texts
            raise Refusal("file-too-large", format="XLSX", size=size, limit=limit)
        texts: list[str] = []
        parts: list[str] = []
        state = {"t": False, "rPh": False}

        def start(name: str, _: dict[str, str]) -> None:
            if name == "si":
                parts.clear()
            elif name in state:
                state[name] = True

        def end(name: str) -> None:
            if name == "si":
                texts.append("".join(parts))
            elif name in state:
                state[name] = False

        def text(words: str) -> None:
            if state["t"] and not state["rPh"]:
                parts.append(words)

        with self._archive.stream(member) as stream:
            for _ in walk(stream, start, end, text):
                pass
        return texts

    def _elements(self, part: str, *names: str) -> list[dict[str, str]]:
        if part not in self._parts:
            return []
        with self._archive.stream(self._parts[part]) as stream:
            return elements(stream, *names)


def _relation(sheet: dict[str, str]) -> str:
    return next((value for name, value in sheet.items() if name.endswith(":id")), "")


XLSX = Reader("XLSX", recognises, open_xlsx)
