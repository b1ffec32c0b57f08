"""Rows removed for good: from the relations, their boxes, the log, and the slack of the file's pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from diban.base.embedded.keeping import forget_all
from diban.base.embedded.pipe import bulk_pipe
from diban.base.embedded.writing import (
    AMONG,
    BATCH,
    empty_log,
    keep_log_short,
    listed,
    opened,
    remove_rows,
    written,
)
from diban.ground import Text, Unavailable

_ENTRY_BYTES = {"live": 24, "past": 32}
_PATIENCE = 30  # seconds for readers to let go of the log


def erase(path: Path, fids: Sequence[int] | None, seq: int | None, progress: Callable[[int], None]) -> None:
    """Remove rows of these features, or begun under ``seq``, so that no byte of them is left in the files.

    SQLite overwrites what is deleted, but pages that were divided or joined long ago keep copies in
    their unused parts; only writing the whole file anew removes them. Interrupted, or when a reader
    keeps the log (`Unavailable`), it is to be repeated.
    """
    done = 0
    with opened(path) as connection:
        connection.create_function("blanked", 2, _blanked, deterministic=True)
        # Live first: a row that is being moved is then met in the past.
        for relation, entry in _ENTRY_BYTES.items():
            for rids in _found(connection, relation, fids, seq):
                with written(connection):
                    remove_rows(connection, relation, listed(rids))
                keep_log_short(connection, path)
                done += len(rids)
                progress(done)
            blanked = f"blanked(data, {entry})"
            connection.execute(f"UPDATE {relation}_box_node SET data = {blanked} WHERE data <> {blanked}")
        forget_all(connection)
        _write_anew(path)
        if not any(empty_log(connection) for _ in range(_PATIENCE)):
            raise Unavailable(
                Text(
                    zh="有读取仍占用日志，删除尚未完成",
                    en="a read still holds the log; the erasure is not complete",
                ),
                limit=_PATIENCE,
                remedy=Text(zh="待读取结束后重新执行", en="repeat when it has ended"),
            )


def _found(
    connection: Any, relation: str, fids: Sequence[int] | None, seq: int | None
) -> Iterator[list[int]]:
    """Row numbers to remove, so many at a time as make a short transaction."""
    if fids is not None:
        for start in range(0, len(fids), BATCH):
            part = listed(list(fids[start : start + BATCH]))
            yield _column(connection.execute(f"SELECT rid FROM {relation} WHERE fid {AMONG}", (part,)))
        return
    begun = f"SELECT rid FROM {relation} WHERE vfrom = ? AND rid > ? ORDER BY rid LIMIT ?"
    last = -1
    while rids := _column(connection.execute(begun, (seq, last, BATCH))):
        yield rids
        last = rids[-1]


def _column(rows: Iterable[tuple[int]]) -> list[int]:
    return [value for (value,) in rows]


def _blanked(node: bytes, entry: int) -> bytes:
    """A node without what the R*Tree left behind its last entry."""
    used = 4 + entry * int.from_bytes(node[2:4])
    return node[:used].ljust(len(node), b"\0")


def _write_anew(path: Path) -> None:
    """VACUUM, in the bulk program, whose SQLite keeps the copy in a file and not in memory."""
    with bulk_pipe(path) as pipe:
        pipe.execute("PRAGMA busy_timeout = 20000", "PRAGMA secure_delete = ON", "VACUUM")
