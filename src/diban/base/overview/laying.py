"""What changed since a tile was kept, laid over it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from diban.base.columns import from_physical
from diban.base.mvt import fit_drawing, lie_in
from diban.base.overview.kept import FID, Kept
from diban.base.touched import Changes
from diban.ground import FID as GROUND_FID
from diban.ground import Schema

_SHARE = 10


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


def followed(kept: Kept, changes: Changes, fresh: Kept, schema: Schema, room: int) -> Kept | None:
    """The tile to keep in place of one that lags behind; None where it is to be made of all that lies in it.

    Of the changed features those are put in that are as large as what has room. Where something has
    none, the tile is made whole again once a tenth of its rows was laid: until then what was taken out
    may leave room for a few that are left out.
    """
    moved = int(np.isin(kept.fids, changes.fids).sum())
    if not kept.whole:
        if (kept.laid + moved) * _SHARE > len(kept.drawn):
            return None
        fresh = _as_large(fresh, kept.sizes)
    laid = laid_over(kept, changes, fresh)
    shown = {field.name: from_physical(laid.values(field), field) for field in schema.fields}
    batch = pa.RecordBatch.from_pydict({GROUND_FID: laid.drawn.column(FID), **shown})
    _, drawing = fit_drawing("", batch, laid.drawing(), room)
    lost = laid.drawn.num_rows - len(drawing.row)
    if lost and kept.whole:
        return None
    drawn = laid.drawn.take(pa.array(drawing.row)) if lost else laid.drawn
    put = kept.laid + moved + fresh.drawn.num_rows
    return replace(laid, drawn=drawn, lost=laid.lost + lost, laid=put)


def _as_large(fresh: Kept, sizes: npt.NDArray[np.float64]) -> Kept:
    """Without what is smaller than all that had room."""
    if not len(sizes):
        return fresh
    fits = fresh.sizes >= sizes.min()
    lost = fresh.lost + int((~fits).sum())
    return replace(fresh, drawn=fresh.drawn.filter(pa.array(fits)), lost=lost)


def _aligned(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The rows with exactly these columns: fields that came later have no value in them."""
    columns = [
        batch.column(field.name) if field.name in batch.schema.names else pa.nulls(batch.num_rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
