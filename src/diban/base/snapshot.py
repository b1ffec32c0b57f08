"""One layer at one version, as one asker may see it: pages, counts, single features, batches, tiles."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
import sqlalchemy as sa

from diban.base.boxes import measured
from diban.base.columns import from_physical
from diban.base.conditions import require_plain
from diban.base.keeping import seq_of
from diban.base.known import Held
from diban.base.masking import as_shown, coarsen, inside_area, mask_column
from diban.base.mvt import TileAddress, lie_in
from diban.base.overview import (
    DEEPEST,
    Kept,
    drawn_of,
    is_current,
    laid_over,
    made_as,
    rows_of,
    stored,
    tile_of_drawn,
    tile_of_kept,
)
from diban.base.port import Place, Reader, Row, RowStore, overdue
from diban.base.query import Page, Query, write_token
from diban.base.remembered import Remembered
from diban.base.selection import Selection
from diban.base.tiles import TILE_FEATURES, Tile, tile_of
from diban.base.touched import Touches
from diban.ground import (
    FID,
    GEOMETRY,
    Extent,
    Field,
    GeometryKind,
    LayerId,
    LayerScope,
    Mask,
    Missing,
    Moment,
    Text,
)

BATCH_ROWS = 10_000
LOOKED_AT = 200_000
"""Rows of which a field's values are told; of more, a part evenly taken."""

AHEAD = 200
"""Rows of a box that a first page reads beyond its own: counting them apart takes longer."""

_EVERYTHING = Query(limit=BATCH_ROWS)


