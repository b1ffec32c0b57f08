"""Files that are there after a crash, and a disk that is full or fails in the words of the one tree."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from diban.ground import StorageFull, Text, Unavailable

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FAILING = (errno.EIO, errno.EROFS, errno.ENXIO, errno.ENODEV, errno.ESTALE)


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
def translating_disk() -> Iterator[None]:
    """Raise `StorageFull` where no more space is left or allowed, `Unavailable` where the disk fails."""
    try:
        yield
    except OSError as fault:
        if fault.errno in _FULL:
            raise StorageFull(
                Text(zh="存储空间已满，暂不能写入", en="storage is full; writes are refused"),
                remedy=Text(zh="清理空间后重试，无需重启", en="make space and repeat; no restart is needed"),
            ) from fault
        if fault.errno in _FAILING:
            raise Unavailable(
                Text(zh="磁盘读写失败", en="the disk fails to read or write"),
                limit=os.strerror(fault.errno),
                remedy=Text(zh="检查磁盘与挂载后重试", en="look after the disk and its mount, then repeat"),
            ) from fault
        raise
