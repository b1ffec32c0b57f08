"""Landing (入库): rows are written where nobody looks, then one short transaction makes them true.

`stage` writes under a sequence number that no reader knows, in bulk for a first load and in short
steps afterwards; it can be interrupted and called again. `flip` belongs into the act's `Unit`.
One landing at a time stages on a layer; a dead one is taken over or taken back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
import orjson
import pyarrow as pa
import sqlalchemy as sa

from diban.base import touched
from diban.base.boxes import extent_of, measured
from diban.base.columns import physical_name, to_physical, validity_micros
from diban.base.compare import CHANGED, NEW, load_plan
from diban.base.port import Rows, RowStore, Step
from diban.base.records import (
    LayerRecord,
    Row,
    Version,
    layer_record,
    present_rows,
    schema_of,
    version_at,
    version_by_key,
    version_of,
)
from diban.base.tables import layer, layer_version
from diban.base.touched import Touched
from diban.ground import (
    GEOMETRY,
    HASH,
    ChangeSet,
    Conflict,
    Extent,
    LayerId,
    Moment,
    Schema,
    Text,
    Unavailable,
    VersionId,
    micros,
    new_id,
    now,
    row_hashes,
)
from diban.store import Database, may_be_alive, reading, this_process, unit

LEASE_SECONDS = 60
STEP_ROWS = 2_000

Progress = Callable[[int], None]


@dataclass(slots=True)
class Staged:
    """Rows that are written and not yet true; `flip` makes them so."""

    layer: LayerId
    version: VersionId
    on: VersionId | None
    storage: str
    extent: Extent | None
    touched: Touched = field(default_factory=Touched)
    landed: Version | None = None


@dataclass(slots=True)
class _Writing:
    """What one staging writes: where, under which numbers, and the extent seen so far."""

    record: LayerRecord
    schema: Schema
    changes: ChangeSet
    version: VersionId
    seq: int
    first_fid: int
    progress: Progress
    extent: Extent | None = None
    touched: Touched = field(default_factory=Touched)
    said: float = field(default_factory=time.monotonic)


def stage(database: Database, rows: RowStore, changes: ChangeSet, key: str, progress: Progress) -> Staged:
    """Write the changes under a new sequence number of their layer; safe to call again with the same key.

    Raises `Conflict` when the layer's current version is not the one the changes were computed on,
    or when another landing is under way. ``progress`` is told the rows written so far.
    """
    begun = _begin(database, changes, key)
    while isinstance(begun, LayerRecord):
        _take_back(database, rows, begun)
        begun = _begin(database, changes, key)
    if isinstance(begun, Staged):
        return begun
    begun.progress = _keeping_lease(database, begun, progress)
    try:
        storage = _write(rows, begun)
    except BaseException:
        with suppress(Unavailable):  # without a database the lease ends by itself
            _release(database, begun)
        raise
    _release(database, begun)
    return Staged(changes.layer, begun.version, changes.on, storage, begun.extent, begun.touched)


def _write(rows: RowStore, writing: _Writing) -> str:
    record = writing.record
    if record.current_seq == 0:
        writing.touched.everything = True
        return rows.load(record.storage, record.number, writing.schema, writing.seq, _first_rows(writing))
    rows.apply(record.storage, writing.schema, writing.seq, _steps(rows, writing))
    return record.storage


def flip(connection: sa.Connection, staged: Staged) -> Version:
    """Make staged rows true, within the caller's transaction; `Conflict` when something landed meanwhile."""
    if staged.landed is not None:
        return staged.landed
    record = layer_record(connection, staged.layer, lock=True)
    # A lease that runs is that of another try, which may be writing the same rows anew.
    if record.current != staged.on or record.staging != staged.version or record.staging_until:
        raise _conflict(staged.layer)
    moment = micros(now())
    before = version_at(connection, staged.layer, Moment())
    extents = [extent for extent in (before.extent if before else None, staged.extent) if extent is not None]
    extent = extents[0].union(extents[-1]).as_list() if extents else None
    connection.execute(
        sa.update(layer_version)
        .where(layer_version.c.id == staged.version)
        .values(
            state="landed", landed_at=moment, extent=None if extent is None else orjson.dumps(extent).decode()
        )
    )
    row = connection.execute(sa.select(layer_version).where(layer_version.c.id == staged.version)).one()
    connection.execute(
        sa.update(layer)
        .where(layer.c.id == staged.layer)
        .values(
            current=staged.version,
            current_seq=row.seq,
            storage=staged.storage,
            staging=None,
            staging_owner=None,
        )
    )
    touched.note(connection, staged.layer, row.seq, staged.touched)
    return version_of(row)


def abandon(database: Database, rows: RowStore, layer_id: LayerId) -> None:
    """Take back what an unfinished landing left on a layer; harmless when there is none."""
    with unit(database) as act:
        record = layer_record(act.connection, layer_id, lock=True)
        if record.staging is None:
            return
        _require_free(record)
        _claim(act.connection, layer_id, record.staging)
    _take_back(database, rows, record)


