"""The faulty rows of a delivered file, as its sender wrote them, with rule, words and remedy beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from diban.intake.formats.reader import ROW
from diban.intake.marked import geojson, geopackage, text
from diban.intake.sandbox.reading import Reading, SourceLayer

MARKS = ("_rule", "_message_zh", "_message_en", "_remedy")
"""The columns that are added to each row; several faults of a row stand in one, parted by ``；``."""

_Write = Callable[[Iterator[pa.RecordBatch], pa.Schema, SourceLayer, Path], None]
_WRITERS: dict[str, tuple[str, _Write]] = {
    "GeoJSON": (geojson.SUFFIX, geojson.write),
    "GeoPackage": (geopackage.SUFFIX, geopackage.write),
    "CSV": (text.SUFFIX, text.write),
    "XLSX": (text.SUFFIX, text.write),
}


def write_marked(opened: Reading, marks: pa.Table, stem: Path) -> Path:
    """Write the rows that ``marks`` names, in the format of the file; the path, with its ending.

    ``marks`` has ``_row`` (1-based, ascending) and the columns of `MARKS`. A format that is only
    read comes back as GeoPackage. The reading is used up.
    """
    suffix, write = _WRITERS.get(opened.source.format, _WRITERS["GeoPackage"])
    target = stem.with_suffix(suffix)
    aside = stem.with_suffix(f".part{suffix}")
    aside.unlink(missing_ok=True)
    own = [field for field in opened.schema if not field.name.startswith("_")]
    schema = pa.schema([*own, *(pa.field(name, pa.string()) for name in MARKS)])
    try:
        write(_marked(opened, marks, schema), schema, opened.source, aside)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return target


def _marked(opened: Reading, marks: pa.Table, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    wanted = marks.column(ROW).to_numpy()
    for batch in opened.batches():
        rows = batch.column(ROW).to_numpy(zero_copy_only=False)
        low, high = np.searchsorted(wanted, (rows[0], rows[-1] + 1)) if len(rows) else (0, 0)
        if high > low:
            chosen = batch.take(pa.array(np.searchsorted(rows, wanted[low:high])))
            said = marks.slice(low, high - low).combine_chunks()
            columns = [chosen.column(name) for name in schema.names if name not in MARKS]
            columns += [said.column(name).combine_chunks() for name in MARKS]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)
