"""What changed since a tile was kept, laid over it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from diban.base.mvt import lie_in
from diban.base.overview.kept import Kept
from diban.base.touched import Changes


def laid_over(kept: Kept, changes: Changes, fresh: Kept) -> Kept:
    """The tile with its changed features taken out, and as they are now (``fresh``) put in.

    What is counted is exact. A feature that had no room before does not come back where a larger
    one has gone: the tile says that it is left out, until it is made anew.
    """
    stays = ~np.isin(kept.fids, changes.fids)
    drawn = pa.concat_batches([_aligned(kept.drawn.filter(pa.array(stays)), fresh.drawn.schema), fresh.drawn])
    both = replace(
        kept,
        seq=fresh.seq,
        counted=kept.counted - int(lie_in(changes.boxes, kept.address).sum()) + fresh.counted,
        absent=np.concatenate([kept.absent[~np.isin(kept.absent, changes.fids)], fresh.absent]),
        simplified=kept.simplified or fresh.simplified,
        lost=kept.lost + fresh.lost,
        drawn=drawn,
    )
    order = np.lexsort((both.fids, -both.sizes))
    return replace(both, drawn=drawn.take(pa.array(order)))


def _aligned(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The rows with exactly these columns: fields that came later have no value in them."""
    columns = [
        batch.column(field.name) if field.name in batch.schema.names else pa.nulls(batch.num_rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
