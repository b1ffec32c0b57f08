"""How a layer's file is written: one connection for an act, short transactions, a short log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pysqlite3

from diban.ground import Text, Unavailable
from diban.store import prepare_sqlite

BATCH = 2_000
"""Rows that one short transaction moves, takes back or removes."""

AMONG = "IN (SELECT value FROM json_each(?))"
"""Membership in the numbers that `listed` made a parameter of."""

LOG_BYTES = 32 << 20
"""From this size on the write-ahead log is emptied into the file before the next transaction."""

_MOST_LOG_BYTES = 128 << 20
_PATIENCE = 20  # seconds that a reader may keep the log from being emptied once it is that large

_CACHE_KIB = 65536  # a step fits in, so that no page goes to the log twice

PAGE_BYTES = 8192
"""Measured: a load is a tenth faster than with 4 k pages; 2,000 scattered changes write 24 MB, not 16."""


@contextmanager
def opened(path: Path, *, new: bool = False) -> Iterator[Any]:
    """A connection that writes a layer's file, closed in the end; a file is made only when ``new``.

    A new file gets no journal: it counts only when it is complete, synced and moved into place.
    """
    uri = f"{path.absolute().as_uri()}?mode={'rwc' if new else 'rw'}"
    with closing(pysqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        if new:
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            connection.execute("PRAGMA journal_mode = OFF")
        else:
            prepare_sqlite(connection)
            connection.execute("PRAGMA wal_autocheckpoint = 0")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        yield connection


@contextmanager
def written(connection: Any) -> Iterator[None]:
    """One short write transaction, rolled back when the block raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def keep_log_short(connection: Any, path: Path) -> None:
    """Empty a long write-ahead log into the file; `Unavailable` when readers prevent it for too long."""
    log = path.with_name(path.name + "-wal")
    for _ in range(_PATIENCE):
        if log.stat().st_size < LOG_BYTES or empty_log(connection) or log.stat().st_size < _MOST_LOG_BYTES:
            return
    raise Unavailable(
        Text(
            zh=f"长时间读取占用日志：{path.name}",
            en=f"long reads keep the log of {path.name} from being emptied",
        ),
        limit=_MOST_LOG_BYTES,
        remedy=Text(zh="待读取结束后重试", en="try again when they have ended"),
    )


def empty_log(connection: Any) -> bool:
    """Move the write-ahead log into the file and cut it to nothing; False when a reader still needs it."""
    (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
    # Waiting for readers holds up other writers: a second at a time.
    connection.execute("PRAGMA busy_timeout = 1000")
    (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    connection.execute(f"PRAGMA busy_timeout = {patience}")
    return not busy


def listed(numbers: Sequence[int] | npt.NDArray[np.int64]) -> str:
    """Numbers as one parameter, for `AMONG`."""
    return orjson.dumps(numbers, option=orjson.OPT_SERIALIZE_NUMPY).decode()


def remove_rows(connection: Any, relation: str, rids: str) -> None:
    """Delete these rows (`listed`) and their boxes, within the caller's transaction."""
    connection.execute(f"DELETE FROM {relation}_box WHERE id {AMONG}", (rids,))
    connection.execute(f"DELETE FROM {relation} WHERE rid {AMONG}", (rids,))
