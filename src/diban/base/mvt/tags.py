"""Properties → the keys and values of a layer and the tags of its features (specification, 4.4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from diban.base.mvt.paths import Numbers
from diban.base.mvt.protobuf import field
from diban.base.mvt.values import drawable, encode_values

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
    keys: list[bytes] = []
    values: list[bytes] = []
    indices: list[Numbers] = []
    known = 0
    for name, column in zip(properties.schema.names, properties.columns, strict=True):
        coded = drawable(column).dictionary_encode()
        if not len(coded.dictionary):
            continue
        index = coded.indices.fill_null(-1) if coded.null_count else coded.indices
        index = index.to_numpy().astype(np.int64)
        indices.append(np.where(index < 0, -1, index + known))
        known += len(coded.dictionary)
        keys.append(field(_LAYER_KEYS, name.encode()))
        values.append(encode_values(coded.dictionary, name))
    counts, tokens = _pairs(indices, properties.num_rows)
    return Tags(b"".join(keys), b"".join(values), counts, tokens)


def _pairs(indices: list[Numbers], rows: int) -> tuple[Numbers, NDArray[np.uint64]]:
    """Value numbers by column (−1: none) → tokens of each row, and all tokens."""
    value = np.array(indices, np.int64).reshape(len(indices), rows).T
    key = np.broadcast_to(np.arange(len(indices)), value.shape)
    present = value >= 0
    pairs = np.stack((key[present], value[present]), axis=1)
    return 2 * present.sum(axis=1), pairs.ravel().view(np.uint64)
