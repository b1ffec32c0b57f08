"""Written pages on their way to the disk early, so that no later sync has to wait for all of them."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

_WAIT_BEFORE, _WRITE = 1, 2


class Flushing:
    """For one new file that no SQLite of this process has open: closing it here would drop its locks.

    It gives no durability and reports no error: the sync of the finished file does.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def between(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The same batches; behind each, wait for what was last sent to the disk, then send what is new.

        So at most two such parts are on their way, and the syncs of other files stay short.
        """
        start = ctypes.CDLL(None).sync_file_range
        whole = ctypes.c_int64(0)
        for batch in batches:
            yield batch
            start(self._descriptor, whole, whole, _WAIT_BEFORE | _WRITE)


@contextmanager
def flushing(path: Path) -> Iterator[Flushing]:
    """Flush this file while the block runs."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        yield Flushing(descriptor)
    finally:
        os.close(descriptor)
