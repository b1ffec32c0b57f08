"""Made-up schemas and rows of every kind, and what their hashes must be, computed slowly and obviously."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from diban.ground import GEOMETRY, Field, GeometryKind, Kind, Schema, Text

Row = dict[str, Any]

TITLE = Text(zh="字段", en="field")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: st.text(st.characters(exclude_categories=["Cs"])),
    Kind.INTEGER: st.integers(-(2**63), 2**63 - 1),
    Kind.DECIMAL: st.integers(-(10**18) + 1, 10**18 - 1),
    Kind.FLOAT: st.floats(),
    Kind.BOOLEAN: st.booleans(),
    Kind.DATE: st.dates(),
    Kind.INSTANT: st.datetimes(timezones=st.just(UTC)),
}


def field(name: str, kind: Kind, slot: int = 0, scale: int = 0) -> Field:
    """A field with that slot; decimals have 18 digits."""
    return Field(name, kind, TITLE, digits=18 if kind is Kind.DECIMAL else 0, scale=scale, slot=slot)


@st.composite
def tables(draw: st.DrawFn) -> tuple[Schema, list[Row]]:
    """A schema with stored fields in any order of slots, and rows of it, values often absent."""
    kinds = draw(st.lists(st.sampled_from(Kind), max_size=8))
    slots = draw(st.lists(st.integers(1, 500), min_size=len(kinds), max_size=len(kinds), unique=True))
    fields = [
        field(f"f{number}", kind, slot, draw(st.integers(0, 18)) if kind is Kind.DECIMAL else 0)
        for number, (kind, slot) in enumerate(zip(kinds, slots, strict=True))
    ]
    shaped = draw(st.sampled_from([GeometryKind.NONE, GeometryKind.ANY]))
    row = {one.name: st.none() | value_of(one) for one in fields}
    if shaped is not GeometryKind.NONE:
        row[GEOMETRY] = st.none() | st.binary(max_size=40)
    rows = draw(st.lists(st.fixed_dictionaries(row), max_size=12))
    return Schema(tuple(fields), geometry=shaped), rows


def value_of(field: Field) -> st.SearchStrategy[Any]:
    """Any value that the field may have."""
    if field.kind is not Kind.DECIMAL:
        return VALUES[field.kind]
    return VALUES[Kind.DECIMAL].map(lambda unscaled: Decimal(unscaled).scaleb(-field.scale))


def batch_of(schema: Schema, rows: Sequence[Row]) -> pa.RecordBatch:
    """The rows as the schema's batch."""
    kinds = schema.arrow()
    columns = {kind.name: pa.array([row[kind.name] for row in rows], kind.type) for kind in kinds}
    if not columns:
        columns = {"_row": pa.array(range(1, len(rows) + 1), pa.int64())}
    return pa.RecordBatch.from_pydict(columns)


def obvious_bytes(schema: Schema, row: Row) -> bytes:
    """The canonical bytes of one row, written down from their definition."""
    present = [(0, row.get(GEOMETRY))]
    present += [(one.slot, plain(one, row[one.name])) for one in schema.fields]
    return b"".join(
        struct.pack("<II", slot, len(value)) + value
        for slot, value in sorted(present, key=lambda pair: pair[0])
        if value is not None
    )


def plain(field: Field, value: Any) -> bytes | None:
    """One value's canonical bytes; None where it is absent."""
    if value is None or (field.kind is Kind.FLOAT and math.isnan(value)):
        return None
    match field.kind:
        case Kind.TEXT:
            return str(value).encode()
        case Kind.FLOAT:
            return struct.pack("<d", 0.0 if value == 0 else value)
        case Kind.DECIMAL:
            return struct.pack("<q", int(value.scaleb(field.scale)))
        case Kind.DATE:
            return struct.pack("<q", (value - date(1970, 1, 1)).days)
        case Kind.INSTANT:
            return struct.pack("<q", (value - EPOCH) // timedelta(microseconds=1))
        case _:
            return struct.pack("<q", int(value))


def obvious_hashes(schema: Schema, rows: Sequence[Row]) -> list[bytes]:
    """The rows' hashes."""
    return [blake2b(obvious_bytes(schema, row), digest_size=32).digest() for row in rows]


def renamed(schema: Schema, prefix: str) -> Schema:
    """The same stored fields under other names."""
    return replace(schema, fields=tuple(replace(one, name=prefix + one.name) for one in schema.fields))
