"""dBASE tables (.dbf), the attributes of a shapefile: columns by their place, read with numpy.

Layout after dBASE III+ (Ashton-Tate 1985) and its use by Esri. Values arrive as the text that stands
in the file, so that codes keep their zeros and numbers their digits; dates arrive as dates.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from diban.intake.formats import encoding
from diban.intake.formats.mapped import Mapped
from diban.intake.formats.names import free_names
from diban.intake.formats.reader import Remarks
from diban.intake.formats.text_columns import fixed_width, text_column
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import Refusal

HEAD = struct.Struct("<BBBBIHH")
_DESCRIPTOR = struct.Struct("<11scIBB")
_DESCRIPTOR_BYTES, _FIRST, _LAST = 32, 32, 0x0D
_LANGUAGE_AT = 29
# Language drivers; 0x57 says no more than "ANSI", whatever that was on the writer's computer.
_LANGUAGES = {
    0x4D: "gbk", 0x7A: "gbk", 0x78: "cp950", 0x4F: "cp950", 0x13: "cp932", 0x7B: "cp932", 0x4E: "cp949",
    0x79: "cp949", 0x03: "cp1252", 0x01: "cp437", 0x02: "cp850", 0xC9: "cp1251",
}  # fmt: skip
_DELETED = ord("*")
_BLOCK_ROWS = 65_536
_TEXT, _NUMBERS, _DAY, _LOGICAL, _INTEGER, _DOUBLE = "C", "NF", "D", "L", "I+", "O"
_NO_ZEROS = r"^(\s*[-+]?[0-9]*)(?:\.|(\.[0-9]*[1-9]))0*$"
_MOST_PLACES = 40
_DECIMAL = r"^[-+]?[0-9]+\.[0-9]+$"
_SURE_SIGNS = 16
"""The 15 decimal digits that any double keeps, and the point."""

_Bytes = npt.NDArray[np.uint8]
_Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    kind: str
    start: int
    width: int
    scale: int


class Table:
    """A .dbf file: its columns, and its rows by number (from 0, deleted ones included)."""

    def __init__(
        self, path: Path, said: str | None, stated: str | None, limits: Limits, remarks: Remarks
    ) -> None:
        self._remarks = remarks
        self._mapped = Mapped(path)
        self._content = self._mapped.content
        head = bytes(self._content[:_FIRST])
        _, _, _, _, self.rows, start, width = HEAD.unpack_from(head)
        described = list(self._descriptors(start, limits))
        if width == 0 or sum(size for _, _, size, _ in described) + 1 > width:
            raise Refusal("read-damaged", detail="the columns of the .dbf do not fit into its rows")
        held = max(len(self._content) - start, 0) // width
        if held < self.rows:
            raise Refusal("read-incomplete", expected=self.rows, found=held)
        self._cells = np.ndarray((self.rows, width), np.uint8, buffer=self._content, offset=start)
        self.encoding = encoding.choose(
            said, stated or _LANGUAGES.get(head[_LANGUAGE_AT]), self._sample(described), remarks
        )
        self._columns = self._named(described)
        fields = [pa.field(column.name, _arrow(column.kind)) for column in self._columns]
        self.schema = pa.schema(fields)
        self.deleted = self._deleted()

    def let_go(self) -> None:
        """Give back the memory of what was read so far."""
        self._mapped.let_go()

    def _deleted(self) -> _Rows:
        """The rows that are marked as deleted."""
        found = []
        for first in range(0, self.rows, _BLOCK_ROWS):
            marks = self._cells[first : first + _BLOCK_ROWS, 0]
            found.append(np.flatnonzero(marks == _DELETED) + first)
            self.let_go()
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def _descriptors(self, end: int, limits: Limits) -> Iterator[tuple[bytes, str, int, int]]:
        """Raw name, type, width and decimals of each column."""
        for number, at in enumerate(range(_FIRST, end - 1, _DESCRIPTOR_BYTES)):
            if self._content[at] == _LAST:
                return
            if number >= limits.columns:
                raise Refusal("columns-too-many", count=(end - _FIRST) // _DESCRIPTOR_BYTES)
            name, kind, _, width, scale = _DESCRIPTOR.unpack_from(self._content, at)
            yield name.partition(b"\0")[0], kind.decode("latin-1").upper(), width, scale

    def _sample(self, described: list[tuple[bytes, str, int, int]]) -> bytes:
        """Texts that are not all ASCII: names of columns, then cells, from wherever they are."""

        def texts() -> Iterator[bytes]:
            for name, _, _, _ in described:
                yield name
            for first in range(0, self.rows, _BLOCK_ROWS):
                at, block = 1, self._cells[first : first + _BLOCK_ROWS]
                for _, kind, width, _ in described:
                    cells = block[:, at : at + width]
                    at += width
                    if kind == _TEXT and width:
                        cells = cells[(cells > 0x7F).any(axis=1)]
                        yield b"\n".join(cell.tobytes().rstrip(b" \0") for cell in cells[: _BLOCK_ROWS // 16])
                self.let_go()

        return encoding.sample_of(texts())

    def _named(self, described: list[tuple[bytes, str, int, int]]) -> list[_Column]:
        raw = [name.decode(self.encoding, "replace") for name, _, _, _ in described]
        made, at = [], 1
        for name, (_, kind, width, scale) in zip(free_names(raw, self._remarks), described, strict=True):
            fixed = {_INTEGER[0]: 4, _INTEGER[1]: 4, _DOUBLE: 8, _DAY: 8}.get(kind, width)
            if kind in _TEXT + _NUMBERS + _DAY + _LOGICAL + _INTEGER + _DOUBLE and width == fixed and width:
                made.append(_Column(name, kind, at, width, scale))
            elif kind != "0":  # what Visual FoxPro keeps for itself
                self._remarks.add("column-unsupported", f"{name} ({kind}{width})", column=name)
            at += width
        return made

    def columns(self, rows: _Rows, first_row: int) -> list[pa.Array]:
        """The columns of these rows; ``first_row`` is the number that remarks give the first."""
        whole = rows[-1] - rows[0] + 1 == len(rows)
        cells = self._cells[rows[0] : rows[-1] + 1] if whole else self._cells[rows]
        return [
            self._values(column, cells[:, column.start : column.start + column.width], first_row)
            for column in self._columns
        ]

    def _values(self, column: _Column, cells: _Bytes, first_row: int) -> pa.Array:
        if column.kind in _INTEGER:
            return pa.array(np.ascontiguousarray(cells).view("<i4")[:, 0])
        if column.kind == _DOUBLE:
            return pa.array(np.ascontiguousarray(cells).view("<f8")[:, 0])
        data, offsets = fixed_width(cells, both_sides=column.kind != _TEXT)
        texts = text_column(data, offsets, self.encoding, column.name, first_row, self._remarks)
        if column.kind in _NUMBERS:
            return self._numbers(column, texts, first_row)
        if column.kind == _LOGICAL:
            return pc.if_else(pc.equal(texts, "?"), pa.scalar(None, pa.string()), texts)
        return self._days(column, texts, first_row) if column.kind == _DAY else texts

    def _numbers(self, column: _Column, texts: pa.StringArray, first_row: int) -> pa.StringArray:
        over = np.flatnonzero(pc.starts_with(texts, "*").fill_null(False))
        self._remarks.add_rows("number-overflow", "", over + first_row, column.name)
        if column.scale == 0 and column.kind == "N":
            return texts
        texts = _without_zeros(_shortest(texts))
        powers = pc.match_substring(texts, "e", ignore_case=True).fill_null(False)
        if not pc.any(powers).as_py():
            return texts
        plain = [_plain(text) for text in texts.filter(powers).to_pylist()]  # only floats written as powers
        return pc.replace_with_mask(texts, powers, pa.array(plain, pa.string()))

    def _days(self, column: _Column, texts: pa.StringArray, first_row: int) -> pa.Array:
        texts = pc.if_else(pc.match_substring_regex(texts, "^[0 ]*$"), pa.scalar(None, pa.string()), texts)
        spelled = pc.replace_substring_regex(texts, "^([0-9]{4})([0-9]{2})([0-9]{2})$", r"\1-\2-\3")
        days = pc.strptime(spelled, format="%Y-%m-%d", unit="s", error_is_null=True).cast(pa.date32())
        # Written again by a cast: strftime asks for the system's time zones, which no sandbox shows.
        known = pc.equal(days.cast(pa.string()), spelled).fill_null(False)
        bad = np.flatnonzero(pc.and_(texts.is_valid(), pc.invert(known)))
        self._remarks.add_rows("date-unreadable", "", bad + first_row, column.name)
        return pc.if_else(known, days, pa.scalar(None, days.type))


def _shortest(texts: pa.StringArray) -> pa.StringArray:
    """Texts with more digits than a double holds, as short as the double that they are, if that is shorter.

    Programs that keep numbers as doubles fill the column: 39481.8 stands there as 39481.800000000002910.
    """
    long = pc.and_(_longer(texts), pc.match_substring_regex(texts, _DECIMAL)).fill_null(False)
    if not pc.any(long).as_py():
        return texts
    written = texts.filter(long)
    short = written.cast(pa.float64()).cast(pa.string())
    # What is still long was no short number: then its own digits stand.
    return pc.replace_with_mask(texts, long, pc.if_else(_longer(short), written, short))


def _without_zeros(texts: pa.StringArray) -> pa.StringArray:
    """Numbers without the zeros, and the point, that say nothing at their end."""
    filled = pc.or_(pc.ends_with(texts, "0"), pc.ends_with(texts, ".")).fill_null(False)
    if not pc.any(filled).as_py():
        return texts
    bare = pc.replace_substring_regex(texts.filter(filled), _NO_ZEROS, r"\1\2")
    return pc.replace_with_mask(texts, filled, bare)


def _longer(texts: pa.StringArray) -> pa.BooleanArray:
    return pc.greater(pc.utf8_length(pc.utf8_ltrim(texts, "+-0.")), _SURE_SIGNS)


def rows_said(head: bytes) -> int:
    """How many rows a table's first bytes promise."""
    return int(HEAD.unpack_from(head)[4]) if len(head) >= HEAD.size else 0


def _arrow(kind: str) -> pa.DataType:
    if kind in _INTEGER:
        return pa.int32()
    return {_DOUBLE: pa.float64(), _DAY: pa.date32()}.get(kind, pa.string())


def _plain(text: str) -> str:
    """A number written with a power of ten, in digits; anything else as it is."""
    if not re.fullmatch(r"[-+]?[0-9]*\.?[0-9]*[eE][-+]?[0-9]{1,3}", text):
        return text
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text
    if abs(number.adjusted()) > _MOST_PLACES:
        return text
    return format(number.normalize(), "f")
