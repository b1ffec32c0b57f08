"""`EmbeddedRows`: the port `RowStore` on SQLite files, one for each layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import sqlalchemy as sa

from diban.base.embedded.conditions import meets, reach, size, within
from diban.base.embedded.erasing import erase
from diban.base.embedded.faults import translating
from diban.base.embedded.keeping import TABLE, keep, keep_drawn
from diban.base.embedded.layout import make, relation_of, remove, remove_unfinished, widen
from diban.base.embedded.load import load
from diban.base.embedded.readers import Readers
from diban.base.embedded.steps import apply, undo
from diban.base.embedded.tidying import tidy
from diban.base.port import BoundBox, DrawnRow, KeptRow, Place, Reader, Rows, Statement, Step
from diban.ground import Extent, Kind, Schema


def open_embedded(folder: Path) -> EmbeddedRows:
    """The rows of all layers whose files lie in this folder, which is made when it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    return EmbeddedRows(folder)


class EmbeddedRows:
    """Rows in SQLite files. A storage is a file's name: the layer's number and what first wrote it.

    ``l000012-000000.sqlite`` is the empty file that `make` leaves, ``l000012-000007.sqlite`` the one
    that a first load under sequence number 7 wrote. Safe to share between threads and processes.
    """

    name = "embedded"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._readers = Readers()
        self._paths: dict[str, Path] = {}  # putting a path together takes as long as a small read
        self._tables: dict[tuple[str, tuple[tuple[int, Kind], ...]], sa.Table] = {}

    def make(self, number: int, schema: Schema) -> str:
        path = self._written_by(number, 0)
        with translating(path, new=True):
            make(path, schema)
        return path.name

    def widen(self, storage: str, schema: Schema) -> None:
        with translating(self._folder / storage):
            widen(self._folder / storage, schema)

    def load(self, storage: str, number: int, schema: Schema, seq: int, rows: Iterator[Rows]) -> str:
        path = self._written_by(number, seq)
        with translating(path, new=True):
            load(self._folder / storage, path, schema, seq, rows)
        return path.name

    def apply(self, storage: str, schema: Schema, seq: int, steps: Iterator[Step]) -> None:
        with translating(self._folder / storage):
            apply(self._folder / storage, seq, steps)

    def undo(self, storage: str, seq: int) -> None:
        path = self._folder / storage
        number = int(storage[1 : storage.index("-")])
        loaded = self._written_by(number, seq)
        with translating(path):
            undo(path, seq)
            remove_unfinished(loaded)
            if loaded != path:
                self.drop(loaded.name)

    def tidy(self, storage: str, seq: int) -> int:
        with translating(self._folder / storage):
            return tidy(self._folder / storage, seq)

    def erase(
        self, storage: str, fids: Sequence[int] | None, seq: int | None, progress: Callable[[int], None]
    ) -> None:
        with translating(self._folder / storage):
            erase(self._folder / storage, fids, seq, progress)

    def overview(self, storage: str) -> sa.Table:
        return TABLE

    def keep(
        self, storage: str, epoch: int, tiles: Sequence[KeptRow], gone: Sequence[tuple[int, int, int]]
    ) -> None:
        with translating(self._folder / storage):
            keep(self._folder / storage, epoch, tiles, gone)

    def keep_drawn(self, storage: str, epoch: int, tiles: Sequence[DrawnRow], gone: Sequence[Place]) -> None:
        with translating(self._folder / storage):
            keep_drawn(self._folder / storage, epoch, tiles, gone)

    def drop(self, storage: str) -> None:
        self._readers.forget(self._folder / storage)
        remove(self._folder / storage)

    def reader(
        self, storage: str, until: float | None = None, place: Place | None = None
    ) -> AbstractContextManager[Reader]:
        path = self._paths.get(storage)
        if path is None:
            path = self._paths[storage] = self._folder / storage
        return self._readers.reader(path, until, place)

    def live(self, storage: str, schema: Schema) -> sa.Table:
        return self._table("live", schema)

    def past(self, storage: str, schema: Schema) -> sa.Table:
        return self._table("past", schema)

    def geometry(self, relation: sa.Table) -> sa.ColumnElement[bytes]:
        return relation.c.geom

    def meets(self, relation: sa.Table, extent: Extent | BoundBox, wide: bool) -> sa.ColumnElement[bool]:
        return meets(relation, extent, wide)

    def within(self, relation: sa.Table, extent: Extent) -> sa.ColumnElement[bool]:
        return within(relation, extent)

    def reach(self, relation: sa.Table, condition: sa.ColumnElement[bool]) -> Statement:
        return reach(relation, condition)

    def size(self, relation: sa.Table) -> sa.ColumnElement[float]:
        return size(relation)

    def close(self) -> None:
        self._readers.close()

    def _written_by(self, number: int, seq: int) -> Path:
        return self._folder / f"l{number:06d}-{seq:06d}.sqlite"

    def _table(self, relation: str, schema: Schema) -> sa.Table:
        """One table object for the same columns, so that SQLAlchemy's compiled statements are found again."""
        key = relation, tuple((field.slot, field.kind) for field in schema.fields)
        if key not in self._tables:
            self._tables[key] = relation_of(relation, schema)
        return self._tables[key]
