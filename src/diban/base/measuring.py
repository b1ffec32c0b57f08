"""How far a version's rows reach, exactly, from the engine's rounded boxes and a few geometries."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from diban.base.boxes import boxes, extent_of
from diban.base.port import RowStore
from diban.base.records import Version
from diban.base.selection import Selection
from diban.ground import NOW, Extent, LayerScope, Schema

_AT_ONCE = 10_000
_ROUNDING = 4  # steps of single precision by which a box may be larger than what is in it, amply


def measure(rows: RowStore, storage: str, schema: Schema, version: Version) -> Extent | None:
    """The box around the rows that the version has now; None when none has a place."""
    selection = Selection(rows, storage, schema, version, NOW, LayerScope())
    extent: Extent | None = None
    with rows.reader(storage) as reader:
        west, south, east, north = reader.connection.execute(selection.reach(reader)).one()
        if west is None:
            return None
        for strip in _strips(west, south, east, north):
            statement = selection.touching(reader, strip)
            found = reader.connection.execution_options(yield_per=_AT_ONCE).execute(statement)
            for part in found.partitions(_AT_ONCE):
                seen = extent_of(boxes(pa.array([row[0] for row in part], pa.binary())))
                extent = seen if extent is None or seen is None else extent.union(seen)
    return extent


def _strips(west: float, south: float, east: float, north: float) -> Iterator[Extent]:
    """Along each side, as deep as rounding goes: what reaches farthest that way lies in it."""
    depth = [_ROUNDING * float(np.spacing(np.float32(abs(side)))) for side in (west, south, east, north)]
    yield Extent(west, south, west + depth[0], north)
    yield Extent(west, south, east, south + depth[1])
    yield Extent(east - depth[2], south, east, north)
    yield Extent(west, north - depth[3], east, north)
