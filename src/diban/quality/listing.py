"""Every faulty row of a check, on disk: what a finding, which names the first rows only, leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from diban.quality.look import Hits

_SCHEMA = pa.schema(
    [
        pa.field("row", pa.int64()),
        pa.field("other", pa.int64()),
        pa.field("code", pa.string()),
        pa.field("field", pa.string()),
        pa.field("repairable", pa.bool_()),
    ]
)


class Listing:
    """An Arrow file being written: one line per row and flaw, in the order in which they are found.

    ``row`` is the 1-based number in the source, ``other`` the row that it contradicts; the rest
    names the flaw. A context manager; the file is whole when it ends. Some 20 bytes a line.
    """

    def __init__(self, path: Path) -> None:
        self.rows = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        self._sink = pa.OSFile(str(path), "wb")
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        self._writer = pa.ipc.new_file(self._sink, _SCHEMA, options=options)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._sink:
            self._writer.close()

    def add(self, hits: Hits) -> None:
        """Write the rows of these hits."""
        flaw, count = hits.flaw, len(hits.rows)
        others = pa.nulls(count, pa.int64()) if hits.others is None else pa.array(hits.others, pa.int64())
        named = [
            pa.repeat(pa.scalar(flaw.code, pa.string()), count),
            pa.repeat(pa.scalar(flaw.field, pa.string()), count),
            pa.repeat(pa.scalar(flaw.repairable), count),
        ]
        columns = [pa.array(hits.numbers, pa.int64()), others, *named]
        self._writer.write_batch(pa.record_batch(columns, schema=_SCHEMA))
        self.rows += count


def read_listing(path: Path) -> Iterator[pa.RecordBatch]:
    """The lines of a listing, batch by batch: ``row, other, code, field, repairable``."""
    with pa.OSFile(str(path), "rb") as source, pa.ipc.open_file(source) as reader:
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number)
