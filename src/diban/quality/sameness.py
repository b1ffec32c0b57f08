"""When two rows are the same but for what identifies them."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from diban.ground import Schema, row_hashes


def without_identifiers(schema: Schema) -> Schema:
    """The schema without its key and the fields declared unique: what makes copies look different."""
    fields = tuple(field for field in schema.fields if not field.unique and field.name != schema.key)
    return replace(schema, fields=fields, key=None, valid_from=None, valid_to=None, named_by=None)


def whole_rows(batch: pa.RecordBatch, compared: Schema) -> list[bytes]:
    """A 256-bit hash of each row's geometry and values, as far as ``compared`` has them."""
    hashes: list[bytes] = row_hashes(batch.select(compared.arrow().names), compared).to_pylist()
    return hashes
