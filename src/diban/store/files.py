"""Files that are there after a crash, and a full disk in the words of the one tree."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from diban.ground import StorageFull, Text


def keep_file(aside: Path, target: Path) -> None:
    """Move a finished file into place so that it survives a crash: file synced, moved, folder synced."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with aside.open("rb") as stream:
        os.fsync(stream.fileno())
    os.replace(aside, target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make the folder's present list of names survive a crash."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def translating_full_disk() -> Iterator[None]:
    """Raise `StorageFull` where the operating system says that no space is left, or no more is allowed."""
    try:
        yield
    except OSError as fault:
        if fault.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise StorageFull(
            Text(zh="存储空间已满，暂不能写入", en="storage is full; writes are refused"),
            remedy=Text(zh="清理空间后重试，无需重启", en="make space and repeat; no restart is needed"),
        ) from fault
