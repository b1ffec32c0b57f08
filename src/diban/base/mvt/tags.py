"""Properties → the keys and values of a layer and the tags of its features (specification, 4.4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from diban.base.mvt.paths import Numbers
from diban.base.mvt.protobuf import field
from diban.base.mvt.values import assemble, messages

_LAYER_KEYS = 3


@dataclass(frozen=True, slots=True)
class Tags:
    """The properties of all features: each owns ``counts`` of the ``tokens`` (key, value, key, value …)."""

    keys: bytes
    values: bytes
    counts: Numbers
    tokens: NDArray[np.uint64]


def tag(properties: pa.RecordBatch) -> Tags:
    """All columns as tags, one feature for each row; nulls, NaN and infinities leave no tag.

    Equal values of one column are stored once; a column without values has no key.
    """
    keys, parts = [], []
    indices: list[Numbers] = []
    known = 0
    for name, column in zip(properties.schema.names, properties.columns, strict=True):
        column = _without_infinities(column)
        if column.null_count == len(column):
            continue
        coded = column.dictionary_encode()
        index = coded.indices.fill_null(-1) if coded.null_count else coded.indices
        index = index.to_numpy().astype(np.int64)
        index[index >= 0] += known
        indices.append(index)
        known += len(coded.dictionary)
        keys.append(field(_LAYER_KEYS, name.encode()))
        parts.append(messages(coded.dictionary, name))
    counts, tokens = _pairs(indices, properties.num_rows)
    return Tags(b"".join(keys), assemble(parts), counts, tokens)


def _without_infinities(column: pa.Array) -> pa.Array:
    """The column without numbers that JSON does not know either: NaN and infinities become null."""
    if pa.types.is_floating(column.type):
        return pc.if_else(pc.is_finite(column), column, pa.scalar(None, column.type))
    return column


def _pairs(indices: list[Numbers], rows: int) -> tuple[Numbers, NDArray[np.uint64]]:
    """Value numbers by column (−1: none) → number of tokens of each row, and all tokens."""
    pairs = np.empty((rows, len(indices), 2), np.uint64)
    for key, index in enumerate(indices):
        pairs[:, key, 0] = key
        pairs[:, key, 1] = index.view(np.uint64)
    present = pairs[:, :, 1] <= np.uint64(2**63)
    return 2 * present.sum(axis=1), pairs[present].ravel()
