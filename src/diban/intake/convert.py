"""Source columns as the declared types: what cannot be read becomes absent and is remembered.

Never guessed: text is trimmed of nothing, codes keep their zeros, numbers are read exactly or not
at all. A double stands for the decimal number that it is nearest to, within its own precision; one
that is not a number, or too large to be sure of its last digit, cannot be read as anything exact.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from diban.ground import Field, Kind
from diban.intake.local_times import LocalTimes

UNREAD = "_unread"
UNREAD_TYPE = pa.list_(pa.struct([pa.field("field", pa.string()), pa.field("value", pa.string())]))

_TRUE = ("true", "t", "1", "yes", "y", "是")
_FALSE = ("false", "f", "0", "no", "n", "否")
_NUMBER = r"^-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
# Exactly the days there are and the times of a day, so that what is badly written is told at once for all.
_LEAP = r"([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29"
_DAY = (
    r"([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    rf"|02-(0[1-9]|1[0-9]|2[0-8]))|{_LEAP})"
)
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
_OFFSET = r"(Z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)$"
_WRITTEN = {
    Kind.INTEGER: r"^-?0*[0-9]{1,19}$",
    Kind.DECIMAL: _NUMBER,
    Kind.FLOAT: _NUMBER,
    Kind.DATE: f"^{_DAY}$",
    Kind.INSTANT: f"^{_DAY}[T ]{_TIME}({_OFFSET})?$",
    Kind.BOOLEAN: f"^(?i:{'|'.join(_TRUE + _FALSE)})$",
}
_BLOCK = 256
"""Rows below which a faulty block is gone through value by value."""

_Read = tuple[pa.Array, pa.Array]
"""The values, null where they could not be read, and which could not."""


def convert(column: pa.Array, field: Field, times: LocalTimes) -> tuple[pa.Array, pa.Array | None]:
    """The column as the field's type, and which rows could not be read (None: all could).

    Times without an offset are read by ``times``.
    """
    target, kind = field.arrow_type(), column.type
    if pa.types.is_dictionary(kind):
        return convert(column.dictionary_decode(), field, times)
    if kind == target and field.kind is not Kind.FLOAT:
        return column, None
    if pa.types.is_null(kind):
        return pa.nulls(len(column), target), None
    if pa.types.is_binary(kind) or pa.types.is_large_string(kind):
        column, undecoded = _cast(column, pa.string())
        values, failed = _from_text(column, field, times)
        failed = pc.or_(failed, undecoded)
    elif pa.types.is_string(kind):
        values, failed = _from_text(column, field, times)
    elif pa.types.is_floating(kind):
        values, failed = _from_floats(column, field)
    else:
        values, failed = _from_exact(column, field, times)
    return values, failed if pc.any(failed).as_py() else None


def _from_text(column: pa.Array, field: Field, times: LocalTimes) -> _Read:
    target = field.arrow_type()
    if field.kind is Kind.TEXT:
        return column, _none(column)
    trimmed = pc.utf8_trim_whitespace(column)
    trimmed = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    well, badly = _sift(trimmed, pc.match_substring_regex(trimmed, _written(field)))
    if field.kind is Kind.BOOLEAN:
        return pc.if_else(well.is_valid(), pc.is_in(pc.utf8_lower(well), pa.array(_TRUE)), None), badly
    if field.kind is Kind.INSTANT:
        stated = pc.match_substring_regex(well, _OFFSET).fill_null(True)
        values, failed = _cast(pc.if_else(stated, well, None), target)
        if not pc.all(stated).as_py():
            local, also = _cast(pc.if_else(stated, None, well), pa.timestamp("us"))
            values, failed = pc.coalesce(values, times.instants(field.name, local)), pc.or_(failed, also)
        return values, pc.or_(failed, badly)
    values, failed = _cast(well, target)
    if field.kind is Kind.FLOAT:
        values, infinite = _sift(values, pc.is_finite(values))
        failed = pc.or_(failed, infinite)
    return values, pc.or_(failed, badly)


def _written(field: Field) -> str:
    """How a value of the field is written; a decimal also with a power of ten, whose places differ."""
    if field.kind is not Kind.DECIMAL:
        return _WRITTEN[field.kind]
    whole, part = field.digits - field.scale, field.scale
    powers = r"([0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+"
    return rf"^-?(0*[0-9]{{0,{whole}}}(\.[0-9]{{0,{part}}}0*)?|{powers})$"


def _from_floats(column: pa.Array, field: Field) -> _Read:
    digits = np.finfo(column.type.to_pandas_dtype())
    sure = pc.less(pc.abs(column.cast(pa.float64())), 2.0 ** (digits.nmant + 1))
    whole = pc.and_(sure, pc.equal(pc.floor(column), column))
    if field.kind is Kind.TEXT:
        # A number column that holds codes: 440305.0 is the code 440305.
        known, failed = _sift(column, sure)
        codes = pc.if_else(whole, known, pa.scalar(None, column.type)).cast(pa.int64()).cast(pa.string())
        return pc.coalesce(codes, known.cast(pa.string())), failed
    if field.kind is Kind.FLOAT:
        return _sift(column.cast(pa.float64()), pc.is_finite(column))
    if field.kind is Kind.DECIMAL:
        return _decimals(column.cast(pa.float64()), field, 4 * float(digits.eps), digits.nmant + 1)
    if field.kind is Kind.INTEGER:
        known, failed = _sift(column, whole)
        return known.cast(pa.int64()), failed
    if field.kind is Kind.BOOLEAN:
        known, failed = _sift(column, pc.is_in(column, pa.array([0, 1], column.type)))
        return pc.equal(known, 1), failed
    return _never(column, field)


def _decimals(column: pa.Array, field: Field, slack: float, bits: int) -> _Read:
    """Doubles as the decimals that they are nearest to, where they are that near to one."""
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = column.to_numpy(zero_copy_only=False) * 10.0**field.scale
        units = np.rint(scaled)
        near = (np.abs(scaled - units) <= slack * np.abs(scaled)) & (np.abs(units) < 2.0**bits)
        near &= np.abs(units) < 10.0**field.digits
    known, failed = _sift(column, pa.array(near))
    counted = pa.array(np.where(near, units, 0).astype(np.int64), mask=~np.asarray(known.is_valid()))
    # One part in 10^scale of each whole number: the same digits, read with the point moved.
    unscaled = counted.cast(pa.decimal128(19, 0))
    moved = pa.Array.from_buffers(pa.decimal128(19, field.scale), len(column), unscaled.buffers())
    values, overflowing = _cast(moved, field.arrow_type())
    return values, pc.or_(failed, overflowing)


def _from_exact(column: pa.Array, field: Field, times: LocalTimes) -> _Read:
    """Whole numbers, decimals, booleans, dates and instants, in the kinds that can hold them."""
    kind, target = column.type, field.arrow_type()
    if field.kind is Kind.TEXT and (pa.types.is_primitive(kind) or pa.types.is_decimal(kind)):
        return _cast(column, target)
    if pa.types.is_timestamp(kind):
        return _from_instants(column, field, times)
    number = pa.types.is_integer(kind) or pa.types.is_decimal(kind)
    if field.kind is Kind.BOOLEAN and number:
        return _from_text(column.cast(pa.string()), field, times)
    if field.kind is Kind.DECIMAL and pa.types.is_integer(kind):
        return _cast(column.cast(pa.decimal128(20, 0)), target)
    exact = number and field.kind in (Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT)
    if exact or (pa.types.is_boolean(kind) and field.kind is Kind.INTEGER):
        return _cast(column, target)
    return _never(column, field)


def _from_instants(column: pa.Array, field: Field, times: LocalTimes) -> _Read:
    zoned = column.type.tz is not None
    if field.kind is Kind.INSTANT:
        values, failed = _cast(column, pa.timestamp("us", column.type.tz))
        return values.cast(field.arrow_type()) if zoned else times.instants(field.name, values), failed
    if field.kind is Kind.DATE:
        # The day where it was written, and only when nothing but the day was meant.
        local = pc.local_timestamp(column) if zoned else column
        days, failed = _sift(local, pc.equal(pc.floor_temporal(local, unit="day"), local))
        return days.cast(pa.date32()), failed
    return _never(column, field)


def _sift(column: pa.Array, fine: pa.Array) -> _Read:
    """The values that are fine, the others null, and which these were."""
    failed = pc.and_(column.is_valid(), pc.invert(fine.fill_null(False)))
    return pc.if_else(failed, pa.scalar(None, column.type), column), failed


def _cast(column: pa.Array, target: pa.DataType) -> _Read:
    """A cast says only that some value did not go: halve down to blocks, then look at each value."""
    try:
        return column.cast(target), _none(column)
    except pa.ArrowInvalid:
        if len(column) <= _BLOCK:
            return _one_by_one(column, target)
    middle = len(column) // 2
    (first, failed), (second, also) = _cast(column[:middle], target), _cast(column[middle:], target)
    return pa.concat_arrays([first, second]), pa.concat_arrays([failed, also])


def _one_by_one(column: pa.Array, target: pa.DataType) -> _Read:
    values: list[pa.Scalar] = []
    failed: list[bool] = []
    absent = pa.scalar(None, target)
    for value in column:
        try:
            values.append(value.cast(target))
            failed.append(False)
        except pa.ArrowInvalid:
            values.append(absent)
            failed.append(True)
    return pa.array(values, target), pa.array(failed)


def _never(column: pa.Array, field: Field) -> _Read:
    """A kind of value that the field's kind does not take."""
    return pa.nulls(len(column), field.arrow_type()), column.is_valid()


def _none(column: pa.Array) -> pa.Array:
    return pa.array(np.zeros(len(column), bool))


def unread_column(rows: int, failures: list[tuple[str, pa.Array, pa.Array]]) -> pa.Array:
    """The ``_unread`` column: per row the fields whose source value could not be read, with that value."""
    lists: list[list[dict[str, str]] | None] = [None] * rows
    for name, column, failed in failures:
        # Only faulty rows are touched; a delivery with many of them is returned anyway.
        for place in pc.indices_nonzero(failed).to_pylist():
            entry = {"field": name, "value": str(column[place].as_py())[:100]}
            lists[place] = [*(lists[place] or []), entry]
    return pa.array(lists, UNREAD_TYPE)
