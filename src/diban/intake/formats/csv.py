"""Tables as text (RFC 4180 and its many relatives): comma, tab, semicolon or bar, in any usual encoding.

Everything is text: types come from the declared fields. A row with too many or too few cells is left
out and told with its number; it is never mended by guessing.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from diban.intake.formats import encoding
from diban.intake.formats.guard import guarded, unguard
from diban.intake.formats.marks import given_back
from diban.intake.formats.names import free_names, names_by_position, names_of_intake
from diban.intake.formats.paced import Paced
from diban.intake.formats.places import locate
from diban.intake.formats.quotes import Quotes
from diban.intake.formats.reader import ROW, Reader, Remarks, Source, Wanted
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.text import readable
from diban.intake.sandbox.wire import Refusal

DELIMITERS = (",", "\t", ";", "|")

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\x0b\x0c\x1a")
_OTHER_TEXT = b"{[<%"
_CHUNK = 1 << 20
_BLOCK = 8 << 20
_HEAD = 1 << 18
_LINES = 20
_LOST = "\ufffd"
_LOST_BEGINS = _LOST.encode()[:1]
# What spreadsheets make of numbers of twelve digits and more in cells that are not text.
_POWER = r"^-?[0-9](\.[0-9]+)?[eE]\+(1[1-9]|[2-9][0-9])$"


def recognises(head: bytes) -> bool:
    """Text without control characters whose first line has a delimiter, and no JSON, XML or PDF."""
    mark, name = _mark(head)
    if name is not None and name != "utf-8":
        return any(delimiter in head[len(mark) :].decode(name, "replace") for delimiter in DELIMITERS)
    text = head[len(mark) :].lstrip()
    line = text.partition(b"\n")[0].partition(b"\r")[0]
    plain = text == text.translate(None, delete=_CONTROLS) and text[:1] not in _OTHER_TEXT
    return plain and any(delimiter.encode() in line for delimiter in DELIMITERS)


@contextmanager
def open_csv(path: Path, wanted: Wanted, limits: Limits, remarks: Remarks) -> Iterator[Source]:
    """The rows of the file as text, empty cells absent; the first row that is not empty names the columns.

    Where it is said not to, it is data, unless intake wrote it.
    """
    with path.open("rb") as file:
        mark, marked = _mark(file.read(4))
        name = marked or encoding.choose(wanted.encoding, None, _sample(file), remarks)
        text = _beginning(file, len(mark), name)
        delimiter = _delimiter(text)
        named = wanted.header or names_of_intake(_first_row(text, delimiter))
        file.seek(len(mark))
        quotes = Quotes(path, len(mark), name, delimiter)
        with Paced(file if name == encoding.UTF8 else _Transcoded(file, name)) as paced:
            table = _Table(paced, quotes, limits, remarks, named=named)
            found = locate(table.schema, table.batches(), wanted, remarks)
            yield Source(
                format="CSV",
                layer=wanted.layer or path.stem,  # the one table that anybody can mean
                rows=None,
                crs=found.crs,
                crs_declared=found.crs is not None,
                geometry_type=found.geometry_type,
                id_name=None,
                schema=found.schema,
                batches=found.batches,
                places=found.places,
                head=table.head,
            )


class _Table:
    """The file as Arrow parses it: every cell as bytes, row numbers added; ``named``: by its first row."""

    def __init__(
        self, paced: Paced, quotes: Quotes, limits: Limits, remarks: Remarks, *, named: bool
    ) -> None:
        self._quotes, self._remarks = quotes, remarks
        self._above = int(named)
        self._ragged: list[int] = []
        self._done = 0
        reader = arrow_csv.open_csv(
            pa.PythonFile(paced, mode="r"),
            read_options=arrow_csv.ReadOptions(
                use_threads=False, block_size=_BLOCK, autogenerate_column_names=True
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=quotes.delimiter,
                newlines_in_values=quotes.any,
                invalid_row_handler=self._row_is_ragged,
            ),
            convert_options=arrow_csv.ConvertOptions(
                check_utf8=False,
                column_types={f"f{number}": pa.binary() for number in range(limits.columns)},
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
        width = len(reader.schema)
        if width > limits.columns:
            raise Refusal("columns-too-many", count=width)
        self._parsed = paced.made(iter(reader))
        self._first = next(self._parsed)
        self.head = self._head() if named else ()
        self._given_back = given_back(self.head)
        names = free_names(self.head, remarks) if named else names_by_position(width)
        self.schema = pa.schema([*(pa.field(name, pa.string()) for name in names), pa.field(ROW, pa.int64())])

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows of data."""
        yield self._made(self._first.slice(self._above))
        for batch in self._parsed:
            yield self._made(batch)

    def _head(self) -> tuple[str, ...]:
        cells = [self._text(column[:1])[0].as_py() or "" for column in self._first.columns]
        if given_back(cells) and (found := guarded(texts := pa.array(cells))) is not None:
            cells = unguard(texts, found).to_pylist()
        return tuple(cells)

    def _row_is_ragged(self, row: arrow_csv.InvalidRow) -> str:
        number = row.number - self._above
        self._ragged.append(number)
        self._remarks.add("rows-ragged", f"{row.actual_columns} ≠ {row.expected_columns}", row=number)
        return "skip"

    def _made(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        numbers = self._numbers(batch.num_rows)
        columns = [
            self._checked(field.name, self._text(column), numbers)
            for field, column in zip(self.schema, batch.columns, strict=False)
        ]
        return pa.RecordBatch.from_arrays([*columns, pa.array(numbers)], schema=self.schema)

    def _numbers(self, rows: int) -> npt.NDArray[np.int64]:
        """The rows' numbers in the file: those that were left out count too."""
        numbers = np.arange(self._done + 1, self._done + 1 + rows)
        for ragged in self._ragged:  # in order; few, or the delivery is returned anyway
            numbers[np.searchsorted(numbers, ragged) :] += 1
        self._ragged = [ragged for ragged in self._ragged if not rows or ragged > numbers[-1]]
        self._done = int(numbers[-1]) if rows else self._done
        return numbers

    def _text(self, column: pa.Array) -> pa.Array:
        buffers = column.buffers()
        return pa.Array.from_buffers(pa.string(), len(column), buffers, column.null_count, column.offset)

    def _checked(self, name: str, column: pa.Array, numbers: npt.NDArray[np.int64]) -> pa.Array:
        try:
            column.validate(full=True)
        except pa.ArrowInvalid:
            column, wrong = readable(column)
            self._remarks.add_rows("text-not-encoded", "", numbers[wrong], name)
        if _holds(column, _LOST_BEGINS) and pc.any(lost := _is_lost(column)).as_py():
            self._remarks.add_rows("text-not-encoded", "", numbers[np.asarray(lost)], name)
            column = pc.if_else(lost, pa.scalar(None, pa.string()), column)
        if self._quotes.any:
            self._quotes.look(column, len(self.schema) - 1, name, numbers, self._remarks)
        if _holds(column, b"+"):
            damaged = np.flatnonzero(pc.match_substring_regex(column, _POWER).fill_null(False))
            self._remarks.add_rows("number-damaged", "", numbers[damaged], name)
        return self._unguarded(name, column, numbers)

    def _unguarded(self, name: str, column: pa.Array, numbers: npt.NDArray[np.int64]) -> pa.Array:
        """The texts as they were, where this file was given back; in others they are told and stay."""
        if (found := guarded(column)) is None:
            return column
        code = "apostrophe-removed" if self._given_back else "apostrophe-kept"
        self._remarks.add_rows(code, "", numbers[np.asarray(found)], name)
        return unguard(column, found) if self._given_back else column


def _is_lost(column: pa.Array) -> pa.Array:
    return pc.match_substring(column, _LOST).fill_null(False)


def _holds(column: pa.Array, byte: bytes) -> bool:
    """Whether a byte stands anywhere in the texts: most often it does not, which is soon told."""
    data = column.buffers()[2]
    return data is not None and byte in data.to_pybytes()


class _Transcoded(io.RawIOBase):
    """A text file as UTF-8; what is wrong in it becomes the replacement character."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file, self._decoder = file, codecs.getincrementaldecoder(name)("replace")
        self._left = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._left) < size:
            chunk = self._file.read(_CHUNK)
            self._left += self._decoder.decode(chunk, final=not chunk).encode("utf-8", "replace")
            if not chunk:
                break
        end = len(self._left) if size < 0 else size
        taken, self._left = self._left[:end], self._left[end:]
        return taken


def _mark(head: bytes) -> tuple[bytes, str | None]:
    return next(((mark, name) for mark, name in _MARKS if head.startswith(mark)), (b"", None))


def _sample(file: BinaryIO) -> bytes:
    """Lines that are not all ASCII."""
    file.seek(0)
    return encoding.sample_of(line for lines in iter(lambda: file.readlines(_CHUNK), []) for line in lines)


def _beginning(file: BinaryIO, start: int, name: str) -> str:
    file.seek(start)
    return codecs.getincrementaldecoder(name)("replace").decode(file.read(_HEAD))


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """The rows that are not empty."""
    csv.field_size_limit(_HEAD)  # the whole of what is looked at may be one cell: a polygon
    return (row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row)


def _first_row(text: str, delimiter: str) -> list[str]:
    return next(_rows(text, delimiter), [])


def _delimiter(text: str) -> str:
    """The one that cuts the first rows into equal numbers of cells, and most of them."""

    def widths(delimiter: str) -> list[int]:
        return [len(row) for row in itertools.islice(_rows(text, delimiter), _LINES)]

    def fitness(delimiter: str) -> tuple[int, int]:
        counts = widths(delimiter)
        return (counts.count(counts[0]) if counts and counts[0] > 1 else 0), (counts or [0])[0]

    return max(DELIMITERS, key=fitness)


CSV = Reader("CSV", recognises, open_csv)
