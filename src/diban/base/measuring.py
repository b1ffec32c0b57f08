"""How far a version's rows reach, exactly, from the engine's rounded boxes and a few geometries."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from diban.base.boxes import extent_of, measured
from diban.base.port import Reader, RowStore
from diban.base.records import Version
from diban.base.selection import Selection
from diban.ground import NOW, Extent, LayerScope, Schema

_AT_ONCE = 10_000
_ROUNDING = 4  # steps of single precision by which a box may be larger than what is in it, amply


def measure(rows: RowStore, storage: str, schema: Schema, version: Version) -> Extent | None:
    """The box around the rows that the version has now, which is never larger than its extent so far.

    None when none has a place. All boxes are looked at only where no row reaches a side any more.
    """
    selection = Selection(rows, storage, schema, version, NOW, LayerScope())
    with rows.reader(storage) as reader:
        if version.extent is not None and _along(reader, selection, version.extent) == version.extent:
            return version.extent
        west, south, east, north = reader.connection.execute(selection.reach(reader)).one()
        return None if west is None else _along(reader, selection, Extent(west, south, east, north))


def _along(reader: Reader, selection: Selection, rough: Extent) -> Extent | None:
    """The box around the rows that lie along a box's sides."""
    extent: Extent | None = None
    for strip in _strips(rough):
        statement = selection.touching(reader, strip)
        found = reader.connection.execution_options(yield_per=_AT_ONCE).execute(statement)
        for part in found.partitions(_AT_ONCE):
            seen = extent_of(measured(pa.array([row[0] for row in part], pa.binary()))[0])
            extent = seen if extent is None or seen is None else extent.union(seen)
    return extent


def _strips(box: Extent) -> Iterator[Extent]:
    """Along each side, as deep as rounding goes: what reaches farthest that way lies in it."""
    west, south, east, north = box.as_list()
    depth = [_ROUNDING * float(np.spacing(np.float32(abs(side)))) for side in box.as_list()]
    yield Extent(west, south, west + depth[0], north)
    yield Extent(west, south, east, south + depth[1])
    yield Extent(east - depth[2], south, east, north)
    yield Extent(west, north - depth[3], east, north)
