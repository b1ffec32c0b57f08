"""What makes two rows, and two layers, the same: canonical bytes and their hashes.

A row's canonical bytes are its present values in the order of their slots (the stable numbers of
fields, see `diban.ground.schema.Field`), geometry first with the number 0. Each is the slot and
the length of the value, four bytes little-endian each, then the value: text as UTF-8; every number
as eight bytes little-endian (decimals as their unscaled integer, booleans as 0 or 1, dates as
days, instants as microseconds UTC, floats as IEEE 754 with −0.0 made 0.0); geometry as ISO WKB.
Absent values (NaN is one, since neither engine stores it) leave no bytes, so a new field without
values, or a renamed one, changes no row.

The row hash is BLAKE2b-256 of these bytes. The content hash of a layer is the sum of its row
hashes modulo 2²⁵⁶ with the number of rows: it does not depend on order, and follows a change by
adding and taking away.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from diban.ground.schema import GEOMETRY, Schema

HASH_BYTES = 32
_MODULUS = 1 << 256


@dataclass(frozen=True, slots=True)
class ContentHash:
    """Order-free hash of a set of rows: sum of row hashes modulo 2²⁵⁶, and their number."""

    total: int = 0
    rows: int = 0

    def plus(self, hashes: pa.Array | npt.NDArray[np.uint8]) -> ContentHash:
        """With these row hashes (32 bytes each) added."""
        total, rows = _sum(hashes)
        return ContentHash((self.total + total) % _MODULUS, self.rows + rows)

    def minus(self, hashes: pa.Array | npt.NDArray[np.uint8]) -> ContentHash:
        """With these row hashes taken away."""
        total, rows = _sum(hashes)
        return ContentHash((self.total - total) % _MODULUS, self.rows - rows)

    def __str__(self) -> str:
        return f"{self.rows}:{self.total:064x}"

    @classmethod
    def parse(cls, text: str) -> ContentHash:
        """Read ``str`` back."""
        rows, total = text.split(":")
        return cls(int(total, 16), int(rows))


def row_hashes(batch: pa.RecordBatch, schema: Schema) -> pa.FixedSizeBinaryArray:
    """BLAKE2b-256 of each row's canonical bytes; ``batch`` holds the schema's columns.

    Fields that were never stored (slot 0) count by their position, from 1.
    """
    slots = [(field.slot or place, field.name) for place, field in enumerate(schema.fields, 1)]
    parts: list[pa.Array] = []
    if GEOMETRY in batch.schema.names:
        parts.extend(_canonical(batch.column(GEOMETRY), 0))
    for slot, name in sorted(slots):
        parts.extend(_canonical(batch.column(name), slot))
    if not parts:
        return pa.array(
            [blake2b(b"", digest_size=HASH_BYTES).digest()] * batch.num_rows, pa.binary(HASH_BYTES)
        )
    rows = pc.binary_join_element_wise(*parts, pa.scalar(b"", pa.binary()))
    digests = b"".join(_digests(*_buffers(rows)))
    return pa.Array.from_buffers(pa.binary(HASH_BYTES), batch.num_rows, [None, pa.py_buffer(digests)])


def canonical_numbers(column: pa.Array) -> npt.NDArray[np.int64]:
    """A number column as the 64-bit integers of its canonical bytes; absent values are 0."""
    kind = column.type
    if pa.types.is_decimal128(kind):
        buffer = column.buffers()[1]
        words = np.frombuffer(buffer, np.int64)[2 * column.offset : 2 * (column.offset + len(column))]
        values = words[::2].copy()
    elif pa.types.is_floating(kind):
        floats = column.cast(pa.float64()).fill_null(0.0).to_numpy(zero_copy_only=False)
        values = (floats + 0.0).view(np.int64)
    elif pa.types.is_boolean(kind):
        values = column.fill_null(False).to_numpy(zero_copy_only=False).astype(np.int64)
    elif pa.types.is_date32(kind):
        values = column.view(pa.int32()).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    else:
        values = column.view(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    if column.null_count:
        values = np.where(column.is_null().to_numpy(zero_copy_only=False), 0, values)
    return values


def _canonical(column: pa.Array, slot: int) -> list[pa.Array]:
    """The canonical bytes of a column's values, as binary arrays without nulls to be joined."""
    kind = column.type
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, kind), column)
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        lengths = pc.binary_length(column).fill_null(0).to_numpy(zero_copy_only=False)
        return [_blocks(column, slot, lengths), column.cast(pa.binary()).fill_null(b"")]
    return [_blocks(column, slot, 8, canonical_numbers(column))]


def _blocks(
    column: pa.Array,
    slot: int,
    lengths: int | npt.NDArray[np.int32],
    numbers: npt.NDArray[np.int64] | None = None,
) -> pa.Array:
    """Slot, length and, for numbers, the value itself, of each present row; nothing for absent ones."""
    parts = [("slot", "<u4"), ("length", "<u4")] + ([] if numbers is None else [("value", "<i8")])
    blocks = np.empty(len(column), parts)
    blocks["slot"], blocks["length"] = slot, lengths
    if numbers is not None:
        blocks["value"] = numbers
    width = blocks.dtype.itemsize
    present = (
        np.ones(len(column), bool)
        if not column.null_count
        else ~column.is_null().to_numpy(zero_copy_only=False)
    )
    bounds = np.zeros(len(column) + 1, np.int32)
    np.cumsum(present * width, out=bounds[1:])
    held = blocks if present.all() else blocks[present]
    return pa.Array.from_buffers(
        pa.binary(), len(column), [None, pa.py_buffer(bounds.tobytes()), pa.py_buffer(held.tobytes())]
    )


def _buffers(rows: pa.Array) -> tuple[memoryview, list[int]]:
    _, offsets, data = rows.buffers()
    width = np.int64 if pa.types.is_large_binary(rows.type) else np.int32
    bounds = np.frombuffer(offsets, width)[rows.offset : rows.offset + len(rows) + 1]
    return memoryview(data if data is not None else b""), bounds.tolist()


def _digests(view: memoryview, offsets: list[int]) -> list[bytes]:
    """The hash of each row's bytes: hashlib takes one message a call, all around it is vectorised."""
    begun, found = blake2b(digest_size=HASH_BYTES).copy, []
    for start, end in pairwise(offsets):
        row = begun()  # a copy of an empty hash takes half the time of a new one
        row.update(view[start:end])
        found.append(row.digest())
    return found


def _sum(hashes: pa.Array | npt.NDArray[np.uint8]) -> tuple[int, int]:
    """Sum of 32-byte hashes as an integer (big-endian numbers), and how many there were."""
    if isinstance(hashes, pa.Array):
        buffer = hashes.buffers()[1]
        flat = np.frombuffer(buffer, np.uint8) if buffer is not None else np.empty(0, np.uint8)
        flat = flat[hashes.offset * HASH_BYTES : (hashes.offset + len(hashes)) * HASH_BYTES]
    else:
        flat = hashes.reshape(-1)
    limbs = flat.reshape(-1, HASH_BYTES).view(">u4").astype(np.uint64).sum(axis=0)
    total = sum(int(limb) << (32 * (7 - place)) for place, limb in enumerate(limbs))
    return total, len(flat) // HASH_BYTES
