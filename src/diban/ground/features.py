"""Features on their way: a schema, a CRS and a stream of Arrow record batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from diban.ground.crs import Crs
from diban.ground.schema import Schema

ROW = "_row"
HASH = "_hash"
FID = "_fid"


@dataclass(frozen=True, slots=True)
class FeatureSet:
    """Features that can be read again and again, batch by batch.

    Every batch has the columns of ``schema.arrow()`` (WKB ``geometry`` in x, y = longitude or
    easting first, in ``crs``) and may carry system columns, which start with an underscore:
    ``_row`` (1-based row in the source), ``_hash`` (32-byte row hash, see
    `diban.ground.hashing`), ``_fid`` (feature number). ``rows`` is None when not yet counted.
    """

    schema: Schema
    crs: Crs
    batches: Callable[[], Iterator[pa.RecordBatch]]
    rows: int | None = None

    @classmethod
    def of(cls, schema: Schema, crs: Crs, batches: list[pa.RecordBatch]) -> FeatureSet:
        """Features already in memory."""
        return cls(schema, crs, lambda: iter(batches), sum(batch.num_rows for batch in batches))
