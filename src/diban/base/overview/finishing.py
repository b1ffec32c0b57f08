"""The tile that is answered from a kept one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from diban.base.mvt import fit_drawing
from diban.base.overview.kept import Kept
from diban.base.tiles import ROOM, Tile, finished
from diban.ground import FID


def tile_of_kept(name: str, kept: Kept, shown: Mapping[str, pa.Array]) -> Tile:
    """A kept tile as it is answered, with these fields: what ``shown`` holds of each of its rows."""
    batch = pa.RecordBatch.from_pydict({FID: kept.drawn.column("fid"), **shown})
    data, drawing = fit_drawing(name, batch, kept.drawing(), ROOM)
    drawn = kept.drawn.take(pa.array(drawing.row))
    here = int(np.asarray(drawn.column("home")).sum())
    left_out = kept.counted - len(kept.absent) - here
    lost = kept.lost + len(kept.drawn) - len(drawing.row)
    thinned = bool(kept.simplified or lost or left_out)
    features = len(np.unique(drawn.column("fid").to_numpy()))
    return finished(name, data, features, kept.counted, left_out, kept.simplified, thinned)
