"""Originals and assets, kept unchanged under their hash."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

from diban.ground import Damaged, Invalid, Missing, Text, TooLarge
from diban.store.files import keep_file, sync_folder, translating_disk
from diban.store.processes import may_be_alive, this_process

CHUNK = 1 << 20


class Blobs(Protocol):
    """Bytes under their SHA-256; never changed, removed only by `expunge`."""

    def put(self, source: BinaryIO, *, limit: int, progress: Callable[[int], None] | None = None) -> str:
        """Store a stream and answer its digest (64 hex digits); storing twice is storing once."""

    def adopt(self, aside: Path, digest: str) -> None:
        """Take a finished file of this digest over by moving it; done twice is done once."""

    def path(self, digest: str) -> Path:
        """Where a reader may open the bytes, read only; `Missing` when there are none."""

    def size(self, digest: str) -> int:
        """How many bytes."""

    def verify(self, digest: str) -> None:
        """Read all bytes again; `Damaged` when they no longer match their digest."""

    def holds(self, digest: str) -> bool:
        """Whether the bytes are there."""

    def sweep(self) -> None:
        """Remove what processes that are gone left of bytes that they never received whole."""

    def expunge(self, digest: str) -> bool:
        """Remove the bytes for good; whether there were any."""


class FolderBlobs:
    """`Blobs` in a folder: ``ab/cdef…``, written aside, synced, then moved into place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"

    def put(self, source: BinaryIO, *, limit: int, progress: Callable[[int], None] | None = None) -> str:
        aside = self._incoming / f"{this_process()}-{os.urandom(8).hex()}"
        try:
            with translating_disk():
                self._incoming.mkdir(parents=True, exist_ok=True)
                self.sweep()
                digest = self._receive(source, aside, limit, progress)
                target = self._place(digest)
                if not target.exists():
                    keep_file(aside, target)
            return digest
        finally:
            aside.unlink(missing_ok=True)

    def adopt(self, aside: Path, digest: str) -> None:
        target = self._place(digest)
        with translating_disk():
            try:
                keep_file(aside, target)
            except FileNotFoundError:
                if not target.exists():  # else another one has moved it just now
                    raise

    def path(self, digest: str) -> Path:
        place = self._place(digest)
        if not place.is_file():
            raise Missing(
                Text(zh=f"没有这份原件：{digest[:16]}…", en=f"no original {digest[:16]}…"), field="digest"
            )
        return place

    def size(self, digest: str) -> int:
        return self.path(digest).stat().st_size

    def verify(self, digest: str) -> None:
        with self.path(digest).open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != digest:
            raise Damaged(
                Text(zh=f"原件已损坏：{digest[:16]}…", en=f"the original is damaged: {digest[:16]}…"),
                field="digest",
                limit=found,
                remedy=Text(zh="从备份恢复", en="restore it from a backup"),
            )

    def holds(self, digest: str) -> bool:
        return self._place(digest).is_file()

    def expunge(self, digest: str) -> bool:
        place = self._place(digest)
        if not place.is_file():
            return False
        with place.open("r+b") as stream:
            left = place.stat().st_size
            while left > 0:
                left -= stream.write(b"\0" * min(CHUNK, left))
            os.fsync(stream.fileno())
        place.unlink()
        sync_folder(place.parent)
        return True

    def sweep(self) -> None:
        with translating_disk():
            for left in self._incoming.glob("*"):
                if not may_be_alive(left.name.rpartition("-")[0]):
                    left.unlink(missing_ok=True)

    def _place(self, digest: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise Invalid(Text(zh="不是 SHA-256 摘要", en="not a SHA-256 digest"), field="digest", limit=64)
        return self._folder / digest[:2] / digest[2:]

    def _receive(
        self, source: BinaryIO, aside: Path, limit: int, progress: Callable[[int], None] | None
    ) -> str:
        digest, size = hashlib.sha256(), 0
        with aside.open("xb") as stream:
            while chunk := source.read(CHUNK):
                size += len(chunk)
                if size > limit:
                    raise TooLarge(
                        Text(zh="文件超过大小上限", en="the file is larger than allowed"),
                        field="file",
                        limit=limit,
                        remedy=Text(zh="拆分文件后提交", en="split the file"),
                    )
                digest.update(chunk)
                stream.write(chunk)
                if progress is not None:
                    progress(size)
        return digest.hexdigest()
