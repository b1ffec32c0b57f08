"""Rows removed for good: from the relations, their boxes, the write-ahead log and the file's free space."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from diban.base.embedded.writing import AMONG, empty_log, listed, opened, remove_rows, written


def erase(path: Path, fids: Sequence[int]) -> None:
    """Remove every row, live and past, of these features so that no byte of them is left in the files."""
    with opened(path) as connection:
        with written(connection):
            for relation in ("live", "past"):
                found = connection.execute(f"SELECT rid FROM {relation} WHERE fid {AMONG}", (listed(fids),))
                remove_rows(connection, relation, listed([rid for (rid,) in found]))
        empty_log(connection)
