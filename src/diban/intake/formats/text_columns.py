"""Columns of text from raw bytes, a column at a time: fixed widths, any encoding, nothing guessed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from diban.intake.formats.encoding import UTF8
from diban.intake.formats.reader import Remarks

_BLANK, _END = 0x20, 0x00
_BLANKS = " "

_Bytes = npt.NDArray[np.uint8]


def fixed_width(cells: _Bytes, *, both_sides: bool = False) -> tuple[bytes, npt.NDArray[np.int32]]:
    """The bytes of cells (rows by width) without padding, and their offsets; a NUL ends a cell."""
    cells = np.ascontiguousarray(cells)
    if not cells.all():
        return _ended(cells, both_sides=both_sides)
    rows, width = cells.shape
    offsets = np.arange(0, rows * width + 1, width, dtype=np.int32)
    # As bytes they may be anything: Arrow only takes blanks off their ends.
    full = pa.Array.from_buffers(pa.string(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(cells)])
    bare = pc.ascii_trim(full, _BLANKS) if both_sides else pc.ascii_rtrim(full, _BLANKS)
    offsets = np.frombuffer(bare.buffers()[1], np.int32, rows + 1)
    return bare.buffers()[2][: int(offsets[-1])].to_pybytes(), offsets


def _ended(cells: _Bytes, *, both_sides: bool) -> tuple[bytes, npt.NDArray[np.int32]]:
    """The same of cells that a NUL may end."""
    filled = (cells != _BLANK) & ~np.logical_or.accumulate(cells == _END, axis=1)
    width = cells.shape[1]
    some = filled.any(axis=1)
    length = np.where(some, width - np.argmax(filled[:, ::-1], axis=1), 0)
    place = np.arange(width)
    kept = place < length[:, None]
    if both_sides:
        first = np.argmax(filled, axis=1)
        kept &= place >= first[:, None]
        length = np.where(some, length - first, 0)
    offsets = np.zeros(len(cells) + 1, np.int32)
    np.cumsum(length, out=offsets[1:])
    return cells[kept].tobytes(), offsets


def text_column(
    data: bytes, offsets: npt.NDArray[np.int32], encoding: str, name: str, first_row: int, remarks: Remarks
) -> pa.StringArray:
    """Texts as UTF-8, empty ones absent; what cannot be decoded is absent too and remarked.

    A character that the column's width cut in two is left off its text's end and remarked.
    """
    if not data.isascii() and encoding != UTF8:
        converted = _converted(data, offsets, encoding)
        if converted is None:
            return _one_by_one(data, offsets, encoding, name, first_row, remarks)
        data, offsets = converted
    elif not data.isascii() and not _whole(data, offsets):
        return _one_by_one(data, offsets, encoding, name, first_row, remarks)
    return _texts(data, offsets)


def _texts(data: bytes, offsets: npt.NDArray[np.int32]) -> pa.StringArray:
    valid = np.packbits(offsets[1:] > offsets[:-1], bitorder="little")
    buffers = [pa.py_buffer(valid), pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), len(offsets) - 1, buffers)


def _converted(
    data: bytes, offsets: npt.NDArray[np.int32], encoding: str
) -> tuple[bytes, npt.NDArray[np.int32]] | None:
    """All texts decoded at once, each ended by a NUL, which no encoding in use has inside a character."""
    raw = np.insert(np.frombuffer(data, np.uint8), offsets[1:], _END).tobytes()
    try:
        joined = raw.decode(encoding).encode()
    except (UnicodeDecodeError, UnicodeEncodeError):
        return None
    marks = np.frombuffer(joined, np.uint8)
    ends = np.flatnonzero(marks == _END)
    if len(ends) != len(offsets) - 1:
        return None
    made = np.zeros(len(offsets), np.int32)
    made[1:] = ends - np.arange(len(ends))
    return marks[marks != _END].tobytes(), made


def _whole(data: bytes, offsets: npt.NDArray[np.int32]) -> bool:
    """Whether UTF-8 holds, and no text begins or ends inside a character."""
    try:
        data.decode(UTF8)
    except UnicodeDecodeError:
        return False
    begins = np.frombuffer(data, np.uint8)[np.minimum(offsets[:-1], len(data) - 1)]
    return not bool(np.any((begins & 0xC0 == 0x80) & (offsets[1:] > offsets[:-1])))


def _one_by_one(
    data: bytes, offsets: npt.NDArray[np.int32], encoding: str, name: str, first_row: int, remarks: Remarks
) -> pa.StringArray:
    """Only for a batch that is known to hold faulty text."""
    values: list[str | None] = []
    for number, (start, end) in enumerate(zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)):
        cell = data[start:end]
        try:
            values.append(cell.decode(encoding) or None)
        except UnicodeDecodeError as fault:
            cut = fault.start > 0 and fault.reason in (
                "unexpected end of data",
                "incomplete multibyte sequence",
            )
            values.append(cell[: fault.start].decode(encoding) if cut else None)
            remarks.add("text-cut" if cut else "text-not-encoded", row=first_row + number, column=name)
    return pa.array(values, pa.string())
