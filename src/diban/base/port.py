"""What the base asks of an engine: keep rows, find boxes. Everything else is written once, above.

Both adapters hold for each layer a relation of live rows and one of past rows with the same
columns; a row lives from the version sequence number ``vfrom`` until ``vto`` (None: still). Only
the control record says which sequence number is current, so rows under a higher one are unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypedDict

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import sqlalchemy as sa

from diban.ground import Conflict, Extent, Schema, Text, Unavailable


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch of rows as both engines store them.

    ``batch`` has the columns ``fid`` int64, ``tfrom``, ``tto`` int64 (microseconds UTC; only those of
    which the schema names a field), ``zmin``, ``zmax`` double, ``hash`` fixed binary 32, ``geom`` binary
    (ISO WKB, absent in tables) and
    c1…cn. ``boxes`` is (n, 4), NaN where there is nothing to find.
    """

    batch: pa.RecordBatch
    boxes: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BoundBox:
    """A box whose sides are parameters of a statement that is asked again with others."""

    west: sa.BindParameter[float]
    south: sa.BindParameter[float]
    east: sa.BindParameter[float]
    north: sa.BindParameter[float]


@dataclass(frozen=True, slots=True)
class Step:
    """One short transaction of a landing: rows that end (by fid), then rows that begin."""

    number: int
    ended: npt.NDArray[np.int64]
    begun: Rows | None


Statement = sa.Select[*tuple[Any, ...]]

Row = Sequence[Any]

Place = tuple[int, int, int]
"""Zoom, row and column of a tile."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement and the values of its bound parameters; without any it was made for this once."""

    statement: Statement
    given: Mapping[str, Any]


class DrawnRow(NamedTuple):
    """A drawn tile as both engines store it.

    ``made_as`` is what its bytes depend on beside the rows (`diban.base.overview.made_as`); ``data`` is
    in gzip where ``packed`` is 1. The rest is that of `diban.base.tiles.Tile`.
    """

    zoom: int
    row: int
    column: int
    seq: int
    made_as: str
    counted: int
    left_out: int
    simplified: int
    features: int
    packed: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Look:
    """What is seen of a layer before any of its rows is read.

    ``epoch`` says how many erasures there were. Of the place that the reader was opened for: ``kept``
    is the version that its kept tile shows, ``drawn`` the tile that lies there drawn; None for none.
    """

    epoch: int
    kept: int | None
    drawn: DrawnRow | None


class Reader(Protocol):
    """A consistent look at one layer's rows."""

    @property
    def look(self) -> Look:
        """What it began with. Where that changes before the first row is read, reading it raises `Moved`."""

    @property
    def tidied(self) -> int:
        """The highest sequence number whose ended rows have moved to the past relation.

        A read at or above it needs the live relation only.
        """

    @property
    def connection(self) -> sa.Connection:
        """The transaction, for all sorts of statements."""

    def rows(self, asked: Asked) -> Sequence[Row]:
        """All rows of a statement. One that is asked again and again goes straight to the driver."""


class KeptRow(TypedDict):
    """A tile of an overview as both engines store it; ``body`` is `diban.base.overview.Kept.packed`."""

    zoom: int
    row: int
    column: int
    seq: int
    counted: int
    left_out: int
    simplified: int
    lost: int
    body: bytes


class Moved(Conflict):
    """What was seen before the rows is no longer so: whoever asked begins again."""


def moved() -> Moved:
    """The fault of a read that would mix two states."""
    return Moved(
        Text(zh="其间瓦片已重新制作", en="the tile was made anew meanwhile"),
        remedy=Text(zh="再试一次", en="try again"),
    )


def overdue() -> Unavailable:
    """The fault of a read that was cut, on both engines."""
    return Unavailable(
        Text(zh="读取超过时限，已中止", en="the read took too long and was cut"),
        field="read_seconds",
        remedy=Text(
            zh="缩小范围、减少条数或筛选条件后再试",
            en="ask for a smaller box, fewer features or a simpler filter",
        ),
    )


