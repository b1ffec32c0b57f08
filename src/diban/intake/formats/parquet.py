"""Parquet, and GeoParquet 1.0 and 1.1 (OGC 24-013), read row group by row group."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from diban.intake.formats import native
from diban.intake.formats.names import free_names
from diban.intake.formats.places import locate
from diban.intake.formats.reader import GEOMETRY, ROW, Reader, Remarks, Source, Wanted
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import Refusal

DEFAULT_CRS = "OGC:CRS84"
_SIGNATURE = b"PAR1"


def recognises(head: bytes) -> bool:
    """Parquet's signature; whether places are described shows when it is opened."""
    return head.startswith(_SIGNATURE)


@contextmanager
def open_parquet(path: Path, wanted: Wanted, limits: Limits, remarks: Remarks) -> Iterator[Source]:
    """The rows of the file; without GeoParquet's description it is a table, with places in its columns."""
    with pq.ParquetFile(path) as file:
        geo = _described(file.schema_arrow.metadata or {})
        table = _Table(file, geo, limits, remarks)
        found = locate(table.schema, table.batches(), wanted, remarks) if geo is None else None
        crs, declared = (found.crs, found.crs is not None) if found is not None else _crs(geo or {})
        yield Source(
            format="Parquet" if geo is None else "GeoParquet",
            layer=wanted.layer or path.stem,  # the one table that anybody can mean
            rows=file.metadata.num_rows,
            crs=crs,
            crs_declared=declared,
            geometry_type=found.geometry_type if found is not None else _kind(geo or {}),
            id_name=None,
            schema=table.schema if found is None else found.schema,
            batches=table.batches() if found is None else found.batches,
            places=() if found is None else found.places,
        )


class _Table:
    """The file's columns in plain types, its geometry as WKB."""

    def __init__(
        self, file: pq.ParquetFile, geo: dict[str, Any] | None, limits: Limits, remarks: Remarks
    ) -> None:
        self._file, self._geo = file, geo
        given = file.schema_arrow
        if len(given) > limits.columns:
            raise Refusal("columns-too-many", count=len(given))
        primary = None if geo is None else geo["name"]
        self._names = [field.name for field in given if field.name != primary and not _nested(field.type)]
        for field in given:
            if field.name != primary and field.name not in self._names and field.name != "bbox":
                remarks.add("column-unsupported", f"{field.name} ({field.type})"[:200], column=field.name)
        fields = [
            pa.field(free, _plain(given.field(name).type))
            for free, name in zip(free_names(self._names, remarks), self._names, strict=True)
        ]
        geometry = [] if geo is None else [pa.field(GEOMETRY, pa.binary())]
        self.schema = pa.schema([*fields, *geometry, pa.field(ROW, pa.int64())])
        groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
        size = sum(group.total_byte_size for group in groups)
        self._rows = limits.rows_per_batch(size, file.metadata.num_rows)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, numbered."""
        columns = [*self._names, *([] if self._geo is None else [self._geo["name"]])]
        done = 0
        # One group of rows at a time: over all of them Arrow keeps what it has read of each.
        groups = range(self._file.num_row_groups)
        parts = (
            batch
            for group in groups
            for batch in self._file.iter_batches(self._rows, [group], columns=columns, use_threads=False)
        )
        for batch in parts:
            arrays = [
                _plain_column(batch.column(name), field.type)
                for name, field in zip(self._names, self.schema, strict=False)
            ]
            if self._geo is not None:
                arrays.append(_geometry(batch.column(self._geo["name"]), str(self._geo.get("encoding"))))
            arrays.append(pa.array(np.arange(done + 1, done + 1 + batch.num_rows)))
            done += batch.num_rows
            yield pa.RecordBatch.from_arrays(arrays, schema=self.schema)


def _described(metadata: dict[bytes, bytes]) -> dict[str, Any] | None:
    """What the file says of its primary geometry, its ``name`` added; None when it is a plain table."""
    if b"geo" not in metadata:
        return None
    said = json.loads(metadata[b"geo"])
    name = str(said["primary_column"])
    return {**said["columns"][name], "name": name}


def _crs(geo: dict[str, Any]) -> tuple[str | None, bool]:
    """The CRS and whether the file states it; absent it is the format's own default, null is unknown."""
    if "crs" not in geo:
        return DEFAULT_CRS, False
    said = geo["crs"]
    if not isinstance(said, dict):
        return None, False
    known = said.get("id") or {}
    if "authority" in known and "code" in known:
        return f"{known['authority']}:{known['code']}", True
    return json.dumps(said, ensure_ascii=False), True


def _kind(geo: dict[str, Any]) -> str:
    kinds = geo.get("geometry_types") or []
    return str(kinds[0]) if len(kinds) == 1 else "Unknown"


def _geometry(column: pa.Array, encoding: str) -> pa.Array:
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if encoding == "WKB":
        return column.cast(pa.binary())
    if encoding not in native.DEPTHS:
        raise Refusal("read-damaged", detail=f"geometry encoding {encoding}")
    return native.to_wkb(column, encoding)


def _nested(kind: pa.DataType) -> bool:
    return bool(pa.types.is_nested(_plain(kind)))


def _plain(kind: pa.DataType) -> pa.DataType:
    if isinstance(kind, pa.BaseExtensionType):
        return _plain(kind.storage_type)
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind):
        return pa.binary()
    return kind


def _plain_column(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    return column if column.type == kind else column.cast(kind)


PARQUET = Reader("Parquet", recognises, open_parquet)
