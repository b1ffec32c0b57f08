"""Kept tiles in a layer's file, written in short transactions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.schema import CreateTable

from diban.base.embedded.writing import keep_log_short, opened, written
from diban.base.keeping import MARK, moved_on, overview_table
from diban.base.port import KeptRow

TABLE = overview_table("overview")
STATEMENTS = (
    str(CreateTable(TABLE)),
    f"INSERT INTO overview VALUES ({MARK}, 0, 0, 0, 0, 0, 0, 0, x'')",
)
"""What makes the relation, with the row that holds the epoch."""

_ROW = tuple(column.name for column in TABLE.columns)
_KEEP = f"REPLACE INTO overview VALUES ({', '.join('?' * len(_ROW))})"
_GONE = 'DELETE FROM overview WHERE zoom >= ? AND "row" >> (zoom - ?) = ? AND "column" >> (zoom - ?) = ?'


def keep(path: Path, epoch: int, tiles: Sequence[KeptRow], gone: Sequence[tuple[int, int, int]]) -> None:
    """Keep tiles, forget others; `Conflict` when something was erased since ``epoch``."""
    with opened(path) as connection:
        with written(connection):
            if connection.execute(f"SELECT seq FROM overview WHERE zoom = {MARK}").fetchone()[0] != epoch:
                raise moved_on()
            for zoom, row, column in gone:
                connection.execute(_GONE, (zoom, zoom, row, zoom, column))
            connection.executemany(_KEEP, [[tile[name] for name in _ROW] for tile in tiles])  # type: ignore[literal-required]  # columns are the keys
        keep_log_short(connection, path)


def forget_all(connection: Any) -> None:
    """No tile is kept any more, nor may any that is being made now."""
    with written(connection):
        connection.execute(f"UPDATE overview SET seq = seq + 1 WHERE zoom = {MARK}")
        connection.execute(f"DELETE FROM overview WHERE zoom <> {MARK}")
