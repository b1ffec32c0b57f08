"""Where a reading process may write: a few empty files that its parent opened for it, and nothing else."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from diban.intake.sandbox.wire import Refusal

FILES = 3
"""As many as the largest set of files that is read together: .shp, .dbf and .shx."""

_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(slots=True)
class Scratch:
    """The files, as open descriptors and paths, each of which takes one content.

    The right to write lies in the descriptor: the process itself can open files only to read.
    """

    files: list[tuple[int, Path]] = field(default_factory=list)

    def keep(self, chunks: Iterable[bytes]) -> Path:
        """Write ``chunks`` to the next free file; its path. `Refusal` when the disk is full."""
        descriptor, path = self.files.pop(0)
        try:
            for chunk in chunks:
                view = memoryview(chunk)
                while view:
                    view = view[os.write(descriptor, view) :]
        except OSError as fault:
            if fault.errno in _FULL:
                raise Refusal("disk-full") from fault
            raise
        return path
