"""A bulk load that is killed, that meets a full disk, or whose source breaks leaves nothing behind."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from diban.base.embedded import EmbeddedRows
from diban.base.embedded.pipe import bulk_pipe
from diban.base.port import Rows, Step
from diban.ground import StorageFull, Unavailable
from tests.base.embedded.samples import SCHEMA, at, checked, rows_of, some_boxes

BATCH = 20_000
NONE = np.empty(0, np.int64)
BOXES = some_boxes(np.random.default_rng(2), BATCH)


def batches(count: int) -> Iterator[Rows]:
    for start in range(0, count * BATCH, BATCH):
        yield rows_of(range(start, start + BATCH), BOXES)


def children(parent: int, program: str) -> list[int]:
    """Processes of that parent that run the program."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _is_child(entry, parent, program):
            found.append(int(entry.name))
    return found


def _is_child(entry: Path, parent: int, program: str) -> bool:
    try:
        status = (entry / "stat").read_text().rpartition(")")[2].split()
        return int(status[1]) == parent and program in (entry / "cmdline").read_text()
    except OSError:  # it has ended meanwhile
        return False


def left(folder: Path, empty: str) -> list[str]:
    return [path.name for path in folder.iterdir() if not path.name.startswith(empty)]


def loads_after_all(store: EmbeddedRows, folder: Path, empty: str) -> None:
    storage = store.load(empty, 1, SCHEMA, 1, batches(2))
    checked(folder, storage)
    assert len(at(store, storage, 1)) == 2 * BATCH


def test_the_bulk_program_killed_is_told_and_can_be_repeated(store: EmbeddedRows, folder: Path) -> None:
    empty = store.make(1, SCHEMA)

    def killing() -> Iterator[Rows]:
        yield from batches(1)
        (child,) = children(os.getpid(), "bulk.py")
        os.kill(child, signal.SIGKILL)
        yield from batches(20)

    with pytest.raises(Unavailable, match="signal 9"):
        store.load(empty, 1, SCHEMA, 1, killing())
    assert left(folder, empty) == []
    loads_after_all(store, folder, empty)


def test_a_source_that_breaks_ends_the_program(store: EmbeddedRows, folder: Path) -> None:
    empty = store.make(1, SCHEMA)

    def breaking() -> Iterator[Rows]:
        yield from batches(2)
        raise KeyError("source")

    with pytest.raises(KeyError):
        store.load(empty, 1, SCHEMA, 1, breaking())
    assert children(os.getpid(), "bulk.py") == []
    assert left(folder, empty) == []
    loads_after_all(store, folder, empty)


PARENT = """
import sys, time
from pathlib import Path
from diban.base.embedded import open_embedded
from tests.base.embedded.samples import SCHEMA
from tests.base.embedded.test_bulk import batches

def slow():
    yield from batches(1)
    print("loading", flush=True)
    time.sleep(60)

store = open_embedded(Path(sys.argv[1]))
store.load(store.make(1, SCHEMA), 1, SCHEMA, 1, slow())
"""


def test_the_program_ends_with_its_parent(store: EmbeddedRows, folder: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(folder)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "loading\n"
    (child,) = children(parent.pid, "bulk.py")
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert not Path(f"/proc/{child}").exists()
    empty = store.make(1, SCHEMA)
    assert left(folder, empty) == ["l000001-000001.sqlite.1.part"]
    loads_after_all(store, folder, empty)
    assert not list(folder.glob("*.part*"))


@contextmanager
def files_of_at_most(limit: int) -> Iterator[None]:
    """Writing further into a file fails, for this process and those that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    ("limit", "fault"),
    # The first write fails in this process, where SQLite does not say why; all others in the program.
    [(50_000, Unavailable), (300_000, StorageFull), (1 << 20, StorageFull), (2 << 20, StorageFull)],
)
def test_a_load_that_cannot_be_written_leaves_nothing(
    store: EmbeddedRows, folder: Path, limit: int, fault: type[Unavailable]
) -> None:
    empty = store.make(1, SCHEMA)
    with files_of_at_most(limit), pytest.raises(fault):
        store.load(empty, 1, SCHEMA, 1, batches(3))
    assert left(folder, empty) == []
    loads_after_all(store, folder, empty)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB, where one may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", place], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"no file system may be mounted here: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_full_disk_refuses_writing_and_goes_on_reading(small_disk: Path) -> None:
    store = EmbeddedRows(small_disk)
    empty = store.make(1, SCHEMA)
    with pytest.raises(StorageFull):
        store.load(empty, 1, SCHEMA, 1, batches(3))
    assert left(small_disk, empty) == []
    few = rows_of(range(100), BOXES[:100])
    storage = store.load(empty, 1, SCHEMA, 1, iter([few]))
    filler = small_disk / "filler"
    with filler.open("wb") as stream:
        free = shutil.disk_usage(small_disk).free
        stream.write(b"x" * (free - 100_000))
    many = next(batches(1))
    with pytest.raises(StorageFull):
        store.apply(storage, SCHEMA, 2, iter([Step(0, NONE, many)]))
    assert len(at(store, storage, 1)) == 100
    with pytest.raises(StorageFull):
        store.make(2, SCHEMA)
    filler.unlink()
    store.undo(storage, 2)
    store.apply(storage, SCHEMA, 3, iter([Step(0, NONE, few)]))
    checked(small_disk, storage)
    store.close()


def test_a_statement_that_fails_is_told_in_the_programs_words(store: EmbeddedRows, folder: Path) -> None:
    empty = store.make(1, SCHEMA)
    with pytest.raises(Unavailable, match="no such table: nowhere"), bulk_pipe(folder / empty) as pipe:
        pipe.execute("DELETE FROM nowhere", "BEGIN")
