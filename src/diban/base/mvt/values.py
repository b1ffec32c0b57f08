"""Distinct values of columns → Value messages (specification, 4.4, and vector_tile.proto)."""

from __future__ import annotations

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


def messages(columns: dict[str, pa.Array]) -> bytes:
    """The fields ``values`` of a layer for the values (no nulls) of its columns, one column behind the other.

    Text, date (ISO 8601) and instant (RFC 3339, UTC) → string; integer → int, negative ones → sint;
    float → double; boolean → bool. A decimal becomes a double when its type has at most 15 digits, as
    then nothing is lost and styles can compute with it, otherwise its plain decimal notation.
    `Invalid` for other types.
    """
    numbers = {name: _messages(values) for name, values in columns.items()}
    texts = [_texts(columns[name], name) for name, written in numbers.items() if written is None]
    strings = iter(_strings(texts) if texts else ())
    return b"".join(next(strings) if written is None else written for written in numbers.values())


def _messages(values: pa.Array) -> bytes | None:
    """The values of a column of numbers or booleans; None when they are written as text."""
    kind = values.type
    if pa.types.is_integer(kind):
        return _integers(values.cast(pa.int64()).to_numpy())
    if pa.types.is_floating(kind) or (pa.types.is_decimal(kind) and kind.precision <= _DOUBLE_DIGITS):
        return _doubles(values.cast(pa.float64()).to_numpy())
    if pa.types.is_boolean(kind):
        return _numbers(_BOOL, values.to_numpy(zero_copy_only=False).astype(np.uint64))
    return None


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


def _integers(numbers: NDArray[np.int64]) -> bytes:
    negative = numbers < 0
    if not negative.any():
        return _numbers(_INT, numbers.view(np.uint64))
    coded = np.where(negative, zigzag(numbers), numbers.view(np.uint64))
    return _numbers(np.where(negative, _SINT, _INT), coded)


def _numbers(tag: Numbers | int, numbers: NDArray[np.uint64]) -> bytes:
    """Values that are one varint each."""
    return varints(_tokens(1 + varint_sizes(numbers), tag, numbers).ravel())


def _doubles(numbers: NDArray[np.float64]) -> bytes:
    result = np.empty(len(numbers), _DOUBLE_MESSAGE)
    result["head"] = _DOUBLE_HEAD
    result["number"] = numbers
    return result.tobytes()


def _strings(columns: list[pa.Array]) -> list[bytes]:
    """The texts of each column; all are written in one go, since most columns are short."""
    stretches = [_letters(texts) for texts in columns]
    lengths = np.concatenate([length for length, _ in stretches])
    unsigned = lengths.view(np.uint64)
    heads = _tokens(1 + varint_sizes(unsigned) + lengths, _STRING, unsigned)
    sizes = varint_sizes(heads).sum(axis=1)
    letters = np.concatenate([letters for _, letters in stretches])
    head_bytes = np.frombuffer(varints(heads.ravel()), np.uint8)
    written = in_turns(head_bytes, sizes, letters, lengths)
    ends = offsets(sizes + lengths)[offsets(np.array([len(texts) for texts in columns]))].tolist()
    return [written[begin:end].tobytes() for begin, end in pairwise(ends)]


def _letters(texts: pa.Array) -> tuple[Numbers, NDArray[np.uint8]]:
    """How many bytes each text takes in UTF-8, and these bytes."""
    _, positions, content = texts.buffers()
    bounds = np.frombuffer(positions, np.int32)[texts.offset :][: len(texts) + 1].astype(np.int64)
    return bounds[1:] - bounds[:-1], np.frombuffer(content or b"", np.uint8)[bounds[0] : bounds[-1]]


def _tokens(inner: Numbers, tag: Numbers | int, numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The varints of each message: field of Layer, length of Value, field of Value, and what follows."""
    tokens = np.empty((len(inner), 4), np.uint64)
    for place, token in enumerate((_LAYER_VALUES, inner, tag, numbers)):
        tokens[:, place] = token
    return tokens
