"""GDAL, reduced to one driver, as a stream of Arrow batches in the shape that intake expects."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio

from diban.intake.formats import wkb
from diban.intake.formats.reader import GEOMETRY, ROW, SOURCE_ID, Remarks
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import Refusal

_GDAL_GEOMETRY = "wkb_geometry"
_EXACT = float(1 << 53)


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer as GDAL describes it, and its rows in intake's shape."""

    crs: str | None
    geometry_type: str | None
    id_name: str
    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]


def load() -> None:
    """Load what GDAL and Arrow load late, while there is still the right to."""
    pa.ipc.get_record_batch_size(pa.record_batch({"x": pa.array([1])}))
    np.flatnonzero(pc.replace_with_mask(pa.array([1]), pa.array([True]), pa.array([2])))


def data_folders() -> list[Path]:
    """Where this GDAL keeps its own definitions and those of PROJ."""
    package = Path(pyogrio.__file__).parent
    return [folder for folder in (package / "gdal_data", package / "proj_data") if folder.is_dir()]


def only(driver: str) -> None:
    """Take every other driver out of this process: an allow-list, whatever this GDAL came with."""
    library = ctypes.CDLL(pyogrio._ogr.__file__)
    library.GDALGetDriver.restype = ctypes.c_void_p
    library.GDALGetDriverShortName.restype = ctypes.c_char_p
    for index in reversed(range(library.GDALGetDriverCount())):
        handle = ctypes.c_void_p(library.GDALGetDriver(index))
        if library.GDALGetDriverShortName(handle) != driver.encode():
            library.GDALDeregisterDriver(handle)
    if library.GDALGetDriverCount() != 1:
        raise Refusal("unsafe", detail=f"GDAL without its {driver} driver, or with more than that")


@contextmanager
def layer(
    path: Path, name: str | None, limits: Limits, remarks: Remarks, rows: int | None, **options: str
) -> Iterator[Layer]:
    """Open one layer. ``rows`` is the expected count, from which the batch size follows."""
    asked = limits.rows_per_batch(path.stat().st_size, rows)
    stream = pyogrio.open_arrow(
        path, layer=name, use_pyarrow=True, return_fids=True, batch_size=asked, **options
    )
    with stream as (meta, reader):
        if len(reader.schema) > limits.columns:
            raise Refusal("columns-too-many", count=len(reader.schema))
        geometry = meta["geometry_name"] or _GDAL_GEOMETRY
        shaping = _Shaping(reader.schema, meta["fid_column"], geometry, limits, remarks)
        yield Layer(
            crs=meta["crs"],
            geometry_type=meta["geometry_type"],
            id_name=meta["fid_column"],
            schema=shaping.schema,
            batches=shaping.shaped(reader),
        )


class _Shaping:
    """From GDAL's columns to intake's: names, plain types, checked geometry, row numbers."""

    def __init__(self, given: pa.Schema, fid: str, geometry: str, limits: Limits, remarks: Remarks) -> None:
        self._limits, self._remarks = limits, remarks
        self._done = 0
        self._has_geometry = geometry in given.names
        taken = set(given.names) | {GEOMETRY}
        self._names = []
        for name in given.names:
            if name == fid:
                self._names.append(SOURCE_ID)
            elif name == geometry:
                self._names.append(GEOMETRY)
            elif name == GEOMETRY or name.startswith("_"):
                self._names.append(self._renamed(name, taken))
            else:
                self._names.append(name)
        fields = [pa.field(name, _plain(field.type)) for name, field in zip(self._names, given, strict=True)]
        self.schema = pa.schema([*fields, pa.field(ROW, pa.int64())])

    def _renamed(self, name: str, taken: set[str]) -> str:
        number, stem = 1, name.strip("_") or "field"
        while (new := f"{stem}_{number}") in taken:
            number += 1
        taken.add(new)
        self._remarks.add("column-renamed", f"{name} → {new}")
        return new

    def shaped(self, reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        for batch in reader:
            columns = []
            for field, column in zip(self.schema, batch.columns, strict=False):
                plain = _plain_column(column, field.type)
                if field.name == GEOMETRY and self._has_geometry:
                    plain = self._geometry(plain)
                elif pa.types.is_floating(field.type):
                    self._numbers(field.name, plain)
                columns.append(plain)
            columns.append(pa.array(np.arange(1, batch.num_rows + 1) + self._done, pa.int64()))
            self._done += batch.num_rows
            yield pa.RecordBatch.from_arrays(columns, schema=self.schema)

    def _geometry(self, column: pa.BinaryArray) -> pa.BinaryArray:
        strange = wkb.strange(column)
        if len(strange):
            column, failures = wkb.normalised(column, strange)
            for row, code in failures:
                self._remarks.add(code, row=self._done + row + 1)
        longest = wkb.most_vertices(column)
        if longest is not None and longest[1] > self._limits.vertices:
            raise Refusal("geometry-too-large", row=self._done + longest[0] + 1)
        return column

    def _numbers(self, name: str, column: pa.Array) -> None:
        # A double this large may stand for a longer integer, whose last digits are gone.
        large = pc.and_(pc.is_finite(column), pc.greater_equal(pc.abs(column), _EXACT))
        first = pc.index(large, True).as_py()
        if first >= 0:
            self._remarks.add("number-inexact", name, row=self._done + first + 1)


def _plain(kind: pa.DataType) -> pa.DataType:
    if isinstance(kind, pa.BaseExtensionType):
        return _plain(kind.storage_type)
    if pa.types.is_dictionary(kind):
        return _plain(kind.index_type)
    return kind


def _plain_column(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    # GDAL writes a coded value as its index; the text beside it is a title, not the value.
    if isinstance(column, pa.DictionaryArray):
        column = column.indices
    return column if column.type == kind else column.cast(kind)


def complete(batches: Iterator[pa.RecordBatch], expected: int | None) -> Iterator[pa.RecordBatch]:
    """The same batches; `Refusal` at the end when they held fewer rows than the file says.

    GDAL ends quietly where an SQLite page is damaged, and passes over what is not a feature.
    """
    found = 0
    for batch in batches:
        found += batch.num_rows
        yield batch
    if expected is not None and found != expected:
        raise Refusal("read-incomplete", expected=expected, found=found)
