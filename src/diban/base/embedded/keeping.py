"""Kept tiles in a layer's file, written in short transactions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.schema import CreateTable

from diban.base.embedded.writing import keep_log_short, opened, written
from diban.base.keeping import MARK, below, drawn_table, moved_on, overview_table
from diban.base.overview import DEEPEST
from diban.base.port import DrawnRow, KeptRow, Place

TABLE = overview_table("overview")
STATEMENTS = (
    str(CreateTable(TABLE)),
    str(CreateTable(drawn_table("drawn"))),
    f"INSERT INTO overview VALUES ({MARK}, 0, 0, 0, 0, 0, 0, 0, x'')",
)
"""What makes the relations, with the row that holds the epoch."""

_ROW = tuple(column.name for column in TABLE.columns)
_KEEP = f"REPLACE INTO overview VALUES ({', '.join('?' * len(_ROW))})"
_KEEP_DRAWN = f"REPLACE INTO drawn VALUES ({', '.join('?' * len(DrawnRow._fields))})"
_DRAWN_GONE = 'DELETE FROM drawn WHERE zoom = ? AND "row" BETWEEN ? AND ? AND "column" BETWEEN ? AND ?'
_GONE = 'DELETE FROM overview WHERE zoom >= ? AND "row" >> (zoom - ?) = ? AND "column" >> (zoom - ?) = ?'


def keep(path: Path, epoch: int, tiles: Sequence[KeptRow], gone: Sequence[tuple[int, int, int]]) -> None:
    """Keep tiles, forget others; `Conflict` when something was erased since ``epoch``."""
    with opened(path) as connection:
        with written(connection):
            _require_epoch(connection, epoch)
            for zoom, row, column in gone:
                connection.execute(_GONE, (zoom, zoom, row, zoom, column))
            connection.executemany(_KEEP, [[tile[name] for name in _ROW] for tile in tiles])  # type: ignore[literal-required]  # columns are the keys
        keep_log_short(connection, path)


def keep_drawn(path: Path, epoch: int, tiles: Sequence[DrawnRow], gone: Sequence[Place]) -> None:
    """Keep drawn tiles, forget others; `Conflict` when something was erased since ``epoch``."""
    with opened(path) as connection:
        with written(connection):
            _require_epoch(connection, epoch)
            for place in gone:
                connection.executemany(_DRAWN_GONE, below(place, DEEPEST))
            connection.executemany(_KEEP_DRAWN, tiles)
        keep_log_short(connection, path)


def _require_epoch(connection: Any, epoch: int) -> None:
    if connection.execute(f"SELECT seq FROM overview WHERE zoom = {MARK}").fetchone()[0] != epoch:
        raise moved_on()


def forget_all(connection: Any) -> None:
    """No tile is kept any more, nor may any that is being made now."""
    with written(connection):
        connection.execute(f"UPDATE overview SET seq = seq + 1 WHERE zoom = {MARK}")
        connection.execute(f"DELETE FROM overview WHERE zoom <> {MARK}")
        connection.execute("DELETE FROM drawn")
