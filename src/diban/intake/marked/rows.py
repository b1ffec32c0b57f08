"""The faulty rows of a delivered file, as its sender wrote them, with rule, words and remedy beside them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from diban.intake.formats.marks import MARKS
from diban.intake.formats.reader import ROW
from diban.intake.marked import csv, geojson, geopackage, xlsx
from diban.intake.sandbox.reading import Reading, SourceLayer

_Write = Callable[[Iterator[pa.RecordBatch], pa.Schema, SourceLayer, Path], None]
_WRITERS: dict[str, tuple[str, _Write]] = {
    "GeoJSON": (geojson.SUFFIX, geojson.write),
    "GeoPackage": (geopackage.SUFFIX, geopackage.write),
    "CSV": (csv.SUFFIX, csv.write),
    "XLSX": (xlsx.SUFFIX, xlsx.write),
}


@dataclass(frozen=True, slots=True)
class Bound:
    """How much is written at most: rows, bytes (as Arrow holds them), seconds; None as far as it goes."""

    rows: int | None = None
    bytes: int | None = None
    seconds: float | None = None


UNBOUNDED = Bound()


@dataclass(frozen=True, slots=True)
class Marked:
    """What was written where: ``rows`` rows, ``whole`` when these are all that were to be marked."""

    path: Path
    rows: int
    whole: bool


def write_marked(opened: Reading, marks: pa.Table, stem: Path, bound: Bound = UNBOUNDED) -> Marked:
    """Write the rows that ``marks`` names, in the format of the file, beginning with the first.

    ``marks`` has ``_row`` (1-based, ascending) and the columns of `MARKS`. A format that is only
    read comes back as GeoPackage. The reading is used up.
    """
    plain, _, _ = opened.source.format.partition(" (")  # what came in an archive
    suffix, write = _WRITERS.get(plain, _WRITERS["GeoPackage"])
    target = stem.with_suffix(suffix)
    aside = stem.with_suffix(f".part{suffix}")
    aside.unlink(missing_ok=True)
    own = [field for field in opened.schema if not field.name.startswith("_")]
    schema = pa.schema([*own, *(pa.field(name, pa.string()) for name in MARKS)])
    marking = _Marking(opened, marks, schema, bound)
    try:
        write(marking.batches(), schema, opened.source, aside)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return Marked(target, marking.rows, marking.whole)


class _Marking:
    """The wanted rows of a reading with their marks, within a bound."""

    def __init__(self, opened: Reading, marks: pa.Table, schema: pa.Schema, bound: Bound) -> None:
        self.rows, self.whole = 0, False
        self._opened, self._marks, self._schema = opened, marks, schema
        self._most, self._bytes = bound.rows, bound.bytes
        self._until = None if bound.seconds is None else time.monotonic() + bound.seconds

    def batches(self) -> Iterator[pa.RecordBatch]:
        wanted = self._marks.column(ROW).to_numpy()[: self._most]
        held = 0
        for batch in self._opened.batches():
            rows = batch.column(ROW).to_numpy(zero_copy_only=False)
            low, high = np.searchsorted(wanted, (rows[0], rows[-1] + 1)) if len(rows) else (0, 0)
            if high > low:
                made = self._marked(batch, np.searchsorted(rows, wanted[low:high]), low)
                held += made.nbytes
                if self.rows and self._bytes is not None and held > self._bytes:
                    return
                yield made
                self.rows += int(high - low)
                if high == len(wanted):
                    break
            if self._until is not None and time.monotonic() > self._until:
                return
        self.whole = len(wanted) == self._marks.num_rows

    def _marked(self, batch: pa.RecordBatch, places: npt.NDArray[np.int64], low: int) -> pa.RecordBatch:
        chosen = batch.take(pa.array(places))
        said = self._marks.slice(low, len(places)).combine_chunks()
        columns = [chosen.column(name) for name in self._schema.names if name not in MARKS]
        columns += [said.column(name).combine_chunks() for name in MARKS]
        return pa.RecordBatch.from_arrays(columns, schema=self._schema)