class RowStore(Protocol):
    """Rows of layers on one engine. ``storage`` is the adapter's own word for where they lie."""

    @property
    def name(self) -> str:
        """``embedded`` or ``postgis``."""

    def make(self, number: int, schema: Schema) -> str:
        """Prepare an empty layer with this number and answer its storage; doing it twice is harmless."""

    def widen(self, storage: str, schema: Schema) -> None:
        """Add physical columns that the schema has and the relations lack; never touches rows."""

    def load(self, storage: str, number: int, schema: Schema, seq: int, rows: Iterator[Rows]) -> str:
        """Write the very first rows of a layer in bulk under ``seq``, with their index; the new storage.

        Interrupted, it leaves nothing that anybody reads, and can be called again from the start.
        """

    def apply(self, storage: str, schema: Schema, seq: int, steps: Iterator[Step]) -> None:
        """Write steps under ``seq``, each in a short transaction of its own, skipping those already done."""

    def undo(self, storage: str, seq: int) -> None:
        """Take back whatever was written under ``seq``, which was never current."""

    def tidy(self, storage: str, seq: int) -> int:
        """Move rows that ended at or before ``seq`` to the past relation, in short transactions; how many."""

    def erase(
        self, storage: str, fids: Sequence[int] | None, seq: int | None, progress: Callable[[int], None]
    ) -> None:
        """Remove for good, from files and logs too, every row, live and past, of these features.

        Without ``fids``: every row that began under ``seq``. ``progress`` is told the rows removed so far.
        """

    def overview(self, storage: str) -> sa.Table:
        """The relation of kept tiles, with the columns of `KeptRow`.

        One row more, at zoom −1, has in ``seq`` the epoch, which each erasure moves.
        """

    def keep(
        self,
        storage: str,
        epoch: int,
        tiles: Sequence[KeptRow],
        gone: Sequence[tuple[int, int, int]],
    ) -> None:
        """Keep tiles in place of what was kept there, and forget those that are gone with all below them.

        One short transaction; `Conflict` when the epoch has moved on. `erase` forgets all tiles.
        """

    def keep_drawn(self, storage: str, epoch: int, tiles: Sequence[DrawnRow], gone: Sequence[Place]) -> None:
        """Keep drawn tiles, as `keep` does with those of the overview."""

    def drop(self, storage: str) -> None:
        """Remove a layer's storage that nothing points to."""

    def reader(
        self, storage: str, until: float | None = None, place: Place | None = None
    ) -> AbstractContextManager[Reader]:
        """A read transaction over the layer's rows, which also says if the tile of ``place`` is kept.

        Statements that still run at ``until``, an instant of `time.monotonic`, are cut: `overdue`.
        """

    def live(self, storage: str, schema: Schema) -> sa.Table:
        """The live relation: rid, fid, vfrom, vto, eid, tfrom, tto, zmin, zmax, solid, hash, geom, c1…cn."""

    def past(self, storage: str, schema: Schema) -> sa.Table:
        """The past relation, with the same columns."""

    def geometry(self, relation: sa.Table) -> sa.ColumnElement[bytes]:
        """The geometry of a row as ISO WKB."""

    def meets(self, relation: sa.Table, extent: Extent | BoundBox, wide: bool) -> sa.ColumnElement[bool]:
        """Rows whose box meets the extent (maybe a few more: boxes are rounded outward).

        ``wide`` says that most rows are expected to meet it, so that walking in key order wins.
        """

    def within(self, relation: sa.Table, extent: Extent) -> sa.ColumnElement[bool]:
        """Rows whose box surely lies inside the extent (maybe a few less)."""

    def reach(self, relation: sa.Table, condition: sa.ColumnElement[bool]) -> Statement:
        """West, south, east and north of the boxes of the rows that meet a condition, rounded outward.

        One row; nulls when no such row has a box.
        """

    def size(self, relation: sa.Table) -> sa.ColumnElement[float]:
        """Area of a row's box in square degrees, to draw the largest first."""

    def __hash__(self) -> int:
        """By identity: statements made for one store are not those of another."""

    def close(self) -> None:
        """Give all connections back."""
