"""Properties → the keys and values of a layer and the tags of its features (specification, 4.4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from diban.base.mvt.paths import Flags, Numbers
from diban.base.mvt.protobuf import field, varint_sizes
from diban.base.mvt.values import messages

_LAYER_KEYS = 3


@dataclass(frozen=True, slots=True)
class Tags:
    """The properties of all features.

    ``tokens`` has a row for each feature (key, value, key, value …); ``present`` says which of them
    there are, None when all are.
    """

    keys: bytes
    values: bytes
    tokens: NDArray[np.uint64]
    present: Flags | None

    def sizes(self) -> Numbers:
        """How many bytes the tokens of each feature take."""
        sizes = varint_sizes(self.tokens)
        if self.present is not None:
            sizes *= self.present
        total: Numbers = sizes.sum(axis=1)
        return total


def tag(properties: list[tuple[str, pa.Array]], rows: int) -> Tags:
    """Named columns as tags, one feature for each row; nulls, NaN and infinities leave no tag.

    Equal values of one column are stored once; a column without values has no key.
    """
    keys: list[bytes] = []
    values: dict[str, pa.Array] = {}
    pairs = np.empty((rows, len(properties), 2), np.uint64)
    absent: dict[int, Flags] = {}
    known = 0
    for name, column in properties:
        column = _without_infinities(column)
        if column.null_count == rows:
            continue
        coded = column.dictionary_encode()
        index, distinct, key = coded.indices, coded.dictionary, len(keys)
        if index.null_count:
            absent[key] = index.is_null().to_numpy(zero_copy_only=False)
            index = index.fill_null(0)
        pairs[:, key, 0] = key
        pairs[:, key, 1] = index.to_numpy() + known
        known += len(distinct)
        keys.append(field(_LAYER_KEYS, name.encode()))
        values[name] = distinct
    tokens = pairs[:, : len(keys)].reshape(rows, 2 * len(keys))
    return Tags(b"".join(keys), messages(values), tokens, _present(tokens, absent))


def _present(tokens: NDArray[np.uint64], absent: dict[int, Flags]) -> Flags | None:
    """Which tokens there are: none of the keys whose value is absent in a row."""
    if not absent:
        return None
    present = np.ones(tokens.shape, np.bool_)
    for key, rows in absent.items():
        present[rows, 2 * key : 2 * key + 2] = False
    return present


def _without_infinities(column: pa.Array) -> pa.Array:
    """The column without numbers that JSON does not know either: NaN and infinities become null."""
    if not pa.types.is_floating(column.type):
        return column
    finite = pc.is_finite(column)
    if finite.true_count + column.null_count == len(column):
        return column
    return pc.if_else(finite, column, pa.scalar(None, column.type))
