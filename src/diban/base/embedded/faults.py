"""SQLite's errors in the words of the one tree, for every act on a layer's file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pysqlite3
import sqlalchemy as sa

from diban.ground import Damaged, Text
from diban.store import is_outage, translate, translating_disk


@contextmanager
def translating(path: Path, *, new: bool = False) -> Iterator[None]:
    """Raise `Damaged`, `StorageFull` or `Unavailable` where SQLite or the disk fails; name the file.

    ``new``: the file is only being made, so that its absence is no damage.
    """
    try:
        with translating_disk():
            yield
    except (pysqlite3.Error, sa.exc.DBAPIError, sa.exc.TimeoutError) as fault:
        original = getattr(fault, "orig", None) or fault
        code = getattr(original, "sqlite_errorcode", 0) & 0xFF
        absent = not new and not path.exists()
        if code in (pysqlite3.SQLITE_CORRUPT, pysqlite3.SQLITE_NOTADB) or absent:
            raise damaged(path, str(original)) from fault
        if code != pysqlite3.SQLITE_ERROR and is_outage(fault):
            raise translate(fault) from fault
        raise


def damaged(path: Path, said: str) -> Damaged:
    """The file of a layer is not what was stored; ``said`` is SQLite's own word for it."""
    return Damaged(
        Text(
            zh=f"图层文件已损坏或缺失：{path.name}", en=f"a layer's file is damaged or missing: {path.name}"
        ),
        field=said[:200],
        remedy=Text(zh="从备份恢复该文件", en="restore the file from a backup"),
    )
