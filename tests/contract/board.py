"""What every contract test builds with: a base on one engine, schemas, features, and rows read back.

Not a fixture file (that is ``conftest.py``), so that tests import it by name.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
import sqlalchemy as sa

from diban.base import Base, Query, RowStore, Staged, TileAddress, Version
from diban.base.embedded import open_embedded
from diban.base.postgis import open_postgis
from diban.ground import (
    CGCS2000,
    FID,
    GEOMETRY,
    NOW,
    ChangeSet,
    FeatureSet,
    Field,
    GeometryKind,
    Kind,
    LayerId,
    Mode,
    Moment,
    Schema,
    Scope,
    Text,
    VersionId,
)
from diban.store import Database, Feed, Generation, Jobs, Unit, migrate, reading, sqlite_url, unit

Row = dict[str, Any]

ALL = Scope.system("contract suite")
CURRENT = VersionId("the current one")
EVERYTHING = Query(limit=10_000)


@dataclass
class Board:
    """A base wired on one engine, and what a test needs to land rows on it and to look at them."""

    base: Base
    store: RowStore
    database: Database
    feed: Feed
    generation: Generation
    folder: Path
    files: Path
    keys: Iterator[int] = field(default_factory=itertools.count)

    @contextmanager
    def acting(self) -> Iterator[Unit]:
        """An act on the control record."""
        with unit(self.database) as act:
            yield act

    def layer(self, schema: Schema) -> LayerId:
        """A new, empty layer."""
        with unit(self.database) as act:
            return self.base.create(act, schema)

    def evolve(self, layer: LayerId, schema: Schema, renamed: Mapping[str, str] | None = None) -> Schema:
        """A new schema version."""
        with unit(self.database) as act:
            return self.base.evolve(act, layer, schema, renamed or {})

    def compare(
        self,
        layer: LayerId,
        rows: Sequence[Row] | FeatureSet,
        mode: Mode = Mode.FULL,
        on: VersionId | None = CURRENT,
    ) -> ChangeSet:
        """What these rows would change, by default on the current version."""
        features = rows if isinstance(rows, FeatureSet) else features_of(self.base.schema(layer), rows)
        current = self.base.current(layer)
        seen = (current.id if current else None) if on is CURRENT else on
        return self.base.compare(layer, features, seen, mode, self.folder / f"plan-{next(self.keys)}")

    def stage(
        self, changes: ChangeSet, key: str | None = None, progress: Callable[[int], None] = lambda done: None
    ) -> Staged:
        """Write changes where nobody reads yet."""
        return self.base.stage(changes, key or f"delivery-{next(self.keys)}", progress)

    def flip(self, staged: Staged) -> Version:
        """Make staged rows true, in an act of their own."""
        with unit(self.database) as act:
            return self.base.flip(act, staged)

    def land(
        self,
        layer: LayerId,
        rows: Sequence[Row] | FeatureSet,
        mode: Mode = Mode.FULL,
        key: str | None = None,
    ) -> Version:
        """The whole road of the base: compared, staged, flipped."""
        return self.flip(self.stage(self.compare(layer, rows, mode), key))

    def filled(self, schema: Schema, rows: Sequence[Row]) -> LayerId:
        """A layer with these rows landed."""
        layer = self.layer(schema)
        self.land(layer, rows)
        return layer

    def rows(self, layer: LayerId, moment: Moment = NOW, scope: Scope = ALL) -> list[Row]:
        """All rows at a moment, in the order of their feature numbers."""
        batches = self.base.at(layer, moment, scope).batches()
        return [row for batch in batches for row in batch.to_pylist()]

    def pages(self, layer: LayerId, query: Query, moment: Moment = NOW, scope: Scope = ALL) -> list[Row]:
        """All rows of a query, page by page, each page read by a snapshot of its own."""
        found: list[Row] = []
        while True:
            page = self.base.at(layer, moment, scope).page(query)
            assert page.batch.num_rows <= query.limit
            found += page.batch.to_pylist()
            if page.after is None:
                return found
            assert page.batch.num_rows == query.limit
            query = replace(query, after=page.after)

    def count(self, layer: LayerId, query: Query, scope: Scope = ALL) -> int:
        """How many rows of the present version a query matches."""
        return self.base.at(layer, NOW, scope).count(query)

    def overview(self, layer: LayerId) -> tuple[sa.Table, AbstractContextManager[Any]]:
        """The relation of a layer's kept tiles, and a look at it."""
        with reading(self.database) as connection:
            found = connection.execute(sa.text("SELECT storage FROM layer WHERE id = :id"), {"id": layer})
            storage = str(found.scalar_one())
        return self.store.overview(storage), self.store.reader(storage)

    def entries(self) -> int:
        """How many entries the feed has."""
        with reading(self.database) as connection:
            return len(self.feed.after(connection, 0, limit=100_000))

    def files_with(self, trace: bytes) -> list[str]:
        """The engine's files of rows in which these bytes stand, once everything is written out."""
        if not self.database.embedded:
            with self.database.engine.begin() as connection:
                connection.exec_driver_sql("CHECKPOINT")
        files = (path for path in self.files.rglob("*") if path.is_file())
        return [path.name for path in files if trace in path.read_bytes()]

    def generation_now(self) -> int:
        """The generation counter, as another process would read it."""
        return Generation(self.database).current()