class Snapshot:
    """A layer at a version under a scope: every read of it is consistent and can be repeated.

    ``schema`` holds only the fields that may be seen. An empty layer answers with nothing.
    """

    def __init__(
        self,
        rows: RowStore,
        layer: LayerId,
        held: Held,
        moment: Moment,
        scope: LayerScope,
        secret: bytes,
        touches: Touches,
        laid: Remembered[Kept],
        until: float | None = None,
    ) -> None:
        self.layer, self.version, self.scope = layer, held.version, scope
        self.schema = held.shown(scope)
        self._masks: dict[str, Mask] = dict(scope.masks)
        self._secret, self._touches, self._laid = secret, touches, laid
        self._erased, self._until = held.erased, until
        self._held: Reader | None = None
        self._place: TileAddress | None = None
        self._told: tuple[TileAddress, int] | None = None
        self._rows, self._storage = rows, held.storage
        self._selection = (
            None
            if held.version is None
            else Selection(rows, held.storage, held.schema, held.version, moment, scope)
        )

    @property
    def state(self) -> str:
        """What answers are made from: the version, and the erasures that have changed it since."""
        return f"{None if self.version is None else self.version.id}/{self._erased}"

    @contextmanager
    def together(self, address: TileAddress | None = None) -> Iterator[None]:
        """What is read inside is read in one transaction: it sees one state, and costs one beginning.

        Where it is about one tile, naming its address saves asking for its state.
        """
        assert self._held is None, "one inside another would read for the wrong tile"
        with self._reader(address) as reader:
            self._held, self._place = reader, address
            try:
                yield
            finally:
                self._held = self._place = None

    def state_of(self, address: TileAddress) -> str:
        """The same for one tile: it stays as long as nothing is touched that the tile shows.

        Where some rows may not be seen, or no exact places, it moves with every version: when and
        where something is touched would tell of them. It moves when an erasure begins and again when
        its rows are gone: what was made in between may still show them.
        """
        if self.version is None:
            return self.state
        with self._reader(address) as reader:
            kept = self._kept_seq(reader, address)
            erasures = f"{self._erased}/{reader.look.epoch}"
        if not self._sees_all:
            return f"{self.version.id}/{erasures}"
        # A tile that is made anew may show other features than one over which changes were laid.
        made = kept if kept is not None and kept <= self.version.seq else None
        return f"{self._last(address)}/{made}/{erasures}"

    def _last(self, address: TileAddress) -> int:
        """The last version that touched what a tile shows."""
        if self._told is None or self._told[0] != address:
            assert self.version is not None
            self._told = address, self._touches.last(self.version.seq, address)
        return self._told[1]

    def erasures(self) -> str:
        """Moves when an erasure of the layer begins, and again when its rows are gone."""
        with self._reader() as reader:
            return f"{self._erased}/{reader.look.epoch}"

    @property
    def extent(self) -> Extent | None:
        """The box around the layer's features."""
        return None if self.version is None else self.version.extent

    def page(self, query: Query) -> Page:
        """One page of features that the query asks for and the scope allows."""
        fields = self._fields(query.fields)
        if self._selection is None:
            return Page(self._batch([], fields, query.geometry), None, 0)
        kept: list[Row] = []
        ahead = AHEAD if query.bbox and query.after is None else 0
        after, last, chunk = query.after, False, query.limit + 1 + ahead
        with self._reader() as reader:
            while len(kept) <= query.limit and not last:
                asked = self._selection.page(reader, query, fields, after, chunk)
                found = reader.rows(asked)
                self._look_at_the_clock()
                last, chunk = len(found) < chunk, min(2 * chunk, BATCH_ROWS)
                kept.extend(self._exact(found, query.bbox))
                if found:
                    after = _token(found[-1], len(fields))
        matched = len(kept) if last and query.after is None else None
        more = len(kept) > query.limit
        kept = kept[: query.limit]
        batch = self._batch(kept, fields, query.geometry)
        return Page(batch, _token(kept[-1], len(fields)) if more else None, matched)

    def feature(self, fid: int) -> pa.RecordBatch:
        """The feature with this number as a batch of one row; `Missing` when it is not to be seen."""
        found: list[Row] = []
        if self._selection is not None:
            with self._reader() as reader:
                statement = self._selection.one(reader, fid, self.schema.fields)
                found = self._exact(reader.connection.execute(statement).fetchall(), ())
        if not found:
            raise Missing(Text(zh=f"没有要素 {fid}", en=f"there is no feature {fid}"), field="featureId")
        return self._batch(found, self.schema.fields, True)

    def features(self, fids: Sequence[int], names: tuple[str, ...] | None = None) -> pa.RecordBatch:
        """Those features of these numbers that may be seen, in the order of their numbers.

        ``names`` are the fields that are read; None means all that may be seen.
        """
        found: list[Row] = []
        fields = self._fields(names)
        if self._selection is not None:
            with self._reader() as reader:
                for start in range(0, len(fids), BATCH_ROWS):
                    these = fids[start : start + BATCH_ROWS]
                    statement = self._selection.some(reader, these, fields)
                    found += self._exact(reader.connection.execute(statement).fetchall(), ())
        return self._batch(sorted(found, key=lambda row: row[0]), fields, True)

    def lives(self, fid: int, most: int) -> tuple[pa.RecordBatch, list[tuple[int, int | None]]]:
        """The latest rows of one feature, the oldest first, and from and to which sequence number each was.

        Each as it may be seen today: its fields by their present names, its row allowed as it was then.
        """
        found: list[Row] = []
        if self._selection is not None:
            with self._reader() as reader:
                statement = self._selection.lives(reader, fid, self.schema.fields, most)
                found = self._exact(reader.connection.execute(statement).fetchall(), ())[::-1]
        seen = 0 if self.version is None else self.version.seq
        spans = [(int(row[-2]), row[-1] if row[-1] is None or row[-1] <= seen else None) for row in found]
        return self._batch([row[:-2] for row in found], self.schema.fields, True), spans

    def count(self, query: Query) -> int:
        """How many features the query matches and the scope allows, exactly; paging is left aside."""
        if self._selection is None:
            return 0
        with self._reader() as reader:
            exact = self.scope.area is None
            sure = (
                reader.connection.execute(self._selection.count(reader, query)).scalar_one() if exact else 0
            )
            if exact and not query.bbox:
                return int(sure)
            doubtful = (
                self._selection.doubtful(reader, query)
                if exact
                else self._selection.doubtful(reader, replace(query, bbox=()))
            )
            found = reader.connection.execution_options(yield_per=BATCH_ROWS).execute(doubtful)
            count = int(sure)
            for part in found.partitions(BATCH_ROWS):
                self._look_at_the_clock()
                count += int(self._meets(shapely.from_wkb([row[0] for row in part]), query.bbox).sum())
            return count

    def batches(self, query: Query = _EVERYTHING) -> Iterator[pa.RecordBatch]:
        """All features that the query asks for and the scope allows, in its order, in short reads.

        At least one batch, which may be empty; without a query everything by feature number.
        """
        while True:
            page = self.page(query)
            yield page.batch
            if page.after is None:
                return
            query = replace(query, after=page.after)

    def values(self, name: str) -> Iterator[pa.Array]:
        """The values of one field, absent ones too, in any order, in parts.

        Of a layer with more than `LOOKED_AT` rows only those of every so-many-th feature number.
        `Denied` for a field that may not be filtered by: its values would tell of what is hidden.
        """
        field = self._shown(name)
        if self._selection is None or self.version is None:
            return
        with self._reader() as reader:
            step = -(-max(self.version.rows, 1) // LOOKED_AT)
            statement = self._selection.column(reader, field, step)
            found = reader.connection.execution_options(yield_per=BATCH_ROWS).execute(statement)
            for part in found.partitions(BATCH_ROWS):
                self._look_at_the_clock()
                values, shapes = zip(*part, strict=True)
                column = from_physical(values, field)
                if self.scope.area is not None:
                    column = column.filter(pa.array(inside_area(shapely.from_wkb(list(shapes)), self.scope)))
                yield column

    def hashes(self) -> Iterator[pa.Array]:
        """Row hashes of the rows that the scope allows: what proves the stored content."""
        if self._selection is None:
            return
        with self._reader() as reader:
            found = reader.connection.execution_options(yield_per=BATCH_ROWS).execute(
                self._selection.hashes(reader)
            )
            for part in found.partitions(BATCH_ROWS):
                yield pa.array([row[0] for row in part], pa.binary(32))

    def tile(self, name: str, address: TileAddress, fields: tuple[str, ...] | None = None) -> Tile:
        """The vector tile of this square: the largest features first, within `TILE_BYTES`."""
        shown = self._fields(fields)
        answered = self.scope.min_zoom <= address.zoom <= self.scope.max_zoom
        if self._selection is None or self.extent is None or not answered:
            return Tile(b"", 0, 0)
        box = Extent(*address.bounds_searched())
        with self._reader(address) as reader:
            drawn = self._drawn(reader, name, address, shown)
            if drawn is not None:
                return drawn
            kept = self._kept(reader, address)
            if kept is not None:
                return tile_of_kept(name, kept, self._values(kept, shown))
            asked = self._selection.largest(reader, box, shown, TILE_FEATURES + 1)
            found = reader.rows(asked)
            self._look_at_the_clock()
            if not found:
                return Tile(b"", 0, 0)
            counted = self._counted(reader, address) if len(found) > TILE_FEATURES else None
        batch = self._batch(self._exact(found[:TILE_FEATURES], ()), shown, True)
        return tile_of(name, batch, address, counted)

    @property
    def _sees_all(self) -> bool:
        """Whether every row is seen, and where it is."""
        return self.scope.rows is None and self.scope.area is None and self.scope.decimals is None

    def _may_be_kept(self, address: TileAddress) -> bool:
        """Whether a kept tile holds what is asked: none does that was made of other rows or places."""
        valid = self._selection is not None and self._selection.moment.valid_at is None
        return valid and self._sees_all and address.zoom <= DEEPEST

    def _kept(self, reader: Reader, address: TileAddress) -> Kept | None:
        """The kept tile as of this version, what changed since it was made laid over it.

        None when there is none, when it was made of a later version, or when too much has changed.
        """
        selection = self._selection
        assert selection is not None
        schema, seq = selection.schema, selection.version.seq
        since = self._kept_seq(reader, address)
        if since is None or since > seq:
            return None
        last = self._last(address)
        if last <= since:
            return stored(self._rows, reader, self._storage, address)
        # No further than what is touched here, so that equal tags mean equal tiles.
        changes = self._touches.since(since, last)
        if changes is None:
            return None

        def make() -> Kept:
            kept = stored(self._rows, reader, self._storage, address)
            assert kept is not None  # as its version was, in the same transaction
            found = rows_of(reader, selection, changes.within(address), schema)
            return laid_over(kept, changes, drawn_of(found, schema, address, seq, None, None))

        key = (self._storage, self._erased, schema.number, address, since, last)
        return self._laid.get(key, make)

    def _kept_seq(self, reader: Reader, address: TileAddress) -> int | None:
        """The version that the kept tile shows; None when there is none that may be shown."""
        if not self._may_be_kept(address):
            return None
        # What has just been begun for this tile, or is held for it, says it already.
        if self._held is None or self._place == address:
            return reader.look.kept
        return seq_of(reader, self._rows.overview(self._storage), _place(address))

    def _drawn(self, reader: Reader, name: str, address: TileAddress, shown: Sequence[Field]) -> Tile | None:
        """The tile as it lies drawn, for who may see all of the layer, and where nothing touched it since."""
        drawn = reader.look.drawn
        if drawn is None or drawn[:3] != _place(address) or not self._may_be_kept(address):
            return None
        selection = self._selection
        assert selection is not None
        schema, seq = selection.schema, selection.version.seq
        if self.scope.masks or len(shown) != len(schema.fields) or drawn.seq > seq:
            return None
        current = is_current(reader.look, self._last(address), made_as(name, schema))
        return tile_of_drawn(drawn) if current else None

    def _values(self, kept: Kept, shown: Sequence[Field]) -> dict[str, pa.Array]:
        """The fields that are shown of a kept tile's rows, masked as the scope says."""
        return {field.name: self._seen(from_physical(kept.values(field), field), field) for field in shown}

    def _seen(self, column: pa.Array, field: Field) -> pa.Array:
        """A field's values, masked as the scope says."""
        mask = self._masks.get(field.name)
        return column if mask is None else mask_column(column, mask, self._secret)

    def left_out(self) -> dict[int, int]:
        """By zoom, how many features the kept tiles leave out; nothing for who does not see all of the layer.

        As of when they were made. Zooms without kept tiles are absent: there each tile says it.
        """
        if self._selection is None or not self._sees_all:
            return {}
        kept = self._rows.overview(self._storage).c
        sums = sa.select(kept.zoom, sa.func.sum(kept.left_out)).where(kept.zoom >= 0).group_by(kept.zoom)
        with self._reader() as reader:
            return {zoom: int(total) for zoom, total in reader.connection.execute(sums.order_by(kept.zoom))}

    def _counted(self, reader: Reader, address: TileAddress) -> int:
        """How many of the features that may be seen are counted in this tile, from all their geometries."""
        assert self._selection is not None
        near = self._selection.near(reader, Extent(*address.bounds_searched()))
        counted = 0
        found = reader.connection.execution_options(yield_per=BATCH_ROWS).execute(near)
        for part in found.partitions(BATCH_ROWS):
            self._look_at_the_clock()
            geometry = pa.array([row[0] for row in part], pa.binary())
            here = lie_in(measured(coarsen(geometry, self.scope))[0], address)
            if self.scope.area is not None:
                here &= inside_area(shapely.from_wkb(geometry.to_numpy(zero_copy_only=False)), self.scope)
            counted += int(here.sum())
        return counted

    def _reader(self, address: TileAddress | None = None) -> AbstractContextManager[Reader]:
        """The transaction that is held, else one of its own, which also says if a tile is kept."""
        if self._held is not None:
            return nullcontext(self._held)
        place = None if address is None or not self._may_be_kept(address) else _place(address)
        return self._rows.reader(self._storage, self._until, place)

    def _look_at_the_clock(self) -> None:
        """Raise when time is up: what is done with rows here no engine cuts."""
        if self._until is not None and time.monotonic() > self._until:
            raise overdue()

    def _fields(self, names: tuple[str, ...] | None) -> Sequence[Field]:
        if names is None:
            return self.schema.fields
        return [self.schema.field(name) for name in names]

    def _shown(self, name: str) -> Field:
        """The field of that name; one that is hidden is not known here, whether it exists or not."""
        require_plain(name, self.scope)
        return self.schema.field(name)

    def _exact(self, found: Sequence[Row], boxes: tuple[Extent, ...]) -> list[Row]:
        """The rows that truly meet one of the boxes and the scope's area."""
        if not found or (not boxes and self.scope.area is None):
            return list(found)
        meets = self._meets(shapely.from_wkb([row[1] for row in found]), boxes)
        return [row for row, kept in zip(found, meets, strict=True) if kept]

    def _meets(self, shapes: npt.NDArray[np.object_], boxes: tuple[Extent, ...]) -> npt.NDArray[np.bool_]:
        meets = inside_area(shapes, self.scope)
        if boxes:
            # What is shown meets the box: its true place would be felt for by ever smaller boxes.
            shown = as_shown(shapes, self.scope)
            squares = [shapely.box(*box.as_list()) for box in boxes]
            meets = meets & np.any([shapely.intersects(square, shown) for square in squares], axis=0)
        return meets

    def _batch(
        self, found: Sequence[Sequence[Any]], fields: Sequence[Field], geometry: bool
    ) -> pa.RecordBatch:
        """Rows (feature number, WKB, fields …) as a batch, masked and made coarser as the scope says."""
        values = list(zip(*found, strict=True)) if found else [()] * (2 + len(fields))
        columns: dict[str, pa.Array] = {FID: pa.array(values[0], pa.int64())}
        for place, field in enumerate(fields, 2):
            columns[field.name] = self._seen(from_physical(values[place], field), field)
        if geometry and self.schema.geometry is not GeometryKind.NONE:
            columns[GEOMETRY] = coarsen(pa.array(values[1], pa.binary()), self.scope)
        return pa.RecordBatch.from_pydict(columns)


def _place(address: TileAddress) -> Place:
    return address.zoom, address.row, address.column


def _token(row: Row, fields: int) -> str:
    """The page token behind a row: its sort values, then its feature number."""
    return write_token([*row[2 + fields :], row[0]])
