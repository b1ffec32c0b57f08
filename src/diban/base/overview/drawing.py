"""Drawn tiles: the bytes of every tile that holds a few features, for who may see all of the layer.

A drawn tile says what it was made of (``made_as``) and the version that it shows. It is answered only
where nothing was touched in it since: else the tile is drawn from the rows or from the kept tile,
which gives the same bytes, and drawn anew by the job that follows the feed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from diban.base.boxes import measured
from diban.base.columns import from_physical
from diban.base.mvt import TileAddress
from diban.base.overview.build import stored
from diban.base.overview.finishing import tile_of_kept
from diban.base.overview.limits import DEEPEST, FEWEST
from diban.base.packing import PACKED_FROM, packed
from diban.base.port import DrawnRow, Look, Place, Row, RowStore
from diban.base.records import Version
from diban.base.selection import Selection
from diban.base.tiles import TILE_FEATURES, Tile, tile_of
from diban.base.touched import Touches
from diban.ground import FID, GEOMETRY, NOW, Extent, LayerScope, Schema

_AT_ONCE = 500
"""Tiles of one transaction."""

Numbers = npt.NDArray[np.int64]


def made_as(name: str, schema: Schema) -> str:
    """What a drawn tile's bytes depend on beside the rows: its layer's name, and the schema's number."""
    return f"{schema.number}/{name}"


def is_current(look: Look, last: int, wanted: str) -> bool:
    """Whether the drawn tile of a place is what would be drawn now; ``last``: what touched the place last.

    Where a tile is kept, both must have been made together: over an older one changes are laid.
    """
    drawn = look.drawn
    if drawn is None or drawn.made_as != wanted or last > drawn.seq:
        return False
    return look.kept is None or look.kept == drawn.seq


def tile_of_drawn(row: DrawnRow) -> Tile:
    """The tile that a row holds."""
    data, small = (b"", row.data) if row.packed else (row.data, b"")
    return Tile(data, row.features, row.left_out, row.counted, bool(row.simplified), small)


@dataclass(frozen=True, slots=True)
class _Family:
    """The rows of one tile, which are those of all tiles below it too, the largest first."""

    batch: pa.RecordBatch
    boxes: npt.NDArray[np.float64]

    def within(self, which: Numbers, address: TileAddress) -> Numbers:
        """Those of these rows that a tile shows."""
        west, south, east, north = address.bounds_searched()
        left, low, right, high = self.boxes[which].T
        found: Numbers = which[(left <= east) & (right >= west) & (low <= north) & (high >= south)]
        return found


class Drawings:
    """The drawn tiles of one layer as of one version, under the layer's name."""

    def __init__(
        self,
        rows: RowStore,
        storage: str,
        schema: Schema,
        version: Version,
        touches: Touches,
        name: str,
        progress: Callable[[int], None],
    ) -> None:
        """``progress`` is told how many tiles are drawn so far."""
        self._rows, self._storage, self._schema, self._version = rows, storage, schema, version
        self._touches, self._name, self._made_as = touches, name, made_as(name, schema)
        self._selection = Selection(rows, storage, schema, version, NOW, LayerScope())
        self._made, self._progress = 0, progress

    def follow(self) -> None:
        """Draw what is missing or touched. Interrupted, it goes on from there."""
        self._draw(TileAddress(0, 0, 0))

    def _draw(self, address: TileAddress) -> None:
        """Draw a tile and all below it, which are kept first: while it is current, so are they."""
        place = (address.zoom, address.row, address.column)
        found: Sequence[Row] | None = None
        with self._rows.reader(self._storage, None, place) as reader:
            look = reader.look
            if is_current(look, self._touches.last(self._version.seq, address), self._made_as):
                return
            kept = None if look.kept is None else stored(self._rows, reader, self._storage, address)
            if kept is None:
                box = Extent(*address.bounds_searched())
                asked = self._selection.largest(reader, box, self._schema.fields, TILE_FEATURES + 1)
                found = reader.rows(asked)
        if found is not None and len(found) <= TILE_FEATURES:
            self._draw_family(look, address, found)
            return
        if address.zoom < DEEPEST:
            for part in address.parts():
                self._draw(part)
        if kept is not None and kept.seq <= self._version.seq:
            shown = {field.name: from_physical(kept.values(field), field) for field in self._schema.fields}
            tile = tile_of_kept(self._name, kept, shown)
            self._keep(look.epoch, [self._row(address, kept.seq, tile)], [])

    def _draw_family(self, look: Look, address: TileAddress, found: Sequence[Row]) -> None:
        """Draw a tile whose rows are all here, and those below it that were touched since it was drawn."""
        family, drawn = _family_of(found, self._schema), look.drawn
        since = drawn.seq if drawn is not None and drawn.made_as == self._made_as else None
        gone: list[Place] = []
        everything = np.arange(len(found))
        tiles = [
            self._row(each, self._version.seq, tile_of(self._name, batch, each))
            for each, batch in self._touched(family, everything, address, since, gone)
        ]
        # From below, so that what an interruption leaves is whole below each tile that is there.
        tiles.reverse()
        for start in range(0, max(len(tiles), 1), _AT_ONCE):
            self._keep(look.epoch, tiles[start : start + _AT_ONCE], gone if start == 0 else [])

    def _touched(
        self, family: _Family, which: Numbers, address: TileAddress, since: int | None, gone: list[Place]
    ) -> Iterator[tuple[TileAddress, pa.RecordBatch]]:
        """Tiles to be drawn with their rows, each before those below it; ``gone`` learns what to forget."""
        if since is not None and self._touches.last(self._version.seq, address) <= since:
            return
        if len(which) < FEWEST:
            gone.append((address.zoom, address.row, address.column))
            return
        yield address, family.batch.take(pa.array(which))
        if address.zoom < DEEPEST:
            for part in address.parts():
                yield from self._touched(family, family.within(which, part), part, since, gone)

    def _row(self, address: TileAddress, seq: int, tile: Tile) -> DrawnRow:
        large = len(tile.data) >= PACKED_FROM
        return DrawnRow(
            address.zoom,
            address.row,
            address.column,
            seq,
            self._made_as,
            tile.counted,
            tile.left_out,
            int(tile.simplified),
            tile.features,
            int(large),
            packed(tile.data) if large else tile.data,
        )

    def _keep(self, epoch: int, tiles: Sequence[DrawnRow], gone: Sequence[Place]) -> None:
        if tiles or gone:
            self._rows.keep_drawn(self._storage, epoch, tiles, gone)
            self._made += len(tiles)
            self._progress(self._made)


def _family_of(found: Sequence[Row], schema: Schema) -> _Family:
    values = list(zip(*found, strict=True)) if found else [()] * (2 + len(schema.fields))
    columns = {FID: pa.array(values[0], pa.int64())}
    for place, field in enumerate(schema.fields, 2):
        columns[field.name] = from_physical(values[place], field)
    columns[GEOMETRY] = pa.array(values[1], pa.binary())
    batch = pa.RecordBatch.from_pydict(columns)
    return _Family(batch, measured(columns[GEOMETRY])[0])
