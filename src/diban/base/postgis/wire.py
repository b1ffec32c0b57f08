"""Rows as PostgreSQL's binary COPY takes them, made a whole batch at a time.

Format: a header, then for each row the number of its fields (int16) and for each field its length
(int32, −1 for NULL) and its bytes, all big-endian; see "Binary Format" in PostgreSQL's manual on
COPY. A geometry's bytes are its WKB with the SRID spliced in (EWKB), little-endian.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from diban.base.postgis.layout import SRID
from diban.ground import HASH_BYTES

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
_HAS_SRID = 0x2000_0000
_WKB_HEAD = 5  # byte order and type

Bools = npt.NDArray[np.bool_]
Cells = list[tuple[str, object]]


@dataclass(slots=True)
class _Block:
    """Cells of fixed width, one after the other in each row; some bytes left out in some rows."""

    rows: int
    cells: Cells
    absent: list[tuple[slice, Bools]]
    width: int = 0

    def add(self, kind: str, values: object) -> None:
        """One cell for each row, of a numpy type."""
        self.cells.append((kind, values))
        self.width += np.dtype(kind).itemsize

    def leave_out(self, start: int, rows: Bools) -> None:
        """Leave out the bytes from ``start`` up to here in these rows."""
        self.absent.append((slice(start, self.width), rows))

    def array(self) -> pa.Array:
        """The bytes of each row."""
        whole = np.empty(self.rows, [(f"{place}", kind) for place, (kind, _) in enumerate(self.cells)])
        for place, (_, values) in enumerate(self.cells):
            whole[f"{place}"] = values
        if not self.absent:
            bounds = np.arange(self.rows + 1, dtype=np.int32) * self.width
            return _binary(bounds, whole)
        kept = np.ones((self.rows, self.width), bool)
        for part, rows in self.absent:
            kept[rows, part] = False
        bounds = np.zeros(self.rows + 1, np.int32)
        np.cumsum(kept.sum(axis=1), out=bounds[1:])
        return _binary(bounds, whole.view(np.uint8).reshape(self.rows, self.width)[kept])


def encode(batch: pa.RecordBatch, seq: int) -> tuple[list[str], memoryview]:
    """Rows under ``seq``: the columns in the order in which they are sent, and the bytes of all rows.

    ``batch`` is that of `diban.base.port.Rows`. Columns without any value are not sent.
    """
    columns = {
        name: batch.column(name)
        for name in batch.schema.names
        if batch.column(name).null_count < batch.num_rows
    }
    long = [name for name, column in columns.items() if _is_long(column)]
    short = [name for name in columns if name not in long]
    block = _Block(batch.num_rows, [], [])
    block.add(">i2", len(columns) + 1)
    block.add(">i4", 8)
    block.add(">i8", seq)
    for name in short:
        _add_short(block, columns[name])
    parts: list[pa.Array] = []
    for name in long:
        tail = _add_geometry(block, columns[name]) if name == "geom" else _add_text(block, columns[name])
        parts += [block.array(), tail]
        block = _Block(batch.num_rows, [], [])
    if block.cells:
        parts.append(block.array())
    rows = pc.binary_join_element_wise(*parts, pa.scalar(b"", pa.binary()))
    _, bounds, data = rows.buffers()
    return ["vfrom", *short, *long], memoryview(data)[: int(np.frombuffer(bounds, np.int32)[len(rows)])]


def _is_long(column: pa.Array) -> bool:
    return bool(pa.types.is_string(column.type) or pa.types.is_binary(column.type))


def _add_short(block: _Block, column: pa.Array) -> None:
    """A column of 8-byte numbers or of hashes."""
    absent = _absent(column)
    if pa.types.is_fixed_size_binary(column.type):
        whole = np.frombuffer(column.buffers()[1], f"V{HASH_BYTES}")
        kind, values = whole.dtype.str, whole[column.offset : column.offset + len(column)]
    else:
        kind = ">f8" if pa.types.is_floating(column.type) else ">i8"
        values = (column if absent is None else column.fill_null(0)).to_numpy(zero_copy_only=False)
    width = np.dtype(kind).itemsize
    block.add(">i4", width if absent is None else np.where(absent, -1, width))
    block.add(kind, values)
    if absent is not None:
        block.leave_out(block.width - width, absent)


def _add_text(block: _Block, column: pa.Array) -> pa.Array:
    """The lengths of a text column into the block; its bytes."""
    lengths = pc.binary_length(column).fill_null(-1).to_numpy(zero_copy_only=False)
    block.add(">i4", lengths)
    data = column.cast(pa.binary())
    return data.fill_null(b"") if column.null_count else data


def _add_geometry(block: _Block, column: pa.Array) -> pa.Array:
    """The head of each EWKB into the block; what follows it."""
    absent = _absent(column)
    lengths = pc.binary_length(column).fill_null(0).to_numpy(zero_copy_only=False)
    starts = np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column)]
    data = np.frombuffer(column.buffers()[2], np.uint8)
    heads = data[np.where(lengths >= _WKB_HEAD, starts, 0)[:, None] + np.arange(1, _WKB_HEAD)]
    block.add(">i4", lengths + 4 if absent is None else np.where(absent, -1, lengths + 4))
    start = block.width
    block.add("u1", 1)
    block.add("<u4", heads.copy().view("<u4")[:, 0] | _HAS_SRID)
    block.add("<u4", SRID)
    if absent is not None:
        block.leave_out(start, absent)
        column = column.fill_null(b"")
    return pc.binary_replace_slice(column, 0, _WKB_HEAD, b"")


def _absent(column: pa.Array) -> Bools | None:
    """Which rows have no value; None when all have one."""
    if not column.null_count:
        return None
    found: Bools = column.is_null().to_numpy(zero_copy_only=False)
    return found


def _binary(bounds: npt.NDArray[np.int32], data: npt.NDArray[np.generic]) -> pa.Array:
    return pa.Array.from_buffers(
        pa.binary(), len(bounds) - 1, [None, pa.py_buffer(bounds), pa.py_buffer(data)]
    )
