"""Erased rows leave no byte in the layer's files: not in free space, old pages, boxes or the log."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from diban.base.embedded import EmbeddedRows, erasing
from diban.base.embedded.packing import rounded_outward
from diban.base.port import Rows, Step
from diban.ground import Unavailable
from tests.base.embedded.samples import SCHEMA, at, checked, loaded, rows_of, some_boxes

COUNT = 4_000
VERSIONS = 6


def history(store: EmbeddedRows) -> tuple[str, list[Rows]]:
    """A layer whose pages have been divided and joined by many landings, and all rows it ever held."""
    chance = np.random.default_rng(4)
    boxes = some_boxes(chance, COUNT)
    every = [rows_of(range(COUNT), boxes, "first ")]
    storage = loaded(store, every)
    for seq in range(2, VERSIONS + 1):
        fids = np.sort(chance.permutation(COUNT)[:800])
        rows = rows_of(fids, some_boxes(chance, len(fids)), f"version {seq} ")
        store.apply(storage, SCHEMA, seq, iter([Step(0, fids, rows)]))
        if seq % 3:
            store.tidy(storage, seq)
        every.append(rows)
    return storage, every


def traces(folder: Path, every: list[Rows], fids: list[int]) -> dict[str, int]:
    """How many of the features' geometries, points, boxes and texts stand somewhere in the folder's files."""
    stored = b"".join(path.read_bytes() for path in folder.iterdir())
    found = {"geometry": 0, "point": 0, "box": 0, "text": 0}
    for rows in every:
        boxes = rounded_outward(rows.boxes).astype(">f4")
        for place, row in enumerate(rows.batch.to_pylist()):
            if row["fid"] not in fids:
                continue
            found["text"] += row["hash"] in stored or row["c1"].encode() + b"\0" in stored
            if row["geom"] is not None:
                found["geometry"] += row["geom"] in stored
                found["point"] += any(row["geom"][at : at + 16] in stored for at in range(13, 77, 16))
                found["box"] += boxes[place].tobytes() in stored
    return found


def test_no_byte_of_an_erased_feature_is_left(store: EmbeddedRows, folder: Path) -> None:
    storage, every = history(store)
    secret = [int(fid) for fid in np.random.default_rng(8).permutation(COUNT)[:150]]
    before = {seq: at(store, storage, seq) for seq in range(1, VERSIONS + 1)}
    held = traces(folder, every, secret)
    assert min(held.values()) > 130
    told: list[int] = []
    store.erase(storage, secret, None, told.append)
    assert traces(folder, every, secret) == dict.fromkeys(held, 0)
    assert told == sorted(told)
    assert told[-1] >= 150
    checked(folder, storage)
    for seq, rows in before.items():
        assert at(store, storage, seq) == [row for row in rows if row[0] not in secret]
    store.erase(storage, secret, None, told.append)
    store.apply(storage, SCHEMA, VERSIONS + 1, iter([Step(0, np.arange(50), None)]))
    store.tidy(storage, VERSIONS + 1)
    checked(folder, storage)


def test_all_rows_of_a_version_are_erased_and_no_others(
    store: EmbeddedRows, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage, every = history(store)
    monkeypatch.setattr(erasing, "BATCH", 100)
    brought = [int(fid) for fid in every[3].batch.column("fid").to_pylist()]
    others = {row for seq in range(1, VERSIONS + 1) for row in at(store, storage, seq)}
    store.erase(storage, None, 4, lambda done: None)
    assert set(traces(folder, every[3:4], brought).values()) == {0}
    left = {row for seq in range(1, VERSIONS + 1) for row in at(store, storage, seq)}
    assert left == {row for row in others if not row[1].startswith("version 4 ")}
    checked(folder, storage)


def test_an_erasure_waits_for_readers_and_says_when_it_is_not_complete(
    store: EmbeddedRows, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage, every = history(store)
    monkeypatch.setattr(erasing, "_PATIENCE", 1)
    with store.reader(storage), pytest.raises(Unavailable):
        store.erase(storage, [1, 2, 3], None, lambda done: None)
    monkeypatch.setattr(erasing, "_PATIENCE", 20)
    with store.reader(storage):
        eraser = threading.Thread(target=store.erase, args=(storage, [1, 2, 3], None, lambda done: None))
        eraser.start()
        eraser.join(1.5)
        assert eraser.is_alive()
    eraser.join()
    assert set(traces(folder, every, [1, 2, 3]).values()) == {0}
    checked(folder, storage)
