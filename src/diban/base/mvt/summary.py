"""What a tile says of what is not in it: a layer of its own, which no style draws unless it asks for it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from diban.base.mvt.encode import EXTENT, layer_of
from diban.base.mvt.geometry import Drawing, zigzag
from diban.base.mvt.paths import POINT
from diban.ground import FID

SUMMARY = "diban:summary"
"""The layer's name; no collection can have it."""

SUMMARY_BYTES = 1024
"""What a summary takes at most, the name of a layer having 63 letters."""

_MOVE_TO_ONE = 9


def summary_of(layer: str, *, counted: int, left_out: int, drawn: int, simplified: bool) -> bytes:
    """One point in the middle of the tile, whose properties say what was left out of ``layer``.

    ``counted`` features have the centre of their box in this tile, ``shown`` and ``left_out`` of these
    add up to it; ``drawn`` also counts what reaches in from other tiles.
    """
    middle = zigzag(np.array([EXTENT // 2] * 2))
    tokens = np.array([_MOVE_TO_ONE, *middle], np.uint64)
    drawing = Drawing(np.zeros(1, np.int64), np.array([POINT], np.int8), np.array([3]), tokens)
    said = {
        FID: 1,
        "layer": layer,
        "counted": counted,
        "shown": counted - left_out,
        "left_out": left_out,
        "drawn": drawn,
        "kept": "largest",
        "simplified": simplified,
    }
    return layer_of(SUMMARY, pa.RecordBatch.from_pylist([said]), drawing)
