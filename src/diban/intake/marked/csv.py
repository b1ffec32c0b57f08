"""Marked rows as CSV, which a spreadsheet opens without running any of it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from diban.ground import GEOMETRY
from diban.intake.formats.guard import guard
from diban.intake.sandbox.reading import SourceLayer

SUFFIX = ".csv"


def write(batches: Iterator[pa.RecordBatch], schema: pa.Schema, _source: SourceLayer, path: Path) -> None:
    """The file's own columns as text, guarded, in UTF-8 with a byte order mark, as spreadsheets want it."""
    names = [name for name in schema.names if name != GEOMETRY]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(guard(pa.array(names)).to_pylist())
        for batch in batches:
            columns = [guard(batch.column(name)).to_pylist() for name in names]
            rows.writerows(zip(*columns, strict=True))
