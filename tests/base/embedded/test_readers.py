"""Reading: a transaction each, from any thread, on as many files as there are, and nothing written."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from diban.base.embedded import EmbeddedRows, readers
from diban.base.port import Step
from diban.ground import Damaged, Unavailable
from tests.base.embedded.samples import SCHEMA, at, loaded, rows_of, some_boxes

NONE = np.empty(0, np.int64)


def some_rows(fid: int) -> Step:
    return Step(0, NONE, rows_of([fid], some_boxes(np.random.default_rng(fid), 1)))


def open_files(folder: Path) -> int:
    held = [os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd") if _is_open(name)]
    return sum(path.startswith(str(folder)) and path.endswith(".sqlite") for path in held)


def _is_open(name: str) -> bool:
    return os.path.lexists(f"/proc/self/fd/{name}")


def test_a_reader_keeps_looking_at_one_moment(store: EmbeddedRows) -> None:
    storage = store.make(1, SCHEMA)
    live = store.live(storage, SCHEMA)
    counted = sa.select(sa.func.count()).select_from(live)
    with store.reader(storage) as early:
        store.apply(storage, SCHEMA, 1, iter([some_rows(1)]))
        assert early.connection.scalar(counted) == 0
        with store.reader(storage) as late:
            assert late.connection.scalar(counted) == 1


def test_a_reader_cannot_write(store: EmbeddedRows) -> None:
    storage = loaded(store, [rows_of([1], np.array([[1.0, 1, 2, 2]]))])
    with pytest.raises((Unavailable, sa.exc.DBAPIError)), store.reader(storage) as reader:
        reader.connection.execute(sa.delete(store.live(storage, SCHEMA)))
    assert len(at(store, storage, 1)) == 1


def test_only_so_many_files_are_open(
    store: EmbeddedRows, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "MOST_FILES", 3)
    storages = [store.make(number, SCHEMA) for number in range(8)]
    for storage in storages * 2:
        assert at(store, storage, 1) == []
        assert open_files(folder) <= 3
    # Files in use are not closed, however many.
    with (
        store.reader(storages[0]) as first,
        store.reader(storages[1]),
        store.reader(storages[2]),
        store.reader(storages[3]),
    ):
        assert at(store, storages[4], 1) == []
        assert first.connection.scalar(sa.select(sa.func.count()).select_from(store.live("", SCHEMA))) == 0
    store.close()
    assert open_files(folder) == 0


def test_many_threads_read_many_files(store: EmbeddedRows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "MOST_FILES", 2)
    storages = [store.make(number, SCHEMA) for number in range(5)]
    for number, storage in enumerate(storages):
        store.apply(storage, SCHEMA, 1, iter([some_rows(number)]))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda turn: at(store, storages[turn % 5], 1), range(200)))
    assert found == [[(turn % 5, f"南山{turn % 5}")] for turn in range(200)]


def test_a_dropped_layer_is_gone_when_its_last_reader_ends(store: EmbeddedRows, folder: Path) -> None:
    storage = loaded(store, [rows_of([1], np.array([[1.0, 1, 2, 2]]))])
    with store.reader(storage) as reader:
        store.drop(storage)
        live = store.live(storage, SCHEMA)
        assert reader.connection.scalar(sa.select(live.c.fid)) == 1
    assert open_files(folder) == 0
    assert not list(folder.glob(f"{storage}*"))
    store.drop(storage)


def test_a_file_that_is_missing_or_spoilt_is_named(store: EmbeddedRows, folder: Path) -> None:
    boxes = some_boxes(np.random.default_rng(3), 2_000)
    storage = loaded(store, [rows_of(range(2_000), boxes)])
    with pytest.raises(Damaged, match="l000009-000001"), store.reader("l000009-000001.sqlite"):
        pass
    with pytest.raises(Damaged):
        store.apply("l000009-000001.sqlite", SCHEMA, 2, iter([]))
    assert not (folder / "l000009-000001.sqlite").exists()
    with (folder / storage).open("r+b") as stream:
        stream.seek(8192)
        stream.write(b"\xff" * 60_000)
    with pytest.raises(Damaged, match=storage):
        at(store, storage, 1)
    (folder / storage).write_bytes(b"no database at all" * 1000)
    store.close()
    with pytest.raises(Damaged, match=storage):
        at(store, storage, 1)


def test_tables_of_the_same_columns_are_the_same(store: EmbeddedRows) -> None:
    assert store.live("a", SCHEMA) is store.live("b", SCHEMA)
    assert store.live("a", SCHEMA) is not store.past("a", SCHEMA)
