"""Kept tiles made, from the densest up to the whole earth, and made anew only where something was touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from diban.base.boxes import measured
from diban.base.columns import from_physical, physical_name
from diban.base.keeping import kept_at
from diban.base.mvt import TileAddress, draw_tile, fit_tile, lie_in
from diban.base.overview.kept import FID as STORED_FID
from diban.base.overview.kept import Kept, kept_of, stored_type, unpacked
from diban.base.overview.laying import followed
from diban.base.overview.limits import DEEPEST, DENSE
from diban.base.port import KeptRow, Reader, Row, RowStore
from diban.base.records import Version
from diban.base.selection import Selection
from diban.base.tiles import ROOM, TILE_FEATURES
from diban.base.touched import Touches
from diban.ground import FID, GEOMETRY, NOW, Extent, LayerScope, Schema

_NUMBERS_AT_ONCE = 10_000
_AT_ONCE = 10_000

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Below:
    """What a tile gives to the one above it: its features, their sizes, and how many are counted in it."""

    fids: Numbers
    sizes: npt.NDArray[np.float64]
    counted: int


class Overviews:
    """The kept tiles of one layer as of one version."""

    def __init__(
        self, rows: RowStore, storage: str, schema: Schema, version: Version, touches: Touches
    ) -> None:
        self._rows, self._storage, self._schema, self._version = rows, storage, schema, version
        self._touches = touches
        self._selection = Selection(rows, storage, schema, version, NOW, LayerScope())
        self.made = 0

    def follow(self) -> int:
        """Make the tiles that are missing or touched; how many. Interrupted, it goes on from there."""
        self._grow(TileAddress(0, 0, 0))
        return self.made

    def _grow(self, address: TileAddress) -> _Below:
        with self._rows.reader(self._storage) as reader:
            kept = stored(self._rows, reader, self._storage, address)
            last = self._touches.last(self._version.seq, address)
            if kept is not None and last <= kept.seq:
                return _Below(kept.fids, kept.sizes, kept.counted)
            # Before any row is read: what an erasure removes meanwhile must not be kept.
            epoch = reader.look.epoch
            near = reader.connection.execute(
                self._selection.up_to(reader, _searched(address), TILE_FEATURES + 1)
            ).scalar_one()
            if near <= DENSE:
                below = self._sparse(reader, address)
                if kept is not None:
                    self._rows.keep(self._storage, epoch, [], [(address.zoom, address.row, address.column)])
                return below
            from_rows = near <= TILE_FEATURES or address.zoom == DEEPEST
            made = None if kept is None else self._followed(reader, kept)
            if made is None and from_rows:
                made = self._from_rows(reader, address, near > TILE_FEATURES)
        if not from_rows:
            parts = [self._grow(part) for part in address.parts()]
            made = made or self._from_below(address, parts)
        assert made is not None
        self._keep(epoch, made)
        return _Below(made.fids, made.sizes, made.counted)

    def _keep(self, epoch: int, kept: Kept) -> None:
        at = kept.address
        row: KeptRow = {
            "zoom": at.zoom,
            "row": at.row,
            "column": at.column,
            "seq": kept.seq,
            "counted": kept.counted,
            "left_out": kept.left_out,
            "simplified": int(kept.simplified),
            "lost": kept.lost,
            "body": kept.packed(),
        }
        self._rows.keep(self._storage, epoch, [row], [])
        self.made += 1

    def _sparse(self, reader: Reader, address: TileAddress) -> _Below:
        asked = self._selection.largest(reader, _searched(address), (), TILE_FEATURES)
        found = reader.rows(asked)
        boxes = measured(pa.array([row[1] for row in found], pa.binary()))[0]
        fids = np.array([row[0] for row in found], np.int64)
        sizes = np.array([row[2] for row in found], np.float64)
        return _Below(fids, sizes, int(lie_in(boxes, address).sum()))

    def _from_rows(self, reader: Reader, address: TileAddress, more: bool) -> Kept:
        asked = self._selection.largest(reader, _searched(address), self._schema.fields, TILE_FEATURES)
        found = reader.rows(asked)
        counted = None
        if more:
            counted = 0
            near = self._selection.near(reader, _searched(address))
            geometries = reader.connection.execution_options(yield_per=_AT_ONCE).execute(near)
            for part in geometries.partitions(_AT_ONCE):
                boxes = measured(pa.array([row[0] for row in part], pa.binary()))[0]
                counted += int(lie_in(boxes, address).sum())
        return drawn_of(found, self._schema, address, self._version.seq, ROOM, counted)

    def _followed(self, reader: Reader, kept: Kept) -> Kept | None:
        """The kept tile with what was touched since laid into it, where that is not too much."""
        changes = self._touches.since(kept.seq, self._version.seq)
        if changes is None:
            return None
        found = rows_of(reader, self._selection, changes.within(kept.address), self._schema)
        fresh = drawn_of(found, self._schema, kept.address, self._version.seq, None, None)
        return followed(kept, changes, fresh, self._schema, ROOM)

    def _from_below(self, address: TileAddress, parts: Sequence[_Below]) -> Kept:
        fids, first = np.unique(np.concatenate([part.fids for part in parts]), return_index=True)
        sizes = np.concatenate([part.sizes for part in parts])[first]
        largest = np.lexsort((fids, -sizes))[:TILE_FEATURES]
        with self._rows.reader(self._storage) as reader:
            found = rows_of(reader, self._selection, fids[largest].tolist(), self._schema)
        place = {int(fid): number for number, fid in enumerate(fids[largest])}
        found.sort(key=lambda row: place[row[0]])
        counted = sum(part.counted for part in parts)
        return drawn_of(found, self._schema, address, self._version.seq, ROOM, counted)


def stored(rows: RowStore, reader: Reader, storage: str, address: TileAddress) -> Kept | None:
    """The kept tile of an address; None when there is none."""
    found = kept_at(reader, rows.overview(storage), address.zoom, address.row, address.column)
    if found is None:
        return None
    said = (found["seq"], found["counted"], bool(found["simplified"]), found["lost"])
    return unpacked(address, *said, found["body"])


def rows_of(reader: Reader, selection: Selection, fids: Sequence[int], schema: Schema) -> list[Row]:
    """The rows of these features, in any order: feature number, WKB, stored columns."""
    found: list[Row] = []
    for start in range(0, len(fids), _NUMBERS_AT_ONCE):
        statement = selection.some(reader, fids[start : start + _NUMBERS_AT_ONCE], schema.fields)
        found += reader.connection.execute(statement).fetchall()
    return found


def drawn_of(
    found: Sequence[Row],
    schema: Schema,
    address: TileAddress,
    seq: int,
    room: int | None,
    counted: int | None,
) -> Kept:
    """Rows (feature number, WKB, stored columns …) as they are drawn in a tile.

    Within ``room`` bytes when there is a limit, in the order in which they come.
    """
    values = list(zip(*found, strict=False)) if found else [()] * (2 + len(schema.fields))
    fids, geometry = pa.array(values[0], pa.int64()), pa.array(values[1], pa.binary())
    columns = {
        physical_name(field): pa.array(values[place], stored_type(field.kind))
        for place, field in enumerate(schema.fields, 2)
    }
    shown = {field.name: from_physical(columns[physical_name(field)], field) for field in schema.fields}
    batch = pa.RecordBatch.from_pydict({FID: fids, **shown, GEOMETRY: geometry})
    fitted = draw_tile(batch, address) if room is None else fit_tile("", batch, address, room)
    rows = pa.RecordBatch.from_pydict({STORED_FID: fids, **columns})
    return kept_of(address, seq, rows, geometry, fitted, counted)


def _searched(address: TileAddress) -> Extent:
    return Extent(*address.bounds_searched())
