"""A file's content in the address space, of which no more stays in memory than is being read."""

from __future__ import annotations

import mmap
from pathlib import Path


class Mapped:
    """A file's ``content``, to be read anywhere; an empty file has none."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            empty = path.stat().st_size == 0
            self.content = b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def let_go(self) -> None:
        """Give back the pages that were read: they would count as the process's own until it ends.

        The system may still hold them as it does those of any file; what is read again is found there.
        """
        if isinstance(self.content, mmap.mmap):
            self.content.madvise(mmap.MADV_DONTNEED)
