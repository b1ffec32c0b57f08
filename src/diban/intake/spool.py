"""Features of a delivery as the platform reads them: typed, in the stored CRS, hashed, on disk once.

The spool is an Arrow file in the delivery's work folder. It can be read again and again by the
checks, the comparison and the landing, and is made anew from the original whenever it is gone.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from diban.ground import (
    GEOMETRY,
    HASH,
    ROW,
    STORED,
    Crs,
    FeatureSet,
    Field,
    GeometryKind,
    Kind,
    Schema,
    Text,
    Unavailable,
    ahead,
    row_hashes,
)
from diban.intake.convert import UNREAD, UNREAD_TYPE, convert, unread_column
from diban.intake.local_times import LocalTimes
from diban.intake.mapping import Mapping as Template
from diban.intake.reproject import to_stored
from diban.store import keep_file, translating_disk


@dataclass(frozen=True, slots=True)
class Columns:
    """How the source's columns meet the declared fields: source name per field, and what is left over.

    ``constants`` are values for all rows, ``codes`` per field what source values become, ``sought`` the
    names, without regard to case, under which no column was found.
    """

    source: dict[str, str]
    absent: tuple[str, ...]
    undeclared: tuple[str, ...]
    constants: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sought: frozenset[str] = field(default=frozenset(), compare=False)


def match_columns(
    names: list[str],
    id_name: str | None,
    schema: Schema,
    said: Template | None = None,
    places: Collection[str] = (),
) -> Columns:
    """Match as ``said``, else by exact name, else by name without regard to case; one field per column.

    A column that is said to serve a field serves no other by its name; where it is not in the file, the
    field is absent. ``id_name`` is the file's own name for its row numbers, which travel as ``_source_id``;
    ``places`` are the columns in which coordinates stand, which need not be declared.
    """
    said = said or Template()
    own = [name for name in names if not name.startswith("_") and name != GEOMETRY]
    found = {name: column for name, column in said.columns.items() if column in own}
    spoken = {*said.columns, *said.constants}
    open_fields = [name for name in schema.names() if name not in spoken]
    left = [name for name in own if name not in found.values()]
    found |= {name: name for name in open_fields if name in left}
    free = {name.casefold(): name for name in reversed(left) if name not in found}
    if id_name is not None:
        free.setdefault(id_name.casefold(), "_source_id")
    for name in open_fields:
        if name not in found and (column := free.pop(name.casefold(), None)) is not None:
            found[name] = column
    absent = tuple(name for name in schema.names() if name not in found and name not in said.constants)
    taken = {*found.values(), *places, said.x, said.y, said.shape}
    undeclared = tuple(name for name in own if name not in taken)
    sought = frozenset(said.columns.get(name, name).casefold() for name in absent)
    return Columns(found, absent, undeclared, said.constants, said.codes, sought)


def spool(
    batches: Iterator[pa.RecordBatch],
    columns: Columns,
    schema: Schema,
    crs: Crs,
    times: LocalTimes,
    target: Path,
) -> FeatureSet:
    """The source's features as the platform reads them: the first pass writes ``target``, later ones read it.

    So whoever reads them first works while the source is still being read. A pass that breaks off
    leaves no file, and cannot be repeated: `Unavailable`, as when the file was removed meanwhile.
    """
    target.unlink(missing_ok=True)
    begun = threading.Event()

    def read() -> Iterator[pa.RecordBatch]:
        if target.is_file():
            return _read_again(target)
        if begun.is_set():
            raise Unavailable(
                Text(zh="交付的工作文件已被移除", en="the work file of the delivery was removed"),
                field=target.parent.name,
                remedy=Text(zh="重试即从原件重新读取", en="repeat: it is read from the original again"),
            )
        begun.set()
        made = (normalise(batch, columns, schema, crs, times) for batch in ahead(batches))
        return _written(made, schema, target)

    return FeatureSet(schema, STORED, read)


def open_spool(path: Path, schema: Schema) -> FeatureSet:
    """The features of a spool that was written before."""
    with pa.OSFile(str(path), "rb") as source, pa.ipc.open_file(source) as reader:
        rows = reader.count_rows()
    return FeatureSet(schema, STORED, lambda: _read_again(path), rows)


def _read_again(path: Path) -> Iterator[pa.RecordBatch]:
    # Read, not mapped: mapped pages would count as memory of the process.
    with pa.OSFile(str(path), "rb") as stream, pa.ipc.open_file(stream) as reader:
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number)


def _written(batches: Iterator[pa.RecordBatch], schema: Schema, target: Path) -> Iterator[pa.RecordBatch]:
    """The same batches, each written before it is handed on; the file is in place behind the last."""
    aside = target.with_suffix(f".{os.getpid()}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with translating_disk():
            with pa.OSFile(str(aside), "wb") as sink, pa.ipc.new_file(sink, _spooled(schema)) as writer:
                for batch in batches:
                    writer.write_batch(batch)
                    yield batch
            keep_file(aside, target)
    finally:
        aside.unlink(missing_ok=True)


def normalise(
    batch: pa.RecordBatch, columns: Columns, schema: Schema, crs: Crs, times: LocalTimes
) -> pa.RecordBatch:
    """One source batch with declared types, geometry in the stored CRS, row numbers and row hashes."""
    made: dict[str, pa.Array] = {}
    failures: list[tuple[str, pa.Array, pa.Array]] = []
    for declared in schema.fields:
        name, (given, undone) = declared.name, _given(batch, columns, declared.name, times)
        if given is None:
            made[name] = pa.nulls(batch.num_rows, declared.arrow_type())
            continue
        if undone is not None:
            failures.append((name, batch.column(columns.source[name]), undone))
        made[name], failed = convert(given, declared, times)
        if failed is not None:
            failures.append((name, given, failed))
    if schema.geometry is not GeometryKind.NONE:
        shapes = (
            batch.column(GEOMETRY)
            if GEOMETRY in batch.schema.names
            else pa.nulls(batch.num_rows, pa.binary())
        )
        made[GEOMETRY] = to_stored(shapes.cast(pa.binary()), crs)
    logical = (
        pa.RecordBatch.from_pydict(made) if made else pa.RecordBatch.from_pydict({ROW: batch.column(ROW)})
    )
    made[ROW] = batch.column(ROW)
    made[HASH] = row_hashes(logical, schema)
    made[UNREAD] = unread_column(batch.num_rows, failures)
    return pa.RecordBatch.from_pydict(made, schema=_spooled(schema))


def _given(
    batch: pa.RecordBatch, columns: Columns, name: str, times: LocalTimes
) -> tuple[pa.Array | None, pa.Array | None]:
    """What a field's values are made of: its column with values exchanged, or its one value.

    And which values could not be exchanged, because they cannot be read as a code.
    """
    if name in columns.constants:
        return pa.repeat(columns.constants[name], batch.num_rows), None
    if name not in columns.source:
        return None, None
    column, codes = batch.column(columns.source[name]), columns.codes.get(name)
    if not codes:
        return column, None
    texts, undone = convert(column, Field(name, Kind.TEXT, Text(name, name)), times)
    place = pc.index_in(texts, pa.array(list(codes), pa.string()))
    return pc.coalesce(pa.array(list(codes.values()), pa.string()).take(place), texts), undone


def _spooled(schema: Schema) -> pa.Schema:
    system = [pa.field(ROW, pa.int64()), pa.field(HASH, pa.binary(32))]
    return pa.schema([*schema.arrow(), *system, pa.field(UNREAD, UNREAD_TYPE)])
