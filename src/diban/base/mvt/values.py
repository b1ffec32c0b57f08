"""Distinct values of a column → Value messages (specification, 4.4 and vector_tile.proto)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from diban.base.mvt.geometry import zigzag
from diban.base.mvt.paths import offsets, ranges
from diban.base.mvt.protobuf import varint_sizes, varints
from diban.ground import Invalid, Text

_LAYER_VALUES = 0x22  # field 4 of Layer, length-delimited
_STRING, _DOUBLE, _INT, _SINT, _BOOL = 0x0A, 0x19, 0x20, 0x30, 0x38  # fields of Value with wire type
_DOUBLE_DIGITS = 15
"""Decimals of so many digits come back unchanged from a double."""


def drawable(column: pa.Array) -> pa.Array:
    """The column without what a tile cannot say: NaN and infinities become null."""
    if pa.types.is_floating(column.type):
        return pc.if_else(pc.is_finite(column), column, pa.scalar(None, column.type))
    return column


def encode_values(values: pa.Array, name: str) -> bytes:
    """One field ``values`` of Layer for each value of an array without nulls.

    Text, date (ISO 8601) and instant (RFC 3339, UTC) → string; integer → int, negative ones → sint;
    float → double; boolean → bool. A decimal becomes a double when its type has at most 15 digits, as
    then nothing is lost and styles can compute with it, otherwise its plain decimal notation.
    `Invalid` for other types.
    """
    kind = values.type
    if pa.types.is_integer(kind):
        return _integers(values.cast(pa.int64()).to_numpy())
    if pa.types.is_floating(kind) or (pa.types.is_decimal(kind) and kind.precision <= _DOUBLE_DIGITS):
        return _doubles(values.cast(pa.float64()).to_numpy())
    if pa.types.is_boolean(kind):
        return _fields(_BOOL, values.to_numpy(zero_copy_only=False).astype(np.uint64))
    return _strings(_texts(values, name))


def _texts(values: pa.Array, name: str) -> pa.Array:
    """The values as an array of strings."""
    kind = values.type
    if pa.types.is_timestamp(kind):
        spaced = values.cast(pa.timestamp("us", "UTC")).cast(pa.string())
        return pc.replace_substring_regex(pc.replace_substring(spaced, " ", "T"), r"\.?0+Z$", "Z")
    if pa.types.is_decimal(kind):
        # Arrow writes small decimals with an exponent; a loop over distinct values, not features.
        return pa.array([format(value, "f") for value in values.to_pylist()], pa.string())
    if pa.types.is_date(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return values.cast(pa.string())
    raise Invalid(
        Text(zh=f"矢量瓦片不支持字段“{name}”的类型 {kind}", en=f"no tile can hold {name!r} of type {kind}"),
        field=name,
        remedy=Text(zh="不要把该字段放入瓦片", en="leave this field out of the tile"),
    )


def _integers(numbers: NDArray[np.int64]) -> bytes:
    negative = numbers < 0
    coded = np.where(negative, zigzag(numbers), numbers.view(np.uint64))
    return _fields(np.where(negative, _SINT, _INT), coded)


def _fields(tag: NDArray[np.int64] | int, numbers: NDArray[np.uint64]) -> bytes:
    """Messages with one varint."""
    tokens = np.empty((len(numbers), 4), np.uint64)
    tokens[:, 0] = _LAYER_VALUES
    tokens[:, 1] = 1 + varint_sizes(numbers)
    tokens[:, 2] = tag
    tokens[:, 3] = numbers
    return varints(tokens.ravel())


def _doubles(numbers: NDArray[np.float64]) -> bytes:
    result = np.empty((len(numbers), 11), np.uint8)
    result[:, :3] = _LAYER_VALUES, 9, _DOUBLE
    result[:, 3:] = numbers.astype("<f8").view(np.uint8).reshape(-1, 8)
    return result.tobytes()


def _strings(texts: pa.Array) -> bytes:
    _, positions, content = texts.buffers()
    bounds = np.frombuffer(positions, np.int32)[texts.offset :][: len(texts) + 1].astype(np.int64)
    lengths = np.diff(bounds)
    tokens = np.empty((len(lengths), 4), np.uint64)
    tokens[:, 0] = _LAYER_VALUES
    tokens[:, 1] = 1 + varint_sizes(lengths.view(np.uint64)) + lengths
    tokens[:, 2] = _STRING
    tokens[:, 3] = lengths
    heads = varint_sizes(tokens.ravel()).reshape(-1, 4).sum(axis=1)
    at = offsets(heads + lengths)
    result = np.empty(at[-1], np.uint8)
    result[ranges(at[:-1], heads)] = np.frombuffer(varints(tokens.ravel()), np.uint8)
    letters = np.frombuffer(content or b"", np.uint8)[bounds[0] : bounds[-1]]
    result[ranges(at[:-1] + heads, lengths)] = letters
    return result.tobytes()