@contextmanager
def embedded_board(folder: Path) -> Iterator[Board]:
    """A base on SQLite files in this folder."""
    database = Database(sqlite_url(folder / "control.sqlite"))
    migrate(database)
    yield from _board(database, open_embedded(folder / "layers"), folder, folder / "layers")


@contextmanager
def postgis_board(url: str, folder: Path, files: Path) -> Iterator[Board]:
    """A base on a PostgreSQL database, whose server keeps its files there; the folder takes plans only."""
    database = Database(url)
    migrate(database)
    yield from _board(database, open_postgis(database), folder, files)


def _board(database: Database, rows: RowStore, folder: Path, files: Path) -> Iterator[Board]:
    feed, generation = Feed(), Generation(database)
    base = Base(database, rows, feed, Jobs(), generation)
    try:
        yield Board(base, rows, database, feed, generation, folder, files)
    finally:
        base.close()
        database.close()


def a_field(name: str, kind: Kind, *, digits: int = 0, scale: int = 0) -> Field:
    """A field titled by its name."""
    return Field(name, kind, Text(name, name), digits=digits, scale=scale)


FIELDS = (
    a_field("code", Kind.TEXT),
    a_field("name", Kind.TEXT),
    a_field("floors", Kind.INTEGER),
    a_field("height", Kind.FLOAT),
    a_field("price", Kind.DECIMAL, digits=18, scale=2),
    a_field("built", Kind.DATE),
    a_field("seen", Kind.INSTANT),
    a_field("open", Kind.BOOLEAN),
)
BUILDINGS = Schema(FIELDS, geometry=GeometryKind.ANY, key="code")
KEYLESS = replace(BUILDINGS, key=None)
REGISTER = Schema(FIELDS, geometry=GeometryKind.NONE, key="code")
NAMED = Schema(FIELDS[:2], key="code")
"""Only a code, which is the key, and a name."""


def features_of(schema: Schema, rows: Sequence[Row], batch: int = 1_000) -> FeatureSet:
    """Rows (values by field name; ``geometry`` as a shape or as WKB) as a feature set in small batches."""
    kinds = schema.arrow()
    parts = []
    for start in range(0, len(rows), batch):
        chosen = rows[start : start + batch]
        columns = {
            kind.name: pa.array([_value(row.get(kind.name)) for row in chosen], kind.type) for kind in kinds
        }
        parts.append(pa.RecordBatch.from_pydict(columns, schema=kinds))
    return FeatureSet.of(schema, CGCS2000, parts)


def _value(value: object) -> object:
    return wkb(value) if isinstance(value, shapely.Geometry) else value


def wkb(shape: shapely.Geometry) -> bytes:
    """The ISO WKB of a shape, as the base takes and gives it."""
    made: bytes = shapely.to_wkb(shape, flavor="iso", byte_order=1)
    return made


def square(x: float, y: float, side: float = 0.001) -> shapely.Polygon:
    """A square by its lower left corner."""
    return shapely.box(x, y, x + side, y + side, ccw=True)


def city(count: int, seed: int = 1) -> list[Row]:
    """Made-up buildings over about 10 km: every type of field, with gaps and many equal values."""
    chance = Random(seed)

    def maybe(value: Any) -> Any:
        return None if chance.random() < 0.15 else value

    return [
        {
            "code": f"{number:06d}",
            "name": maybe(chance.choice(("市民中心", "南山", "福田", "Nanshan", "nanshan", "", "Z"))),
            "floors": maybe(chance.randint(-2, 5)),
            "height": maybe(chance.choice((-1.5, 0.0, 2.25, 1e300, 3.0))),
            "price": maybe(Decimal(chance.randint(-300, 300)) / 100),
            "built": maybe(date(2000, 1, 1) + timedelta(chance.randint(-20_000, 20_000) // 4_000 * 4_000)),
            "seen": maybe(datetime(2026, 11, 22, tzinfo=UTC) + timedelta(microseconds=chance.randint(-3, 3))),
            "open": maybe(chance.random() < 0.5),
            "geometry": square(113.9 + chance.random() * 0.1, 22.5 + chance.random() * 0.1),
        }
        for number in range(count)
    ]


def plain(rows: Sequence[Row]) -> list[Row]:
    """Rows as they are read back: geometry as WKB, without feature numbers."""
    return [
        {name: _value(value) for name, value in row.items() if name != FID}
        for row in sorted(rows, key=lambda row: str(row["code"]))
    ]


def fids(rows: Sequence[Row]) -> dict[str, int]:
    """The feature number of each code."""
    return {row["code"]: row[FID] for row in rows}


def shapes(rows: Sequence[Row]) -> np.ndarray:
    """The geometries of rows."""
    return np.array([shapely.from_wkb(row[GEOMETRY]) for row in rows], object)


def tile_at(zoom: int, x: float, y: float) -> TileAddress:
    """The tile in which a point lies."""
    tiles = 2**zoom
    down = (1 - math.asinh(math.tan(math.radians(y))) / math.pi) / 2
    return TileAddress(zoom, int(down * tiles), int((x + 180) / 360 * tiles))
