"""Shapefile (Esri, July 1998): a set of files, which arrive together in one archive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from diban.intake.formats import dbf, shp
from diban.intake.formats.reader import GEOMETRY, ROW, SOURCE_ID, Reader, Remarks, Source, Wanted
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import Refusal

NAME = "Shapefile"
SHAPES, TABLE, INDEX, CRS, ENCODING = ".shp", ".dbf", ".shx", ".prj", ".cpg"
PARTS = (SHAPES, TABLE, INDEX, CRS, ENCODING)
BESIDE = (
    ".sbn", ".sbx", ".fbn", ".fbx", ".ain", ".aih", ".atx", ".ixs", ".mxs", ".qix", ".idx", ".xml", ".qpj",
    ".qml", ".qmd", ".sld", ".cst", ".lock",
)  # fmt: skip
"""Parts that say nothing about the data: indexes, styles, notes of programs."""

_BATCH_BYTES = 16 << 20

_Rows = npt.NDArray[np.int64]


def recognises(head: bytes) -> bool:
    """A .shp without its companions."""
    return head.startswith(shp.SIGNATURE)


@contextmanager
def open_alone(path: Path, wanted: Wanted, limits: Limits, remarks: Remarks) -> Iterator[Source]:
    """A .shp alone has geometries without attributes: `Refusal`."""
    raise Refusal("shapefile-incomplete", missing=f"{TABLE}, {INDEX}, {CRS}")
    yield


def open_set(
    name: str,
    files: Mapping[str, Path],
    words: Mapping[str, str],
    wanted: Wanted,
    limits: Limits,
    remarks: Remarks,
) -> Source:
    """A set of unpacked ``files``; ``words`` are the contents of the small ones, by ending.

    Records deleted in the .dbf are passed over and remarked. Without a .shx the records are found one
    after another; without a .prj there is no CRS; without a .shp it is a table.
    """
    if TABLE not in files:
        raise Refusal("shapefile-incomplete", missing=TABLE)
    table = dbf.Table(files[TABLE], wanted.encoding, words.get(ENCODING), limits, remarks)
    shapes = None
    if SHAPES in files:
        if INDEX not in files:
            remarks.add("shapefile-index-absent")
        shapes = shp.Shapes(files[SHAPES], files.get(INDEX), remarks)
        if shapes.rows != table.rows:
            raise Refusal("shapefile-uneven", shapes=shapes.rows, rows=table.rows)
    if len(table.deleted):
        remarks.add("rows-deleted", count=len(table.deleted))
    spatial = shapes is not None and shapes.geometry_type is not None
    crs = words.get(CRS, "").strip() or None
    return Source(
        format=NAME,
        layer=name,
        rows=table.rows - len(table.deleted),
        crs=crs if spatial else None,
        crs_declared=spatial and crs is not None,
        geometry_type=shapes.geometry_type if shapes is not None else None,
        id_name=None,
        schema=_schema(table, spatial),
        batches=_batches(table, shapes if spatial else None, limits),
    )


def _schema(table: dbf.Table, spatial: bool) -> pa.Schema:
    geometry = [pa.field(GEOMETRY, pa.binary())] if spatial else []
    own = [pa.field(SOURCE_ID, pa.int64()), *table.schema, *geometry]
    return pa.schema([*own, pa.field(ROW, pa.int64())])


def _batches(table: dbf.Table, shapes: shp.Shapes | None, limits: Limits) -> Iterator[pa.RecordBatch]:
    schema, done = _schema(table, shapes is not None), 0
    if shapes is not None:
        groups = shapes.batches_of(limits.batch_rows, _BATCH_BYTES)
    else:
        firsts = range(0, table.rows, limits.batch_rows)
        groups = (np.arange(first, min(first + limits.batch_rows, table.rows)) for first in firsts)
    for group in groups:
        rows = _without(group, table.deleted)
        if not len(rows):
            continue
        columns = [pa.array(rows), *table.columns(rows, done + 1)]
        if shapes is not None:
            columns.append(shapes.geometries(rows, done + 1))
        columns.append(pa.array(np.arange(done + 1, done + 1 + len(rows))))
        done += len(rows)
        table.let_go()
        if shapes is not None:
            shapes.let_go()
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _without(rows: _Rows, deleted: _Rows) -> _Rows:
    """The rows, which follow one another, without those deleted, both in ascending order."""
    among = deleted[slice(*np.searchsorted(deleted, (rows[0], rows[-1] + 1)))]
    return np.setdiff1d(rows, among, assume_unique=True) if len(among) else rows


SHAPEFILE = Reader(NAME, recognises, open_alone)