def _begin(database: Database, changes: ChangeSet, key: str) -> Staged | LayerRecord | _Writing:
    """Claim the layer for this landing.

    Answers what to write; or `Staged` when the work was done before; or the layer's record when a
    dead landing, now claimed, must be taken back first.
    """
    with unit(database) as act:
        record = layer_record(act.connection, changes.layer, lock=True)
        known = version_by_key(act.connection, changes.layer, key)
        if known is not None and known._mapping["state"] == "landed":
            return _already(changes, version_of(known))
        if record.current != changes.on:
            raise _conflict(changes.layer)
        current = version_at(act.connection, changes.layer, Moment())
        if current is not None and changes.empty:
            return _already(changes, current)
        if current is not None and changes.before != present_rows(act.connection, current):
            raise _conflict(changes.layer)  # compared before features were erased
        if record.staging is not None:
            _require_free(record)
            if known is None or record.staging != known._mapping["id"]:
                _claim(act.connection, changes.layer, record.staging)
                return record
        schema = schema_of(act.connection, changes.layer, record.schema_number)
        if known is None or known._mapping["state"] != "staged":
            known = _new_version(act.connection, record, schema, changes, key)
        found = known._mapping
        version = VersionId(str(found["id"]))
        _claim(act.connection, changes.layer, version)
    return _Writing(record, schema, changes, version, found["seq"], found["first_fid"], lambda done: None)


def _already(changes: ChangeSet, version: Version) -> Staged:
    return Staged(changes.layer, version.id, changes.on, "", None, landed=version)


def _new_version(
    connection: sa.Connection, record: LayerRecord, schema: Schema, changes: ChangeSet, key: str
) -> Row:
    """Take the next sequence number and as many feature numbers as rows are new; neither is ever reused."""
    taken = connection.execute(
        sa.update(layer)
        .where(layer.c.id == record.id)
        .values(next_seq=layer.c.next_seq + 1, next_fid=layer.c.next_fid + changes.added)
        .returning(layer.c.next_seq, layer.c.next_fid)
    ).one()
    connection.execute(
        sa.delete(layer_version).where(layer_version.c.layer == record.id, layer_version.c.key == key)
    )
    return connection.execute(
        sa.insert(layer_version)
        .values(
            id=new_id("ver"),
            layer=record.id,
            seq=taken.next_seq - 1,
            parent=record.current,
            key=key,
            state="staged",
            mode=changes.mode.value,
            schema_number=schema.number,
            first_fid=taken.next_fid - changes.added,
            added=changes.added,
            changed=changes.changed,
            removed=changes.removed,
            rows=changes.before + changes.added - changes.removed,
            content=str(changes.content),
            started_at=micros(now()),
        )
        .returning(layer_version)
    ).one()


def _claim(connection: sa.Connection, layer_id: LayerId, version: VersionId) -> None:
    connection.execute(
        sa.update(layer)
        .where(layer.c.id == layer_id)
        .values(staging=version, staging_owner=this_process(), staging_until=_lease_end())
    )


def _release(database: Database, writing: _Writing) -> None:
    """Let the next try claim the layer at once, also when the act fails after the rows were written."""
    with unit(database) as act:
        act.connection.execute(
            sa.update(layer)
            .where(layer.c.id == writing.record.id, layer.c.staging == writing.version)
            .values(staging_until=0)
        )


def _take_back(database: Database, rows: RowStore, record: LayerRecord) -> None:
    """Undo a dead landing: its rows go, its sequence number stays unused."""
    dead = layer_version.c.id == record.staging
    with reading(database) as connection:
        seq = connection.execute(sa.select(layer_version.c.seq).where(dead)).scalar_one()
    rows.undo(record.storage, seq)
    with unit(database) as act:
        act.connection.execute(sa.update(layer_version).where(dead).values(state="abandoned"))
        act.connection.execute(
            sa.update(layer)
            .where(layer.c.id == record.id, layer.c.staging == record.staging)
            .values(staging=None, staging_owner=None)
        )


def require_unstaged(record: LayerRecord) -> None:
    """`Conflict` while anything is staged on the layer."""
    if record.staging is not None:
        raise Conflict(
            Text(zh="该图层正有另一次入库", en="another landing is under way on this layer"),
            field=record.id,
            limit=f"{LEASE_SECONDS} s",
            remedy=Text(zh="待其完成后重试", en="try again when it has ended"),
        )


def _require_free(record: LayerRecord) -> None:
    """`Conflict` while a living process stages on the layer; a dead one's place may be taken at once."""
    if record.staging_until > micros(now()) and may_be_alive(record.staging_owner or ""):
        require_unstaged(record)


