"""The port `RowStore` on PostgreSQL with PostGIS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

import numpy as np
import sqlalchemy as sa

from diban.base.columns import physical_name
from diban.base.port import BoundBox, DrawnRow, KeptRow, Place, Reader, Rows, Statement, Step
from diban.base.postgis import writing
from diban.base.postgis.claims import retire
from diban.base.postgis.faults import translating
from diban.base.postgis.keeping import forget_all, keep, keep_drawn
from diban.base.postgis.layout import (
    BOARD,
    SRID,
    drawn_tiles_of,
    drop_tables,
    make_tables,
    of_features,
    overview_of,
    past_name,
    present_types,
    relation,
    state,
    stored_type,
)
from diban.base.postgis.readers import reading_of
from diban.ground import Extent, Schema
from diban.store import Database

TIDY_ROWS = 5_000
"""Rows that one transaction moves to the past."""

_WAIT = "SET LOCAL lock_timeout = '5s'"


class PostgisRows:
    """Rows of layers as tables of the schema ``board``; ``storage`` is the live table's name (``l000012``).

    Made by `open_postgis`. Every act takes its own connections from the database's pool and its own
    transactions, so that it may be called while the caller's `Unit` is open.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._relations: dict[tuple[str, bool, tuple[str, ...]], sa.Table] = {}

    @property
    def name(self) -> str:
        """``postgis``."""
        return "postgis"

    def make(self, number: int, schema: Schema) -> str:
        """Prepare an empty layer with this number and answer its storage; doing it twice is harmless.

        What a rolled-back act left under the number is empty and replaced; tables with rows are kept.
        """
        storage = f"l{number:06d}"
        with translating(), self._database.engine.begin() as connection:
            if not _holds_rows(connection, storage):
                make_tables(connection, storage, schema)
        return storage

    def widen(self, storage: str, schema: Schema) -> None:
        """Add physical columns that the schema has and the tables lack; never touches rows.

        Waits at most five seconds for readers to leave, else `Unavailable`.
        """
        with translating(), self._database.engine.begin() as connection:
            connection.execute(sa.text(_WAIT))
            for name in (storage, past_name(storage)):
                present = present_types(connection, name)
                changes = []
                for field in schema.fields:
                    column, kind = physical_name(field), stored_type(field).compile(connection.dialect)
                    found = present.get(column)
                    if found is not None and kind.lower().startswith(found):
                        continue
                    # Of another type: left by an act that was rolled back, never written to.
                    changes += [] if found is None else [f"DROP COLUMN {column}"]
                    changes.append(f"ADD COLUMN {column} {kind}")
                if changes:
                    connection.execute(sa.text(f"ALTER TABLE {BOARD}.{name} {', '.join(changes)}"))

    def load(self, storage: str, number: int, schema: Schema, seq: int, rows: Iterator[Rows]) -> str:
        """Write the very first rows of a layer in bulk under ``seq``, with their indexes; the same storage.

        Rows are committed in chunks on two connections, indexes are built when all are there.
        """
        writing.load(self._database.engine, self.live(storage, schema), seq, rows)
        return storage

    def apply(self, storage: str, schema: Schema, seq: int, steps: Iterator[Step]) -> None:
        """Write steps under ``seq``, each in a short transaction of its own, skipping those already done.

        `Conflict` when another process has begun to write the layer since.
        """
        writing.apply(self._database.engine, self.live(storage, schema), seq, steps)

    def undo(self, storage: str, seq: int) -> None:
        """Take back whatever was written under ``seq``, which was never current."""
        live = self.live(storage, Schema(()))
        with translating(), self._database.engine.begin() as connection:
            retire(connection, storage, seq)
            connection.execute(sa.delete(live).where(live.c.vfrom == seq))
            connection.execute(sa.update(live).where(live.c.vto == seq).values(vto=None))

    def tidy(self, storage: str, seq: int) -> int:
        """Move rows that ended at or before ``seq`` to the past table, in short transactions; how many."""
        # The mark first: from then on older versions are read from both tables, wherever a row is.
        with translating(), self._database.engine.begin() as connection:
            mark = sa.update(state).where(state.c.storage == storage)
            connection.execute(mark.values(tidied=sa.func.greatest(state.c.tidied, seq)))
        moved = 0
        while True:
            with translating(), self._database.engine.begin() as connection:
                found = connection.execute(_move(connection, storage), {"seq": seq, "limit": TIDY_ROWS})
                moved += found.rowcount
                if found.rowcount < TIDY_ROWS:
                    return moved

    def erase(
        self, storage: str, fids: Sequence[int] | None, seq: int | None, progress: Callable[[int], None]
    ) -> None:
        """Remove every row, live and past, of these features, or begun under ``seq``, for good.

        Tables, indexes and statistics are written anew, so that no byte of the rows is left in a
        page; readers wait meanwhile. Out of its reach: the blocks that the file system frees, the
        write-ahead log until the server has reused its segments, log archives, replicas' logs, and
        backups, which `expunge` registers.
        """
        live, past = self.live(storage, Schema(())), self.past(storage, Schema(()))
        done = 0
        with translating(), self._database.engine.begin() as connection:
            # Live first: a row that is being moved is then met in the past.
            for table in (live, past):
                these = table.c.vfrom == seq if fids is None else of_features(table, fids)
                done += connection.execute(sa.delete(table).where(these)).rowcount
                progress(done)
        tiles, drawn = overview_of(storage), drawn_tiles_of(storage)
        with translating(), self._database.engine.begin() as connection:
            forget_all(connection, tiles, drawn)
        with translating(), self._database.engine.connect() as plain:
            connection = plain.execution_options(isolation_level="AUTOCOMMIT")
            for table in (live, past, tiles, drawn):
                connection.execute(sa.text(f"VACUUM (FULL, ANALYZE) {table.fullname}"))

    def overview(self, storage: str) -> sa.Table:
        """The table of kept tiles."""
        return overview_of(storage)

    def keep(
        self, storage: str, epoch: int, tiles: Sequence[KeptRow], gone: Sequence[tuple[int, int, int]]
    ) -> None:
        """Keep tiles in one short transaction, forget those that are gone with all below them."""
        with translating(), self._database.engine.begin() as connection:
            keep(connection, overview_of(storage), epoch, tiles, gone)

    def keep_drawn(self, storage: str, epoch: int, tiles: Sequence[DrawnRow], gone: Sequence[Place]) -> None:
        """Keep drawn tiles in one short transaction, forget those that are gone with all below them."""
        with translating(), self._database.engine.begin() as connection:
            keep_drawn(connection, overview_of(storage), drawn_tiles_of(storage), epoch, tiles, gone)

    def drop(self, storage: str) -> None:
        """Remove a layer's tables."""
        with translating(), self._database.engine.begin() as connection:
            drop_tables(connection, storage)

    def reader(
        self, storage: str, until: float | None = None, place: Place | None = None
    ) -> AbstractContextManager[Reader]:
        """A read-only transaction that sees one state of the layer's tables throughout."""
        return reading_of(self._database, storage, until, place)

    def live(self, storage: str, schema: Schema) -> sa.Table:
        """The live table: rid, fid, vfrom, vto, eid, tfrom, tto, zmin, zmax, solid, hash, geom, c1…cn."""
        return self._relation(storage, schema, past=False)

    def past(self, storage: str, schema: Schema) -> sa.Table:
        """The past table, with the same columns."""
        return self._relation(storage, schema, past=True)

    def geometry(self, relation: sa.Table) -> sa.ColumnElement[bytes]:
        """The geometry of a row as ISO WKB, little-endian."""
        return sa.func.ST_AsBinary(relation.c.geom, "NDR", type_=sa.LargeBinary())

    def meets(self, relation: sa.Table, extent: Extent | BoundBox, wide: bool) -> sa.ColumnElement[bool]:
        """Rows whose box, rounded outward to single precision, meets the extent."""
        envelope = _envelope(extent.west, extent.south, extent.east, extent.north)
        if wide:
            return relation.c.geom.bool_op("&&")(envelope)
        # Hidden from the planner, the box counts as a rare condition: seeing that it holds some
        # hundredths of the rows, it would walk the whole layer in key order to find the first ten.
        return relation.c.geom.bool_op("&&")(sa.select(envelope).scalar_subquery())

    def within(self, relation: sa.Table, extent: Extent) -> sa.ColumnElement[bool]:
        """Rows whose box surely lies inside the extent.

        PostGIS compares boxes rounded outward to single precision, the extent's too; one rounded
        inward beforehand is taken as it is.
        """
        low = [_single(value, np.inf) for value in (extent.west, extent.south)]
        high = [_single(value, -np.inf) for value in (extent.east, extent.north)]
        if low[0] > high[0] or low[1] > high[1]:
            return sa.false()
        return relation.c.geom.bool_op("@")(_envelope(*low, *high))

    def reach(self, relation: sa.Table, condition: sa.ColumnElement[bool]) -> Statement:
        """The outermost sides of the boxes of such rows, as far as single precision tells them."""
        west, south, east, north = _sides(relation)
        return sa.select(
            sa.func.min(west).label("west"),
            sa.func.min(south).label("south"),
            sa.func.max(east).label("east"),
            sa.func.max(north).label("north"),
        ).where(condition)

    def size(self, relation: sa.Table) -> sa.ColumnElement[float]:
        """Area of a row's box in square degrees, to draw the largest first."""
        # Not of the stored box, which is rounded: the largest would be others than on the other engine.
        west, south, east, north = _sides(relation, exact=True)
        area: sa.ColumnElement[float] = (east - west) * (north - south)
        return area

    def close(self) -> None:
        """Give all connections back."""
        self._database.close()

    def _relation(self, storage: str, schema: Schema, *, past: bool) -> sa.Table:
        columns = tuple(f"{physical_name(field)} {field.kind}" for field in schema.fields)
        key = (storage, past, columns)
        # One object each: SQLAlchemy keeps what it compiled for a table by the object.
        if key not in self._relations:
            self._relations[key] = relation(storage, schema, past=past)
        return self._relations[key]


