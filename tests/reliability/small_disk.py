"""A disk that can be filled to its last byte, and freed again, while others use it."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PIECE = 1 << 16


class SmallDisk:
    """A file system of its own in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self, leave: int = 0) -> None:
        """Leave so many bytes free, to the page."""
        with self._filler.open("ab", buffering=0) as file:
            for piece in (_PIECE, 512, 1):
                try:
                    while file.write(bytes(piece)):
                        pass
                except OSError as full:
                    if full.errno != errno.ENOSPC:
                        raise
            file.truncate(max(0, file.tell() - leave))

    def free(self) -> None:
        """Give back what `fill` took."""
        self._filler.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk | None]:
    """A small disk at ``folder``, which is made; None where mounting is not allowed."""
    folder.mkdir(parents=True)
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "diban-small-disk", str(folder)]
    if mount is None or os.geteuid() != 0 or subprocess.run([mount, *options], check=False).returncode:
        yield None
        return
    try:
        yield SmallDisk(folder)
    finally:
        with suppress(FileNotFoundError):
            (folder / "filler").unlink()
        subprocess.run(["umount", str(folder)], check=True)
