"""The columns of a delivered file with some of their values, for whoever maps them to fields."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc

from diban.app.journeys.faulty import PREFIX
from diban.app.journeys.original import mapping_of, open_original
from diban.app.wiring import Platform
from diban.ground import GEOMETRY
from diban.intake import Delivery
from diban.quality import sort_of
from diban.share import Column, FileColumns
from diban.store import translating_disk

MOST_VALUES = 100
"""Different values of a column that are told, the most frequent first."""
_LONGEST = 100
MOST_DIFFERENT = 10_000


def columns_of(platform: Platform, delivery: Delivery, header: bool | None = None) -> FileColumns:
    """What the file has, whatever the mapping made of it; `Invalid` when it cannot be read.

    ``header`` tells whether the first row of a table names its columns; None: as the delivery was read.
    Who may know the values is for the caller to ask.
    """
    with translating_disk():
        platform.work.mkdir(parents=True, exist_ok=True)
        folder = TemporaryDirectory(prefix=PREFIX, dir=platform.work, ignore_cleanup_errors=True)
    # Columns of coordinates that the mapping names and the file has not would be all that is told.
    mapping = replace(mapping_of(platform, delivery), x=None, y=None, shape=None)
    with folder, open_original(platform, delivery, mapping, header=header, work=Path(folder.name)) as opened:
        sorts = {name: sort_of(opened.schema.field(name).type) for name in opened.columns}
        # The first piece, some ten thousand rows, is enough to see what a column holds.
        table = pa.Table.from_batches(islice(opened.batches(), 1), opened.schema)
        columns = tuple(
            Column(name, sorts[name], tuple(_values(table.column(name)))) for name in opened.columns
        )
        source = opened.source
    return FileColumns(source.format, source.name, GEOMETRY in opened.schema.names, source.places, columns)


def _values(column: pa.ChunkedArray) -> list[str]:
    """Its different values as text, the most frequent first, then by the alphabet."""
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        return []
    values, counts = pc.value_counts(column.drop_null()).flatten()
    if len(values) > MOST_DIFFERENT:  # nobody's code list
        return [_written(value) for value in values[:MOST_VALUES].to_pylist()]
    told = [
        (-count, _written(value)) for value, count in zip(values.to_pylist(), counts.to_pylist(), strict=True)
    ]
    return [text for _, text in sorted(told)[:MOST_VALUES]]


def _written(value: object) -> str:
    return str(value)[:_LONGEST]
