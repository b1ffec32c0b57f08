"""Rows removed for good: from the relations, their boxes, the log, and the slack of the file's pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from diban.base.embedded.pipe import bulk_pipe
from diban.base.embedded.writing import AMONG, empty_log, listed, opened, remove_rows, written
from diban.ground import Text, Unavailable

_ENTRY_BYTES = {"live": 24, "past": 32}
_PATIENCE = 30  # seconds for readers to let go of the log


def erase(path: Path, fids: Sequence[int]) -> None:
    """Remove every row, live and past, of these features so that no byte of them is left in the files.

    SQLite overwrites what is deleted, but pages that were divided or joined long ago keep copies in
    their unused parts; only writing the whole file anew removes them. Interrupted, or when a reader
    keeps the log (`Unavailable`), it is to be repeated.
    """
    with opened(path) as connection:
        connection.create_function("blanked", 2, _blanked, deterministic=True)
        with written(connection):
            for relation, entry in _ENTRY_BYTES.items():
                found = connection.execute(f"SELECT rid FROM {relation} WHERE fid {AMONG}", (listed(fids),))
                remove_rows(connection, relation, listed([rid for (rid,) in found]))
                blanked = f"blanked(data, {entry})"
                connection.execute(f"UPDATE {relation}_box_node SET data = {blanked} WHERE data <> {blanked}")
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


def _blanked(node: bytes, entry: int) -> bytes:
    """A node without what the R*Tree left behind its last entry."""
    used = 4 + entry * int.from_bytes(node[2:4])
    return node[:used].ljust(len(node), b"\0")


def _write_anew(path: Path) -> None:
    """VACUUM, in the bulk program, whose SQLite keeps the copy in a file and not in memory."""
    with bulk_pipe(path) as pipe:
        pipe.execute("PRAGMA busy_timeout = 20000", "PRAGMA secure_delete = ON", "VACUUM")