def _holds_rows(connection: sa.Connection, storage: str) -> bool:
    """Whether the layer's tables are there and either has a row."""
    for name in (storage, past_name(storage)):
        table = f"{BOARD}.{name}"
        there = connection.execute(sa.select(sa.func.to_regclass(table))).scalar()
        if there and connection.execute(sa.text(f"SELECT EXISTS (SELECT FROM {table})")).scalar():
            return True
    return False


def _move(connection: sa.Connection, storage: str) -> sa.TextClause:
    """Move up to ``limit`` rows that ended at or before ``seq``, with whatever columns there are."""
    names = ", ".join(present_types(connection, storage))
    return sa.text(
        f"WITH chosen AS (SELECT rid FROM {BOARD}.{storage} WHERE vto <= :seq LIMIT :limit "
        "FOR UPDATE SKIP LOCKED), "
        f"gone AS (DELETE FROM {BOARD}.{storage} USING chosen "
        f"WHERE {storage}.rid = chosen.rid RETURNING {storage}.*) "
        f"INSERT INTO {BOARD}.{past_name(storage)} ({names}) SELECT {names} FROM gone"
    )


def _sides(relation: sa.Table, *, exact: bool = False) -> list[sa.Function[float]]:
    """West, south, east and north of a row's box, as it is stored or as its coordinates say."""
    box = sa.func.box3d(relation.c.geom) if exact else sa.func.box2d(relation.c.geom)
    names = ("ST_XMin", "ST_YMin", "ST_XMax", "ST_YMax")
    return [getattr(sa.func, name)(box, type_=sa.Double()) for name in names]


_Side = float | sa.BindParameter[float]


def _envelope(west: _Side, south: _Side, east: _Side, north: _Side) -> sa.Function[object]:
    return sa.func.ST_MakeEnvelope(west, south, east, north, SRID)


def _single(value: float, toward: float) -> float:
    """The nearest single-precision number that is not on the other side of ``value`` from ``toward``."""
    near = np.float32(value)
    # As doubles: next to a single, numpy would round the double to one as well.
    beyond = float(near) < value if toward > 0 else float(near) > value
    return float(np.nextafter(near, np.float32(toward)) if beyond else near)
