"""Marked rows as CSV, for tables of every kind: all that spreadsheets open."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from diban.ground import GEOMETRY
from diban.intake.sandbox.reading import SourceLayer

SUFFIX = ".csv"


def write(batches: Iterator[pa.RecordBatch], schema: pa.Schema, _source: SourceLayer, path: Path) -> None:
    """The file's own columns as text, UTF-8 with a byte order mark, as spreadsheets want it."""
    names = [name for name in schema.names if name != GEOMETRY]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictWriter(stream, names)
        rows.writeheader()
        for batch in batches:
            rows.writerows(batch.select(names).to_pylist())
