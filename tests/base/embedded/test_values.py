"""What is written is what is read, to the last bit, by either way of writing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pysqlite3
import pytest
import sqlalchemy as sa

from diban.base.embedded import EmbeddedRows
from diban.base.port import Rows, RowStore, Step
from diban.ground import GeometryKind, Kind, Schema
from tests.base.embedded.samples import SCHEMA, at, checked, field, loaded, rows_of, some_boxes

TEXTS = [
    "",
    "深圳市南山区",
    "𠮷野家",
    "a\0b",
    "  空格 ",
    "' OR 1=1 --",
    "0001",
    "é",
    "é",
    "x" * 100_000,
    None,
]
INTEGERS = [0, -1, 2**63 - 1, -(2**63), 2**53 + 1, None]
FLOATS = [0.0, 1.0, 0.1, 5e-324, 1.7976931348623157e308, -1e-300, 1 / 3, math.inf, -math.inf, None]
SHAPES = [b"\x01\x01", b"", bytes(range(256)), b"\x00" * 50_000, None]


def every_value() -> Rows:
    count = 11

    def cycled(values: list[object], kind: pa.DataType) -> pa.Array:
        return pa.array([values[row % len(values)] for row in range(count)], kind)

    columns = {
        "fid": pa.array([2**53 - 1 - row for row in range(count)], pa.int64()),
        "tfrom": cycled([*INTEGERS], pa.int64()),
        "tto": cycled([*INTEGERS[::-1]], pa.int64()),
        "zmin": cycled([*FLOATS], pa.float64()),
        "zmax": cycled([*FLOATS[::-1]], pa.float64()),
        "hash": pa.array([bytes([row]) * 32 for row in range(count)], pa.binary(32)),
        "geom": cycled([*SHAPES], pa.binary()),
        "c1": cycled([*TEXTS], pa.string()),
        "c2": cycled([*INTEGERS], pa.int64()),
        "c3": cycled([*FLOATS], pa.float64()),
    }
    boxes = np.column_stack([np.full(count, 114.0), np.arange(count, dtype=float)] * 2)
    boxes[3] = np.nan
    return Rows(pa.RecordBatch.from_pydict(columns), boxes)


def by_load(store: EmbeddedRows, rows: Rows) -> str:
    return loaded(store, [rows], SCHEMA)


def by_steps(store: EmbeddedRows, rows: Rows) -> str:
    storage = store.make(1, SCHEMA)
    store.apply(storage, SCHEMA, 1, iter([Step(0, np.empty(0, np.int64), rows)]))
    return storage


@pytest.mark.parametrize("way", [by_load, by_steps])
def test_every_value_comes_back(store: EmbeddedRows, way: object) -> None:
    assert callable(way)
    rows = every_value()
    storage = way(store, rows)
    live = store.live(storage, SCHEMA)
    with store.reader(storage) as reader:
        found = reader.connection.execute(sa.select(live).order_by(live.c.fid)).mappings().all()
    expected = sorted(rows.batch.to_pylist(), key=lambda row: int(row["fid"]))
    assert [{name: row[name] for name in expected[0]} for row in found] == expected
    assert {(row["vfrom"], row["vto"], row["eid"], row["solid"]) for row in found} == {(1, None, None, None)}
    assert sum(row["area"] is None for row in found) == 1


def test_a_number_that_is_no_number_is_stored_as_absent(store: EmbeddedRows) -> None:
    rows = rows_of([1], np.array([[1.0, 1, 2, 2]]))
    place = rows.batch.schema.get_field_index("zmin")
    batch = rows.batch.set_column(place, "zmin", pa.array([math.nan]))
    storage = loaded(store, [Rows(batch, rows.boxes)])
    store.apply(storage, SCHEMA, 2, iter([Step(0, np.array([1]), Rows(batch, rows.boxes))]))
    live = store.live(storage, SCHEMA)
    with store.reader(storage) as reader:
        assert reader.connection.execute(sa.select(live.c.zmin)).all() == [(None,), (None,)]


def test_tables_without_geometry_have_rows_and_no_boxes(store: EmbeddedRows, folder: Path) -> None:
    schema = Schema(SCHEMA.fields, geometry=GeometryKind.NONE)
    none = np.full((40_000, 4), np.nan)
    rows = rows_of(range(40_000), none)
    bare = Rows(rows.batch.drop_columns(["geom"]), none)
    storage = loaded(store, [bare], schema)
    store.apply(storage, schema, 2, iter([Step(0, np.array([7]), Rows(bare.batch.slice(7, 1), none[:1]))]))
    store.tidy(storage, 2)
    checked(folder, storage)
    live = store.live(storage, schema)
    with store.reader(storage) as reader:
        assert reader.connection.execute(sa.select(sa.func.count(), sa.func.count(live.c.geom))).one() == (
            40_000,
            0,
        )


def test_no_rows_at_all_is_an_empty_layer(store: EmbeddedRows, folder: Path) -> None:
    empty = rows_of([], np.empty((0, 4)))
    storage = loaded(store, [])
    for name in (storage, store.load(storage, 2, SCHEMA, 1, iter([empty, empty]))):
        checked(folder, name)
        assert at(store, name, 1) == []


def test_both_ways_leave_the_same_layout(store: EmbeddedRows, folder: Path) -> None:
    def layout(storage: str) -> Iterator[object]:
        connection = pysqlite3.connect(str(folder / storage))
        yield sorted(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))
        for pragma in ("journal_mode", "page_size", "encoding", "auto_vacuum", "user_version"):
            yield connection.execute(f"PRAGMA {pragma}").fetchone()
        yield connection.execute("SELECT name, value FROM meta").fetchall()
        connection.close()

    made = store.make(1, SCHEMA)
    assert list(layout(made)) == list(layout(loaded(store, [rows_of([1], np.array([[1.0, 1, 2, 2]]))])))
    assert store.make(1, SCHEMA) == made


def test_the_engine_is_a_row_store(store: EmbeddedRows) -> None:
    rows: RowStore = store
    assert rows.name == "embedded"


def test_widening_adds_columns_and_keeps_rows(store: EmbeddedRows, folder: Path) -> None:
    storage = loaded(store, [rows_of(range(100), some_boxes(np.random.default_rng(1), 100))])
    wider = Schema((*SCHEMA.fields, field(4, Kind.DATE), field(5, Kind.TEXT)))
    store.widen(storage, wider)
    store.widen(storage, wider)
    new = rows_of([100], np.array([[114.0, 22.5, 114.1, 22.6]]))
    batch = new.batch.append_column("c4", pa.array([20_000])).append_column("c5", pa.array(["新"]))
    store.apply(storage, wider, 2, iter([Step(0, np.array([5]), Rows(batch, new.boxes))]))
    assert store.tidy(storage, 2) == 1
    live = store.live(storage, wider)
    with store.reader(storage) as reader:
        found = reader.connection.execute(sa.select(live.c.c4, live.c.c5).order_by(live.c.fid)).all()
        past = reader.connection.execute(sa.select(store.past(storage, wider).c.c5)).all()
    assert (found[-1], set(found[:-1]), past) == ((20_000, "新"), {(None, None)}, [(None,)])
    checked(folder, storage)


def test_a_column_left_by_a_widening_that_never_counted_gives_way(store: EmbeddedRows) -> None:
    storage = loaded(store, [rows_of([1], np.array([[1.0, 1, 2, 2]]))])
    for kind in (Kind.TEXT, Kind.FLOAT, Kind.INTEGER):
        store.widen(storage, Schema((*SCHEMA.fields, field(4, kind))))
    wider = Schema((*SCHEMA.fields, field(4, Kind.INTEGER)))
    new = rows_of([2], np.array([[1.0, 1, 2, 2]]))
    batch = new.batch.append_column("c4", pa.array([2**63 - 1]))
    store.apply(storage, wider, 2, iter([Step(0, np.array([1]), Rows(batch, new.boxes))]))
    store.tidy(storage, 2)
    live = store.live(storage, wider)
    with store.reader(storage) as reader:
        assert reader.connection.execute(sa.select(live.c.c4)).all() == [(2**63 - 1,)]
