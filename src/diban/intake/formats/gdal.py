"""GDAL, reduced to one driver, as a stream of Arrow batches in the shape that intake expects."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio

from diban.intake.formats.names import free_names
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


def library_folders() -> list[Path]:
    """What the libraries read while they work: modules loaded late, definitions of CRS."""
    return [Path(str(module.__file__)).parent for module in (pyogrio, pa, np)]


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
        shaping = _Shaping(reader.schema, geometry, remarks)
        yield Layer(
            crs=meta["crs"],
            geometry_type=meta["geometry_type"],
            id_name=meta["fid_column"],
            schema=shaping.schema,
            batches=shaping.shaped(reader),
        )


class _Shaping:
    """From GDAL's columns (its row number, the attributes, perhaps a geometry) to intake's."""

    def __init__(self, given: pa.Schema, geometry: str, remarks: Remarks) -> None:
        self._remarks = remarks
        self._done = 0
        has_geometry = given.names[-1] == geometry and pa.types.is_binary(given.types[-1])
        attributes = given.names[1:-1] if has_geometry else given.names[1:]
        names = [SOURCE_ID, *free_names(attributes, remarks), *[GEOMETRY][:has_geometry]]
        fields = [pa.field(name, _plain(kind)) for name, kind in zip(names, given.types, strict=True)]
        self.schema = pa.schema([*fields, pa.field(ROW, pa.int64())])

    def shaped(self, reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        for batch in reader:
            columns = []
            for field, column in zip(self.schema, batch.columns, strict=False):
                columns.append(_plain_column(column, field.type))
                if pa.types.is_floating(field.type):
                    self._numbers(field.name, columns[-1])
            columns.append(_counted(self._done + 1, batch.num_rows))
            self._done += batch.num_rows
            yield pa.RecordBatch.from_arrays(columns, schema=self.schema)

    def _numbers(self, name: str, column: pa.Array) -> None:
        # A double this large may stand for a longer integer, whose last digits are gone.
        size = np.abs(column.to_numpy(zero_copy_only=False))
        large = np.flatnonzero((size >= _EXACT) & np.isfinite(size))
        if len(large):
            self._remarks.add("number-inexact", row=self._done + int(large[0]) + 1, column=name)


def _counted(first: int, rows: int) -> pa.Array:
    numbers = np.arange(first, first + rows, dtype=np.int64)
    return pa.Array.from_buffers(pa.int64(), rows, [None, pa.py_buffer(numbers)])


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
