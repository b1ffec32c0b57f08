"""Rows on disk between drawing the city and writing it: a file for each layer, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc as ipc


class Spool:
    """Takes tables under a name and gives them back in order, one at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writers: dict[str, ipc.RecordBatchFileWriter] = {}

    def put(self, tables: dict[str, pa.Table]) -> None:
        """Append rows."""
        for name, table in tables.items():
            if name not in self._writers:
                self._writers[name] = ipc.new_file(self._folder / name, table.schema)
            self._writers[name].write_table(table.combine_chunks())

    def close(self) -> None:
        """Nothing more comes."""
        for writer in self._writers.values():
            writer.close()

    def rows(self, name: str) -> Iterator[pa.Table]:
        """The tables of a name; closed before."""
        with pa.memory_map(str(self._folder / name)) as source, ipc.open_file(source) as file:
            for number in range(file.num_record_batches):
                yield pa.Table.from_batches([file.get_batch(number)])
