"""Landings after the first: resumed, taken back, tidied, and never seen half."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from diban.base.embedded import EmbeddedRows, open_embedded, steps, tidying, writing
from diban.base.port import Rows, Step
from diban.ground import Conflict, Unavailable
from tests.base.embedded.samples import SCHEMA, Boxes, at, checked, content, loaded, rows_of, some_boxes

COUNT = 600


def first_boxes() -> Boxes:
    return some_boxes(np.random.default_rng(1), COUNT)


def filled(store: EmbeddedRows) -> str:
    boxes = first_boxes()
    return loaded(store, [rows_of(part, boxes[part]) for part in np.array_split(np.arange(COUNT), 3)])


def landing(seq: int, *, parts: int = 6, size: int = 40) -> list[Step]:
    """Steps that change rows, add new ones, and end some."""
    chance = np.random.default_rng(seq)
    touched = np.array_split(chance.permutation(COUNT)[: parts * size], parts)
    made = []
    for number, fids in enumerate(touched):
        new = COUNT + seq * 1000 + number * 10 + np.arange(10)
        begun = np.concatenate([np.sort(fids[: size // 2]), new])
        rows = rows_of(begun, some_boxes(chance, len(begun)), f"v{seq} ")
        made.append(Step(number, np.sort(fids), rows if number % 3 else None))
    return made


class Broken(Exception):
    """What a step's source may meet."""


def breaking(made: list[Step], number: int) -> Iterator[Step]:
    yield from made[:number]
    raise Broken


def spoilt(made: list[Step], number: int) -> Iterator[Step]:
    """The numbered step fails within its transaction, behind its first statements."""
    yield from made[:number]
    rows = rows_of([1], first_boxes()[:1])
    batch = rows.batch.rename_columns([f"no_{name}" for name in rows.batch.schema.names])
    yield Step(number, made[number].ended, Rows(batch, rows.boxes))


@pytest.mark.parametrize("failing", [breaking, spoilt])
@pytest.mark.parametrize("number", range(6))
def test_a_resumed_landing_equals_an_uninterrupted_one(
    tmp_path: Path, failing: Callable[[list[Step], int], Iterator[Step]], number: int
) -> None:
    found = []
    for name, interrupted in (("whole", False), ("resumed", True)):
        store = open_embedded(tmp_path / name)
        storage = filled(store)
        if interrupted:
            with pytest.raises((Broken, Exception), match=r"^$|no column"):
                store.apply(storage, SCHEMA, 2, failing(landing(2), number))
            assert at(store, storage, 1) == [(fid, f"南山{fid}") for fid in range(COUNT)]
        store.apply(storage, SCHEMA, 2, iter(landing(2)))
        store.apply(storage, SCHEMA, 2, iter(landing(2)))
        checked(tmp_path / name, storage)
        found.append(content(tmp_path / name, storage))
        store.close()
    assert found[0] == found[1]


def test_undo_leaves_what_was_before(store: EmbeddedRows, folder: Path) -> None:
    storage = filled(store)
    store.apply(storage, SCHEMA, 2, iter(landing(2)))
    store.tidy(storage, 2)
    before = content(folder, storage)
    for number in (0, 3, 6):
        store.apply(storage, SCHEMA, 3, iter(landing(3)[:number]))
        store.undo(storage, 3)
        store.undo(storage, 3)
        checked(folder, storage)
        assert content(folder, storage) == before
    store.apply(storage, SCHEMA, 3, iter(landing(3)))
    checked(folder, storage)


