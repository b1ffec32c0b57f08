"""Rows for the tests of the embedded engine: every kind of column, boxes anywhere in a small city."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pysqlite3
import shapely
import sqlalchemy as sa

from diban.base.embedded import EmbeddedRows
from diban.base.port import Rows
from diban.ground import Extent, Field, Kind, Schema, Text

Boxes = npt.NDArray[np.float64]
EVERYWHERE = Extent(-180, -90, 180, 90)


def field(slot: int, kind: Kind) -> Field:
    return Field(f"f{slot}", kind, Text(zh=f"字段{slot}", en=f"field {slot}"), slot=slot)


SCHEMA = Schema((field(1, Kind.TEXT), field(2, Kind.INTEGER), field(3, Kind.FLOAT)))


def some_boxes(chance: np.random.Generator, count: int) -> Boxes:
    """Boxes of up to some hundred metres; one of ten is missing, one of ten is a point."""
    low = np.column_stack([113.8 + chance.random(count) * 0.4, 22.4 + chance.random(count) * 0.3])
    sides = chance.random((count, 2)) * 0.003
    sides[chance.random(count) < 0.1] = 0
    found = np.hstack([low, low + sides])
    found[chance.random(count) < 0.1] = np.nan
    return found


def rows_of(fids: Sequence[int] | npt.NDArray[np.int64], boxes: Boxes, word: str = "南山") -> Rows:
    """Rows of `SCHEMA` with these boxes as their geometry; the text says which row it is."""
    numbers = [int(fid) for fid in fids]
    absent = np.isnan(boxes[:, 0])
    shapes = shapely.to_wkb(shapely.box(*np.nan_to_num(boxes).T), flavor="iso", byte_order=1)
    columns = {
        "fid": pa.array(numbers, pa.int64()),
        "tfrom": pa.nulls(len(numbers), pa.int64()),
        "tto": pa.nulls(len(numbers), pa.int64()),
        "zmin": pa.nulls(len(numbers), pa.float64()),
        "zmax": pa.nulls(len(numbers), pa.float64()),
        "hash": pa.array([f"{word}{number}".encode().ljust(32, b".") for number in numbers], pa.binary(32)),
        "geom": pa.array(shapes, pa.binary(), mask=absent),
        "c1": pa.array([f"{word}{number}" for number in numbers]),
        "c2": pa.array([number * 3 for number in numbers], pa.int64()),
        "c3": pa.array([number / 7 for number in numbers], pa.float64()),
    }
    return Rows(pa.RecordBatch.from_pydict(columns), boxes)


def loaded(store: EmbeddedRows, parts: Sequence[Rows], schema: Schema = SCHEMA, number: int = 1) -> str:
    """A layer whose first version, under sequence number 1, holds these rows."""
    return store.load(store.make(number, schema), number, schema, 1, iter(parts))


def checked(folder: Path, storage: str) -> None:
    """SQLite itself finds nothing wrong with the file and its two R*Trees."""
    connection = pysqlite3.connect(str(folder / storage))
    trees = connection.execute("SELECT rtreecheck('live_box'), rtreecheck('past_box')").fetchone()
    boxed = {
        name: connection.execute(
            f"SELECT count(*) FROM {name} WHERE (area IS NOT NULL) <> (rid IN (SELECT id FROM {name}_box))"
        ).fetchone()
        for name in ("live", "past")
    }
    whole = connection.execute("PRAGMA integrity_check").fetchone()
    connection.close()
    assert (trees, whole, boxed) == (("ok", "ok"), ("ok",), {"live": (0,), "past": (0,)})


def content(folder: Path, storage: str, columns: str = "*") -> dict[str, list[Any]]:
    """Everything in a layer's file: the rows of both relations and of both R*Trees, and the notes."""
    connection = pysqlite3.connect(str(folder / storage))
    found = {
        name: sorted(
            connection.execute(f"SELECT {columns if '_' not in name else '*'} FROM {name}"), key=repr
        )
        for name in ("live", "past", "live_box", "past_box")
    }
    found["meta"] = sorted(connection.execute("SELECT name, value FROM meta WHERE name <> 'claim'"))
    connection.close()
    return found


def at(store: EmbeddedRows, storage: str, seq: int, schema: Schema = SCHEMA) -> list[tuple[int, str]]:
    """Feature number and text of every row that the version with this sequence number holds."""
    relations = [store.live(storage, schema), store.past(storage, schema)]
    with store.reader(storage) as reader:
        if reader.tidied <= seq:
            relations.pop()
        parts = [
            sa.select(table.c.fid, table.c.c1).where(
                table.c.vfrom <= seq, sa.or_(table.c.vto.is_(None), table.c.vto > seq)
            )
            for table in relations
        ]
        return sorted((row[0], row[1]) for row in reader.connection.execute(sa.union_all(*parts)))
