"""Originals under their hash: whole or not there, found damaged when they are, gone when expunged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest

from diban.ground import Damaged, Invalid, Missing, TooLarge
from diban.store import FolderBlobs
from diban.store.blobs import CHUNK
from tests.store.elsewhere import put_on_a_full_disk
from tests.store.killed import killed_while

LIMIT = 100 * CHUNK


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    """An empty folder of originals."""
    return FolderBlobs(tmp_path / "blobs")


def files(folder: Path) -> Iterator[Path]:
    """Every file below the folder of originals."""
    return (path for path in (folder / "blobs").rglob("*") if path.is_file())


def sha256(content: bytes) -> str:
    """The digest that the content should have."""
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, 2 * CHUNK + 7])
def test_what_is_put_is_found_under_its_hash(blobs: FolderBlobs, tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    content = content[:size]
    told: list[int] = []
    digest = blobs.put(BytesIO(content), limit=LIMIT, progress=told.append)
    assert digest == sha256(content)
    assert blobs.path(digest).read_bytes() == content
    assert blobs.size(digest) == size
    blobs.verify(digest)
    assert told == sorted(told)
    assert (told or [0])[-1] == size
    assert list(files(tmp_path)) == [blobs.path(digest)]


def test_storing_twice_is_storing_once(blobs: FolderBlobs, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        digests = set(pool.map(lambda _: blobs.put(BytesIO(b"same" * CHUNK), limit=LIMIT), range(8)))
    assert len(digests) == 1
    assert [path.stat().st_size for path in files(tmp_path)] == [4 * CHUNK]


def test_too_large_is_refused_and_leaves_nothing(blobs: FolderBlobs, tmp_path: Path) -> None:
    assert blobs.put(BytesIO(b"x" * 1_000), limit=1_000)
    with pytest.raises(TooLarge) as refused:
        blobs.put(BytesIO(b"y" * 1_001), limit=1_000)
    assert (refused.value.field, refused.value.limit) == ("file", 1_000)
    assert len(list(files(tmp_path))) == 1


class Interrupted(BytesIO):
    """A sender that is gone after the first piece."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise ConnectionResetError
        return super().read(10)


def test_an_interrupted_put_leaves_nothing(blobs: FolderBlobs, tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError):
        blobs.put(Interrupted(b"x" * 100), limit=LIMIT)
    assert list(files(tmp_path)) == []


def test_a_killed_put_leaves_nothing_that_anyone_finds(blobs: FolderBlobs, tmp_path: Path) -> None:
    assert killed_while("put_until_killed", str(tmp_path / "blobs")) == "receiving"
    left = list(files(tmp_path))
    assert [path.parent.name for path in left] == ["incoming"]
    with pytest.raises(Missing):
        blobs.path(sha256(left[0].read_bytes()))
    assert blobs.put(BytesIO(b"x"), limit=LIMIT) == sha256(b"x")
    assert [path.read_bytes() for path in files(tmp_path)] == [b"x"]


def test_a_full_disk_refuses_and_leaves_nothing(
    blobs: FolderBlobs, tmp_path: Path, others: ProcessPoolExecutor
) -> None:
    said = others.submit(put_on_a_full_disk, tmp_path, 3 * CHUNK, CHUNK + 5).result()
    assert said == ["StorageFull"]
    content = (tmp_path / "source").read_bytes()
    assert blobs.put(BytesIO(content), limit=LIMIT) == sha256(content)


@pytest.mark.parametrize("harm", ["flipped", "cut", "longer"])
def test_damage_is_named(blobs: FolderBlobs, harm: str) -> None:
    digest = blobs.put(BytesIO(b"original" * 1_000), limit=LIMIT)
    content = bytearray(blobs.path(digest).read_bytes())
    if harm == "flipped":
        content[4_000] ^= 1
    blobs.path(digest).write_bytes({"flipped": content, "cut": content[:-1], "longer": content + b"\0"}[harm])
    with pytest.raises(Damaged) as damaged:
        blobs.verify(digest)
    assert damaged.value.field == "digest"
    assert damaged.value.remedy is not None


def test_what_is_expunged_is_overwritten_and_gone(blobs: FolderBlobs, tmp_path: Path) -> None:
    content = b"secret" * CHUNK
    digest = blobs.put(BytesIO(content), limit=LIMIT)
    with blobs.path(digest).open("rb") as still_open:
        assert blobs.expunge(digest)
        assert not any(still_open.read()), "who held it open reads zeros"
    assert list(files(tmp_path)) == []
    assert not blobs.expunge(digest)
    with pytest.raises(Missing):
        blobs.verify(digest)
    assert blobs.put(BytesIO(content), limit=LIMIT) == digest
    blobs.verify(digest)


@pytest.mark.parametrize(
    "digest", ["", "../../etc/passwd", "A" * 64, "g" * 64, "0" * 63, "0" * 65, "0" * 64 + "\n"]
)
def test_only_a_digest_is_a_digest(blobs: FolderBlobs, digest: str) -> None:
    for ask in (blobs.path, blobs.size, blobs.verify, blobs.expunge):
        with pytest.raises(Invalid):
            ask(digest)


def test_what_was_never_stored_is_missing(blobs: FolderBlobs) -> None:
    for ask in (blobs.path, blobs.size, blobs.verify):
        with pytest.raises(Missing):
            ask("0" * 64)
