"""Landings after the first: short transactions under a sequence number that nobody reads yet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, repeat
from pathlib import Path
from typing import Any

import numpy as np

from diban.base.embedded.claims import claim, hold, note
from diban.base.embedded.conditions import areas
from diban.base.embedded.hilbert import along_curve
from diban.base.embedded.packing import rounded_outward
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
from diban.base.port import Rows, Step


def apply(path: Path, seq: int, steps: Iterator[Step]) -> None:
    """Write each step that is not yet written, in one transaction with the note that it is.

    `Conflict` when another process has claimed the layer since.
    """
    with opened(path) as connection:
        held = claim(connection)
        if note(connection, f"step:{seq}") is None:
            _take_back(connection, path, seq)  # what an interrupted `undo` left
        for step in steps:
            with written(connection):
                hold(connection, held)
                done = note(connection, f"step:{seq}")
                if done is None or done < step.number:
                    _write(connection, seq, step)
            keep_log_short(connection, path)
        empty_log(connection)


def undo(path: Path, seq: int) -> None:
    """Let rows that ended under ``seq`` live on, remove those begun under it and every note of it."""
    with opened(path) as connection:
        claim(connection)
        _take_back(connection, path, seq)
        empty_log(connection)


def _write(connection: Any, seq: int, step: Step) -> None:
    highest = "SELECT max(coalesce((SELECT max(rid) FROM live), 0), coalesce((SELECT max(rid) FROM past), 0))"
    rid = connection.execute(highest).fetchone()[0] + 1
    connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (f"first:{seq}", rid))
    connection.execute("REPLACE INTO meta VALUES (?, ?)", (f"step:{seq}", step.number))
    connection.execute(
        f"UPDATE live SET vto = ? WHERE vto IS NULL AND fid {AMONG}", (seq, listed(step.ended))
    )
    if step.begun is not None:
        _insert(connection, seq, rid, step.begun)


def _insert(connection: Any, seq: int, rid: int, rows: Rows) -> None:
    rows, _ = along_curve(rows)
    batch = rows.batch.append_column("area", areas(rows.boxes))
    # SQLite takes one row a call, so the columns become Python values.
    values = zip(count(rid), repeat(seq), *(column.to_pylist() for column in batch.columns), strict=False)
    names, holes = ", ".join(batch.schema.names), ", ".join("?" * (2 + batch.num_columns))
    connection.executemany(f"INSERT INTO live (rid, vfrom, {names}) VALUES ({holes})", values)
    held = np.flatnonzero(~np.isnan(rows.boxes[:, 0]))
    # Rounded here: near zero SQLite's own rounding goes inward.
    boxes = zip((held + rid).tolist(), *rounded_outward(rows.boxes[held]).T.tolist(), strict=True)
    connection.executemany("INSERT INTO live_box VALUES (?, ?, ?, ?, ?)", boxes)


def _take_back(connection: Any, path: Path, seq: int) -> None:
    """In short transactions; the note of the first row goes last, so that it can be done again."""
    first = note(connection, f"first:{seq}")
    if first is None:
        return
    connection.execute("DELETE FROM meta WHERE name = ?", (f"step:{seq}",))
    ended = "SELECT rid FROM live WHERE vto = ? LIMIT ?"
    while connection.execute(f"UPDATE live SET vto = NULL WHERE rid IN ({ended})", (seq, BATCH)).rowcount:
        keep_log_short(connection, path)
    begun = "SELECT rid FROM live WHERE rid >= ? AND vfrom = ? LIMIT ?"
    while found := connection.execute(begun, (first, seq, BATCH)).fetchall():
        with written(connection):
            remove_rows(connection, "live", listed([rid for (rid,) in found]))
        keep_log_short(connection, path)
    connection.execute("DELETE FROM meta WHERE name = ?", (f"first:{seq}",))
