"""Files made for whoever asked first and kept for those who ask again: one a version, a scope and a form."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field
from pathlib import Path

from diban.ground import LayerId, Text, Unavailable, new_id
from diban.store import keep_file, translating_disk

ROOM = 8 << 30
"""Bytes of files that are kept; those longest unused go first."""
PATIENCE = 20.0
"""Seconds that a request waits for a file that is being made."""
_YOUNG = 600.0  # seconds: never taken away from whoever has just made it
_UNFINISHED = "part-"
_ABANDONED = 86_400.0  # seconds after which what was never finished is nobody's

Make = Callable[[Path, Callable[[int], None]], int]
"""Writes a file, tells how many rows are done, and answers how many there were."""


@dataclass(slots=True)
class _Making:
    """A file on its way."""

    file: Future[Path]
    rows: int = field(default=0)


class KeptFiles:
    """One maker a process, so that files are made one after another and requests are answered meanwhile."""

    def __init__(self, folder: Path, room: int = ROOM, patience: float = PATIENCE) -> None:
        self._folder, self._room, self._patience = folder, room, patience
        self._lock = threading.Lock()
        self._making: dict[str, _Making] = {}
        self._pool = ThreadPoolExecutor(1, "files")

    def file(self, layer: LayerId, key: str, suffix: str, make: Make) -> tuple[Path, int]:
        """The file of this key and how many rows it has, made now if need be.

        `Unavailable`, with how far it is, when that takes longer than a request should: asking again
        finds it further on. ``key`` names everything that the content depends on.
        """
        held = self._held(layer, key, suffix)
        if held is None:
            with self._lock:
                making = self._making.get(key)
                if making is None:
                    making = self._making[key] = _Making(Future())
                    self._pool.submit(self._make, making, layer, key, suffix, make)
            held = self._awaited(making)
        rows = int(held.name.split(".")[1])
        os.utime(held)
        return held, rows

    def _held(self, layer: LayerId, key: str, suffix: str) -> Path | None:
        return next(iter((self._folder / layer).glob(f"{key}.*.{suffix}")), None)

    def _awaited(self, making: _Making) -> Path:
        try:
            return making.file.result(self._patience)
        except NotYet:
            raise Unavailable(
                Text(
                    zh=f"文件正在生成，已写 {making.rows} 行",
                    en=f"the file is being made, {making.rows} rows so far",
                ),
                field="f",
                remedy=Text(
                    zh="稍后以同一地址再取；curl 可用 --retry",
                    en="ask for the same address again in a moment; curl does so with --retry",
                ),
            ) from None

    def _make(self, making: _Making, layer: LayerId, key: str, suffix: str, make: Make) -> None:
        """What a maker meets, everybody who waits is told."""
        try:
            kept = self._written(making, layer, key, suffix, make)
        except BaseException as fault:  # noqa: BLE001 - handed to those who wait, who raise it
            self._over(key)
            making.file.set_exception(fault)
        else:
            self._over(key)
            making.file.set_result(kept)

    def _over(self, key: str) -> None:
        with self._lock:
            self._making.pop(key, None)

    def _written(self, making: _Making, layer: LayerId, key: str, suffix: str, make: Make) -> Path:
        aside = self._folder / layer / f"{_UNFINISHED}{new_id('file')}.{suffix}"

        def told(rows: int) -> None:
            making.rows = rows

        try:
            with translating_disk():
                aside.parent.mkdir(parents=True, exist_ok=True)
                rows = make(aside, told)
                kept = aside.with_name(f"{key}.{rows}.{suffix}")
                keep_file(aside, kept)
            self._make_room()
            return kept
        finally:
            aside.unlink(missing_ok=True)

    def _make_room(self) -> None:
        """Take the files that were longest unused away, until the others fit."""
        moment = time.time()
        found = sorted(
            ((status.st_mtime, status.st_size, path) for path, status in _files(self._folder)), reverse=True
        )
        total = 0
        for used, size, path in found:
            total += size
            unfinished, unused = path.name.startswith(_UNFINISHED), moment - used
            if unused > _ABANDONED if unfinished else total > self._room and unused > _YOUNG:
                path.unlink(missing_ok=True)


def forget_files(folder: Path) -> None:
    """Remove every kept file: what is erased from a layer must be in none of them."""
    shutil.rmtree(folder, ignore_errors=True)


def _files(folder: Path) -> list[tuple[Path, os.stat_result]]:
    found = []
    for path in folder.glob("*/*"):
        try:
            found.append((path, path.stat()))
        except FileNotFoundError:  # another process made room
            continue
    return found
