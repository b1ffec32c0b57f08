"""Writes, syncs and renames that fail on demand, by a library preloaded into the processes of an act."""

from __future__ import annotations

import mmap
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.needs import absent

SOURCE = Path(__file__).with_name("failing_writes.c")
VARIABLE = "DIBAN_FAILING_WRITES"
_NUMBERS = struct.Struct("=5q")  # armed, nth, error, count, failed
_TEXT = 1000
_SIZE = _NUMBERS.size + 2 * _TEXT
_NTH, _FULL = 1, 2


def compile_library(folder: Path) -> Path:
    """The library, built by the system's C compiler; without one the test is skipped."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        absent("a C compiler", "`make system` installs it")
    library = folder / "failing_writes.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-Wall", "-o", str(library), str(SOURCE), "-ldl"], check=True
    )
    return library


class FailingWrites:
    """The file that says what is to fail, shared with all processes that have the library."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(bytes(_SIZE))
        self.path = path
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _SIZE)

    def count_below(self, folder: Path) -> None:
        """Begin to count calls on files below the folder; nothing fails."""
        self._set(folder, 0, 0, 0)

    def fail(self, folder: Path, nth: int, error: int) -> None:
        """Let the n-th such call from now on fail with this ``errno``."""
        self._set(folder, _NTH, nth, error)

    def fill_up(self, folder: Path, error: int) -> None:
        """Let every call that takes space fail from now on, as on a full disk."""
        self._set(folder, _FULL, 0, error)

    def stop(self) -> None:
        """Nothing fails any more."""
        self._set(Path(), 0, 0, 0)

    @property
    def count(self) -> int:
        """How many such calls there were."""
        return int(_NUMBERS.unpack_from(self._map)[3])

    @property
    def met(self) -> str:
        """The call that failed first, and its file; "" when none did."""
        start = _NUMBERS.size + _TEXT
        return self._map[start : start + _TEXT].rstrip(b"\0").decode()

    def close(self) -> None:
        """Give the file back."""
        self._map.close()

    def _set(self, folder: Path, armed: int, nth: int, error: int) -> None:
        named = b"" if folder == Path() else str(folder).encode()
        _NUMBERS.pack_into(self._map, 0, 0, 0, 0, 0, 0)  # disarmed while the rest is written
        struct.pack_into(f"{_TEXT}s{_TEXT}s", self._map, _NUMBERS.size, named, b"")
        _NUMBERS.pack_into(self._map, 0, armed, nth, error, 0, 0)


@contextmanager
def failing_writes(folder: Path) -> Iterator[FailingWrites]:
    """The shared file in a folder of its own."""
    control = FailingWrites(folder / "failing-writes")
    try:
        yield control
    finally:
        control.close()
