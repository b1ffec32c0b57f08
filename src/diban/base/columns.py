"""Between a field's value and its physical column, exact both ways and the same on both engines.

Physical columns c1…cn are BIGINT (integers; booleans as 0 and 1; dates as days; instants as
microseconds UTC; decimals as their unscaled integer), DOUBLE or TEXT in byte order. So sorting,
comparing and grouping give the same answers on both engines.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from diban.ground import Field, Invalid, Kind, Schema, Text, Value, canonical_numbers, micros

_EPOCH = date(1970, 1, 1)


def physical_type(field: Field) -> sa.types.TypeEngine[Any]:
    """The SQL type of a field's physical column."""
    if field.kind is Kind.TEXT:
        return sa.Text()
    return sa.Double() if field.kind is Kind.FLOAT else sa.BigInteger()


def physical_name(field: Field) -> str:
    """``c1``, ``c2``, …: the physical column of a stored field."""
    return f"c{field.slot}"


def to_physical(column: pa.Array, field: Field) -> pa.Array:
    """A column of values as it is stored: string, double or int64, nulls kept; NaN becomes null."""
    if field.kind is Kind.TEXT:
        return column
    absent = column.is_null().to_numpy(zero_copy_only=False) if column.null_count else None
    if field.kind is Kind.FLOAT:
        values = column.fill_null(0.0).to_numpy(zero_copy_only=False) + 0.0
        strange = np.isnan(values)
        return pa.array(values, mask=strange if absent is None else absent | strange)
    return pa.array(canonical_numbers(column), pa.int64(), mask=absent)


def from_physical(values: pa.Array | Sequence[object], field: Field) -> pa.Array:
    """Stored values as the field's Arrow type."""
    if field.kind is Kind.TEXT:
        return _array(values, pa.string())
    if field.kind is Kind.FLOAT:
        return _array(values, pa.float64())
    stored = _array(values, pa.int64())
    if field.kind is Kind.INTEGER:
        return stored
    if field.kind is Kind.BOOLEAN:
        return stored.cast(pa.bool_())
    if field.kind is Kind.DATE:
        return stored.cast(pa.int32()).cast(pa.date32())
    if field.kind is Kind.INSTANT:
        return stored.cast(field.arrow_type())
    return _decimals(stored, field)


def bound_value(value: Value, field: Field) -> Value:
    """A value of a condition as its column stores it; `Invalid` when it is not of the field's type."""
    try:
        return _bound(value, field)
    except (ValueError, TypeError, ArithmeticError) as fault:
        raise Invalid(
            Text(
                zh=f"值与字段类型不符：{str(value)[:50]}", en=f"not a {field.kind.value}: {str(value)[:50]}"
            ),
            field=field.name,
            limit=field.kind.value,
        ) from fault


def _bound(value: Value, field: Field) -> Value:
    if field.kind is Kind.TEXT:
        if "\0" in str(value):
            raise ValueError("NUL, which PostgreSQL's text cannot hold")
        return str(value)
    if field.kind is Kind.FLOAT:
        return float(value)
    if field.kind is Kind.BOOLEAN:
        return (
            {"true": 1, "false": 0, "1": 1, "0": 0}[str(value).lower()]
            if str(value).lower() in ("true", "false", "1", "0")
            else int("not a boolean")
        )
    if field.kind is Kind.DATE:
        return (date.fromisoformat(str(value)) - _EPOCH).days
    if field.kind is Kind.INSTANT:
        when = datetime.fromisoformat(str(value))
        return micros(when if when.tzinfo else when.astimezone())
    number = Decimal(str(value)).scaleb(field.scale if field.kind is Kind.DECIMAL else 0)
    if number != number.to_integral_value() or not -(2**63) <= number < 2**63:
        raise ValueError(value)
    return int(number)


def _array(values: pa.Array | Sequence[object], kind: pa.DataType) -> pa.Array:
    return values if isinstance(values, pa.Array) else pa.array(values, kind)


def _decimals(stored: pa.Array, field: Field) -> pa.Array:
    """Unscaled 64-bit integers as decimal128, by widening their two's complement."""
    words = np.empty((len(stored), 2), np.int64)
    words[:, 0] = stored.fill_null(0).to_numpy(zero_copy_only=False)
    words[:, 1] = words[:, 0] >> 63
    made = pa.Array.from_buffers(field.arrow_type(), len(stored), [None, pa.py_buffer(words.tobytes())])
    if not stored.null_count:
        return made
    return pa.compute.if_else(stored.is_valid(), made, pa.scalar(None, field.arrow_type()))


def validity_micros(column: pa.Array) -> pa.Array:
    """A date or instant column as microseconds UTC, for the valid-time columns."""
    if pa.types.is_date32(column.type):
        return column.cast(pa.timestamp("us")).cast(pa.int64())
    return column.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())


def stored_columns(schema: Schema) -> list[sa.Column[object]]:
    """Fresh SQLAlchemy columns for the schema's fields."""
    return [sa.Column(physical_name(field), physical_type(field)) for field in schema.fields]
