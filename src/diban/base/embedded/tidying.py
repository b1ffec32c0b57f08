"""Ended rows move from the live to the past relation, some at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from diban.base.embedded.layout import columns_of
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


def tidy(path: Path, seq: int) -> int:
    """Move every row that ended at or before ``seq``; how many. Interrupted, it is to be repeated."""
    moved = 0
    ended = "SELECT rid FROM live WHERE vto <= ? LIMIT ?"
    with opened(path) as connection:
        while True:
            with written(connection):
                found = connection.execute(ended, (seq, BATCH)).fetchall()
                if not found:
                    break
                # With the first row that moves: from then on older versions have to look at both.
                connection.execute("UPDATE meta SET value = max(value, ?) WHERE name = 'tidied'", (seq,))
                _move(connection, listed([rid for (rid,) in found]))
            moved += len(found)
            keep_log_short(connection, path)
        empty_log(connection)
    return moved


def _move(connection: Any, rids: str) -> None:
    """The boxes first, since they are found by the live rows; their third axis is the life in versions."""
    connection.execute(
        "INSERT INTO past_box SELECT box.id, minx, maxx, miny, maxy, vfrom, vto FROM json_each(?) AS moved"
        " CROSS JOIN live_box AS box ON box.id = moved.value CROSS JOIN live ON rid = moved.value",
        (rids,),
    )
    columns = ", ".join(columns_of(connection, "live"))
    connection.execute(f"INSERT INTO past ({columns}) SELECT {columns} FROM live WHERE rid {AMONG}", (rids,))
    remove_rows(connection, "live", rids)
