"""Distinct values of columns → Value messages (specification, 4.4, and vector_tile.proto)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from diban.base.mvt.geometry import zigzag
from diban.base.mvt.paths import Numbers, in_turns, offsets
from diban.base.mvt.protobuf import varint_sizes, varints
from diban.ground import Invalid, Text

_LAYER_VALUES = 0x22  # field 4 of Layer, length-delimited
_STRING, _DOUBLE, _INT, _SINT, _BOOL = 0x0A, 0x19, 0x20, 0x30, 0x38  # fields of Value with wire type
_DOUBLE_HEAD = (_LAYER_VALUES, 9, _DOUBLE)
_DOUBLE_MESSAGE = np.dtype([("head", "u1", 3), ("number", "<f8")])
_DOUBLE_DIGITS = 15
"""Decimals of so many digits come back unchanged from a double."""


@dataclass(frozen=True, slots=True)
class _Values:
    """Values of a column: their field of Value, the varint that follows, then ``lengths`` of ``content``."""

    tag: Numbers | int
    numbers: NDArray[np.uint64]
    lengths: Numbers
    content: NDArray[np.uint8]


def messages(columns: dict[str, pa.Array]) -> bytes:
    """The fields ``values`` of a layer for the values (no nulls) of its columns, one column behind the other.

    Text, date (ISO 8601) and instant (RFC 3339, UTC) → string; integer → int, negative ones → sint;
    float → double; boolean → bool. A decimal becomes a double when its type has at most 15 digits, as
    then nothing is lost and styles can compute with it, otherwise its plain decimal notation.
    `Invalid` for other types.
    """
    doubles: list[bytes | None] = []
    others: list[_Values] = []
    for name, values in columns.items():
        doubled = _is_double(values.type)
        doubles.append(_doubles(values.cast(pa.float64()).to_numpy()) if doubled else None)
        if not doubled:
            others.append(_values(values, name))
    rest = iter(_written(others) if others else ())
    return b"".join(next(rest) if written is None else written for written in doubles)


def _is_double(kind: pa.DataType) -> bool:
    """Whether values are written as double."""
    small = pa.types.is_decimal(kind) and kind.precision <= _DOUBLE_DIGITS
    return bool(pa.types.is_floating(kind) or small)


def _values(values: pa.Array, name: str) -> _Values:
    """The values of a column that are written as integers, booleans or text."""
    if pa.types.is_integer(values.type):
        return _integers(values.cast(pa.int64()).to_numpy())
    if pa.types.is_boolean(values.type):
        return _numbers(_BOOL, values.to_numpy(zero_copy_only=False).astype(np.uint64))
    return _strings(_texts(values, name))


def _texts(values: pa.Array, name: str) -> pa.Array:
    """The values as an array of strings."""
    kind = values.type
    if pa.types.is_string(kind):
        return values
    if pa.types.is_timestamp(kind):
        spaced = values.cast(pa.timestamp("us", "UTC")).cast(pa.string())
        return pc.replace_substring_regex(pc.replace_substring(spaced, " ", "T"), r"\.?0+Z$", "Z")
    if pa.types.is_decimal(kind):
        # Arrow writes small decimals with an exponent; a loop over distinct values, not features.
        return pa.array([format(value, "f") for value in values.to_pylist()], pa.string())
    if pa.types.is_date(kind) or pa.types.is_large_string(kind):
        return values.cast(pa.string())
    raise Invalid(
        Text(zh=f"矢量瓦片不支持字段“{name}”的类型 {kind}", en=f"no tile can hold {name!r} of type {kind}"),
        field=name,
        remedy=Text(zh="不要把该字段放入瓦片", en="leave this field out of the tile"),
    )


def _integers(numbers: NDArray[np.int64]) -> _Values:
    negative = numbers < 0
    if not negative.any():
        return _numbers(_INT, numbers.view(np.uint64))
    coded = np.where(negative, zigzag(numbers), numbers.view(np.uint64))
    return _numbers(np.where(negative, _SINT, _INT), coded)


def _numbers(tag: Numbers | int, numbers: NDArray[np.uint64]) -> _Values:
    """Values that are one varint each."""
    return _Values(tag, numbers, np.zeros(len(numbers), np.int64), np.empty(0, np.uint8))


def _strings(texts: pa.Array) -> _Values:
    _, positions, content = texts.buffers()
    bounds = np.frombuffer(positions, np.int32)[texts.offset :][: len(texts) + 1].astype(np.int64)
    lengths = bounds[1:] - bounds[:-1]
    letters = np.frombuffer(content or b"", np.uint8)[bounds[0] : bounds[-1]]
    return _Values(_STRING, lengths.view(np.uint64), lengths, letters)


def _doubles(numbers: NDArray[np.float64]) -> bytes:
    result = np.empty(len(numbers), _DOUBLE_MESSAGE)
    result["head"] = _DOUBLE_HEAD
    result["number"] = numbers
    return result.tobytes()


def _written(columns: list[_Values]) -> list[bytes]:
    """The messages of each column; all are written in one go, since most columns hold few values."""
    sizes = [len(values.numbers) for values in columns]
    numbers = np.concatenate([values.numbers for values in columns])
    lengths = np.concatenate([values.lengths for values in columns])
    ends = offsets(np.array(sizes)).tolist()
    heads = np.empty((len(numbers), 4), np.uint64)
    heads[:, 0], heads[:, 3] = _LAYER_VALUES, numbers
    heads[:, 1] = 1 + varint_sizes(numbers) + lengths
    for values, (begin, end) in zip(columns, pairwise(ends), strict=True):
        heads[begin:end, 2] = values.tag
    head_sizes = varint_sizes(heads).sum(axis=1)
    head_bytes = np.frombuffer(varints(heads.ravel()), np.uint8)
    content = np.concatenate([values.content for values in columns])
    written = in_turns(head_bytes, head_sizes, content, lengths)
    cuts = offsets(head_sizes + lengths)[ends].tolist()
    return [written[begin:end].tobytes() for begin, end in pairwise(cuts)]
