"""Source columns as the declared types: what cannot be read becomes absent and is remembered.

Never guessed: text is trimmed of nothing, codes keep their zeros, numbers are read exactly.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from diban.ground import Field, Kind

UNREAD = "_unread"
UNREAD_TYPE = pa.list_(pa.struct([pa.field("field", pa.string()), pa.field("value", pa.string())]))

_TRUE = ("true", "t", "1", "yes", "y", "是")
_FALSE = ("false", "f", "0", "no", "n", "否")


def convert(column: pa.Array, field: Field) -> tuple[pa.Array, pa.Array | None]:
    """The column as the field's type, and which rows could not be read (None: all could)."""
    target = field.arrow_type()
    if column.type == target:
        return column, None
    if pa.types.is_null(column.type):
        return pa.nulls(len(column), target), None
    try:
        return _whole(column, field, target), None
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return _one_by_one(column, field, target)


def _whole(column: pa.Array, field: Field, target: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if field.kind is Kind.TEXT:
        return _as_text(column)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return _read_text(column.cast(pa.string()), field, target)
    if field.kind is Kind.BOOLEAN:
        return _read_text(_as_text(column), field, target)
    if field.kind is Kind.INSTANT and pa.types.is_timestamp(column.type) and column.type.tz is None:
        # An instant without offset is taken as UTC, as GDAL hands it over.
        return column.cast(pa.timestamp("us")).cast(target)
    return column.cast(target)


def _as_text(column: pa.Array) -> pa.Array:
    if pa.types.is_floating(column.type):
        whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), 2.0**53))
        if pc.all(whole).as_py() is not False:
            # A number column that holds codes: 440305.0 is the code 440305.
            return column.cast(pa.int64()).cast(pa.string())
    return column.cast(pa.string())


def _read_text(column: pa.Array, field: Field, target: pa.DataType) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(column)
    blank = pc.equal(trimmed, "")
    trimmed = pc.if_else(blank, pa.scalar(None, pa.string()), trimmed)
    if field.kind is Kind.BOOLEAN:
        low = pc.utf8_lower(trimmed)
        yes, no = pc.is_in(low, pa.array(_TRUE)), pc.is_in(low, pa.array(_FALSE))
        if pc.any(pc.and_(trimmed.is_valid(), pc.invert(pc.or_(yes, no)))).as_py():
            raise pa.ArrowInvalid("not a boolean")
        return pc.if_else(trimmed.is_valid(), yes, pa.scalar(None, pa.bool_()))
    if field.kind is Kind.INSTANT:
        return pc.cast(trimmed, target)
    return trimmed.cast(target)


def _one_by_one(column: pa.Array, field: Field, target: pa.DataType) -> tuple[pa.Array, pa.Array]:
    """Row by row, because a cast says only that some row failed; taken when at least one did."""
    values: list[object] = []
    failed: list[bool] = []
    for place in range(len(column)):
        try:
            values.append(_whole(column.slice(place, 1), field, target)[0].as_py())
            failed.append(False)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            values.append(None)
            failed.append(True)
    return pa.array(values, target), pa.array(failed)


def unread_column(rows: int, failures: list[tuple[str, pa.Array, pa.Array]]) -> pa.Array:
    """The ``_unread`` column: per row the fields whose source value could not be read, with that value."""
    lists: list[list[dict[str, str]] | None] = [None] * rows
    for name, column, failed in failures:
        # Only faulty rows are touched; a delivery with many of them is returned anyway.
        for place in pc.indices_nonzero(failed).to_pylist():
            entry = {"field": name, "value": str(column[place].as_py())[:100]}
            lists[place] = [*(lists[place] or []), entry]
    return pa.array(lists, UNREAD_TYPE)