def _lease_end() -> int:
    return micros(now()) + LEASE_SECONDS * 1_000_000


def _keeping_lease(database: Database, writing: _Writing, progress: Progress) -> Progress:
    """Progress that also renews the claim every few seconds, and stops when it was taken away."""

    def say(done: int) -> None:
        progress(done)
        if time.monotonic() - writing.said < LEASE_SECONDS / 6:
            return
        writing.said = time.monotonic()
        with unit(database) as act:
            kept = act.connection.execute(
                sa.update(layer)
                .where(layer.c.id == writing.record.id, layer.c.staging == writing.version)
                .values(staging_until=_lease_end())
            )
        if kept.rowcount == 0:
            raise _conflict(writing.record.id)

    return say


def _conflict(layer_id: LayerId) -> Conflict:
    return Conflict(
        Text(zh="图层在此期间已有变动", en="the layer has changed meanwhile"),
        field=layer_id,
        remedy=Text(zh="重新比对后再入库", en="compare again with the present version, then land"),
    )


def _first_rows(writing: _Writing) -> Iterator[Rows]:
    fid = writing.first_fid
    for batch in writing.changes.features.batches():
        yield _rows(writing, batch, np.arange(fid, fid + batch.num_rows, dtype=np.int64))
        fid += batch.num_rows
        writing.progress(fid - writing.first_fid)


def _steps(rows: RowStore, writing: _Writing) -> Iterator[Step]:
    """The plan in short steps: changed and new rows in delivered order, then those that only end."""
    assert writing.changes.plan is not None
    action, fid, ended = load_plan(writing.changes.plan)
    fid = np.where(action == NEW, writing.first_fid + np.cumsum(action == NEW) - 1, fid)
    number, start = 0, 0
    for batch in writing.changes.features.batches():
        here = slice(start, start + batch.num_rows)
        touched = np.flatnonzero(action[here] != 0)
        for part in range(0, len(touched), STEP_ROWS):
            picked = touched[part : part + STEP_ROWS]
            begun = _rows(writing, batch.take(pa.array(picked)), fid[here][picked])
            writing.touched.add(fid[here][picked], begun.boxes, before=False)
            changed = fid[here][picked][action[here][picked] == CHANGED]
            _note_before(rows, writing, changed)
            yield Step(number, changed, begun)
            number += 1
        start += batch.num_rows
        writing.progress(start)
    for part in range(0, len(ended), STEP_ROWS):
        _note_before(rows, writing, ended[part : part + STEP_ROWS])
        yield Step(number, ended[part : part + STEP_ROWS], None)
        number += 1


def _note_before(rows: RowStore, writing: _Writing, fids: np.ndarray) -> None:
    """Note where these features are in the version that the changes were computed on."""
    if writing.touched.everything or not len(fids):
        return
    record = writing.record
    live, seq = rows.live(record.storage, writing.schema), record.current_seq
    alive = sa.and_(live.c.vfrom <= seq, sa.or_(live.c.vto.is_(None), live.c.vto > seq))
    picked = sa.select(live.c.fid, rows.geometry(live)).where(live.c.fid.in_(fids.tolist()), alive)
    with rows.reader(record.storage) as reader:
        found = reader.connection.execute(picked).fetchall()
    geometry = pa.array([row[1] for row in found], pa.binary())
    writing.touched.add(np.array([row[0] for row in found], np.int64), measured(geometry)[0], before=True)


def _rows(writing: _Writing, batch: pa.RecordBatch, fids: np.ndarray) -> Rows:
    """A logical batch as stored rows, with their boxes; widens the extent seen so far."""
    schema = writing.schema
    columns: dict[str, pa.Array] = {"fid": pa.array(fids, pa.int64())}
    for name, source in (("tfrom", schema.valid_from), ("tto", schema.valid_to)):
        if source is not None:
            columns[name] = validity_micros(batch.column(source))
    geometry = batch.column(GEOMETRY) if GEOMETRY in batch.schema.names else None
    if geometry is None:
        boxes, span = np.full((batch.num_rows, 4), np.nan), None
    else:
        boxes, span = measured(geometry)
    for place, name in enumerate(("zmin", "zmax")):
        columns[name] = (
            pa.nulls(batch.num_rows, pa.float64())
            if span is None
            else pa.array(span[place], mask=np.isnan(span[place]))
        )
    columns["hash"] = batch.column(HASH) if HASH in batch.schema.names else row_hashes(batch, schema)
    columns["geom"] = pa.nulls(batch.num_rows, pa.binary()) if geometry is None else geometry
    for item in schema.fields:
        columns[physical_name(item)] = to_physical(batch.column(item.name), item)
    seen = extent_of(boxes)
    if seen is not None:
        writing.extent = seen if writing.extent is None else writing.extent.union(seen)
    return Rows(pa.RecordBatch.from_pydict(columns), boxes)