def test_an_interrupted_undo_is_ended_by_the_next_act(
    store: EmbeddedRows, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = filled(store)
    before = content(folder, storage)
    monkeypatch.setattr(steps, "BATCH", 20)
    calls = iter([False, False, True])

    def failing(connection: object, relation: str, rids: str) -> None:
        if next(calls, False):
            raise Broken
        writing.remove_rows(connection, relation, rids)

    monkeypatch.setattr(steps, "remove_rows", failing)
    store.apply(storage, SCHEMA, 2, iter(landing(2)))
    whole = content(folder, storage)
    with pytest.raises(Broken):
        store.undo(storage, 2)
    store.apply(storage, SCHEMA, 2, iter(landing(2)))
    assert content(folder, storage) == whole
    store.undo(storage, 2)
    assert content(folder, storage) == before


def test_undo_of_a_first_load_removes_its_file(store: EmbeddedRows, folder: Path) -> None:
    empty = store.make(1, SCHEMA)
    storage = filled(store)
    part = folder / f"{storage}.1.part"
    part.write_bytes(b"left by a killed process")
    store.undo(empty, 1)
    assert [path.name for path in folder.iterdir()] == [empty]
    assert at(store, empty, 1) == []


def test_tidying_moves_only_what_has_ended(store: EmbeddedRows, folder: Path) -> None:
    storage = filled(store)
    for seq in (2, 3, 4):
        store.apply(storage, SCHEMA, seq, iter(landing(seq)))
    versions = {seq: at(store, storage, seq) for seq in (1, 2, 3, 4)}
    assert len(set(map(str, versions.values()))) == 4
    for seq in (2, 3):
        moved = store.tidy(storage, seq)
        assert moved > 0
        assert store.tidy(storage, seq) == 0
        assert {other: at(store, storage, other) for other in versions} == versions
        checked(folder, storage)
    found = content(folder, storage, "rid, fid, vfrom, vto")
    assert all(vto is None or vto == 4 for *_, vto in found["live"])
    assert all(vto <= 3 for *_, vto in found["past"])
    assert not {row[0] for row in found["live"]} & {row[0] for row in found["past"]}
    lives = {rid: (float(vfrom), float(vto)) for rid, _, vfrom, vto in found["past"]}
    assert all(lives[box[0]] == box[5:] for box in found["past_box"])


def test_a_reader_sees_every_row_once_while_rows_move(
    store: EmbeddedRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = filled(store)
    for seq in (2, 3):
        store.apply(storage, SCHEMA, seq, iter(landing(seq)))
    versions = {seq: at(store, storage, seq) for seq in (1, 2, 3)}
    monkeypatch.setattr(tidying, "BATCH", 5)
    live, past = store.live(storage, SCHEMA), store.past(storage, SCHEMA)
    rids = sa.union_all(sa.select(live.c.rid), sa.select(past.c.rid))
    with store.reader(storage) as reader:
        everything = sorted(reader.connection.scalars(rids))
        mover = threading.Thread(target=store.tidy, args=(storage, 3))
        mover.start()
        looks = 0
        while mover.is_alive() or looks < 3:
            looks += 1
            assert {seq: at(store, storage, seq) for seq in versions} == versions
            with store.reader(storage) as other:
                assert sorted(other.connection.scalars(rids)) == everything
        mover.join()
        # The first reader still looks at the moment at which it began.
        assert reader.tidied == 0
        assert reader.connection.scalar(sa.select(sa.func.count()).select_from(past)) == 0
    assert {seq: at(store, storage, seq) for seq in versions} == versions


def test_the_log_stays_short(store: EmbeddedRows, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = filled(store)
    monkeypatch.setattr(writing, "LOG_BYTES", 1 << 18)
    sizes = []

    def watched() -> Iterator[Step]:
        for step in landing(2):
            yield step
            sizes.append((folder / f"{storage}-wal").stat().st_size)

    store.apply(storage, SCHEMA, 2, watched())
    assert max(sizes) < 1 << 18


def test_a_long_read_stops_a_landing_only_when_the_log_is_long(
    store: EmbeddedRows, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = filled(store)
    monkeypatch.setattr(writing, "LOG_BYTES", 1)
    monkeypatch.setattr(writing, "_PATIENCE", 1)
    with store.reader(storage):
        store.apply(storage, SCHEMA, 2, iter(landing(2)[:2]))
        monkeypatch.setattr(writing, "_MOST_LOG_BYTES", 1)
        with pytest.raises(Unavailable):
            store.apply(storage, SCHEMA, 2, iter(landing(2)))
    store.apply(storage, SCHEMA, 2, iter(landing(2)))
    checked(folder, storage)


def test_who_wakes_up_late_writes_nothing(store: EmbeddedRows, folder: Path) -> None:
    storage = filled(store)
    before = content(folder, storage)

    def overtaken() -> Iterator[Step]:
        yield from landing(2)[:3]
        store.undo(storage, 2)
        yield from landing(2)[3:]

    with pytest.raises(Conflict):
        store.apply(storage, SCHEMA, 2, overtaken())
    store.apply(storage, SCHEMA, 3, iter(landing(3)))
    store.undo(storage, 3)
    assert content(folder, storage) == before


def test_a_first_load_that_wakes_up_late_leaves_its_successors_file(
    store: EmbeddedRows, folder: Path
) -> None:
    empty = store.make(1, SCHEMA)
    boxes = first_boxes()
    rows = rows_of(range(COUNT), boxes)

    def overtaken() -> Iterator[Rows]:
        yield rows
        assert store.load(empty, 1, SCHEMA, 1, iter([rows])) == "l000001-000001.sqlite"
        yield rows

    with pytest.raises(Conflict):
        store.load(empty, 1, SCHEMA, 1, overtaken())
    assert {path.name for path in folder.iterdir()} == {empty, "l000001-000001.sqlite"}
    assert at(store, "l000001-000001.sqlite", 1) == [(fid, f"南山{fid}") for fid in range(COUNT)]


def test_one_landing_waits_for_another_writer(store: EmbeddedRows, folder: Path) -> None:
    storage = filled(store)
    store.apply(storage, SCHEMA, 2, iter(landing(2)))
    threads = [
        threading.Thread(target=store.tidy, args=(storage, 2)),
        threading.Thread(target=store.apply, args=(storage, SCHEMA, 3, iter(landing(3)))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    checked(folder, storage)
    whole = content(folder, storage, "fid, vfrom, vto")
    assert {vto for *_, vto in whole["past"]} == {2}
    assert {vto for *_, vto in whole["live"]} == {None, 3}
