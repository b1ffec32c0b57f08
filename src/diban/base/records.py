"""Reading and writing the control record of layers and versions; one place that knows its tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import pyarrow as pa
import sqlalchemy as sa

from diban.base.tables import layer, layer_schema, layer_tombstone, layer_version
from diban.ground import (
    HASH_BYTES,
    ContentHash,
    Extent,
    LayerId,
    Missing,
    Mode,
    Moment,
    Schema,
    Text,
    VersionId,
    instant,
    micros,
    new_id,
    now,
)

Row = sa.Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a layer: what it holds, what brought it, what it came after."""

    id: VersionId
    layer: LayerId
    seq: int
    parent: VersionId | None
    key: str
    mode: Mode
    schema_number: int
    added: int
    changed: int
    removed: int
    rows: int
    content: ContentHash
    extent: Extent | None
    landed_at: datetime | None


@dataclass(frozen=True, slots=True)
class LayerRecord:
    """The control record of a layer: its current version and where its rows lie."""

    id: LayerId
    number: int
    schema_number: int
    current: VersionId | None
    current_seq: int
    storage: str
    staging: VersionId | None
    staging_owner: str | None
    staging_until: int


def layer_record(connection: sa.Connection, layer_id: LayerId, *, lock: bool = False) -> LayerRecord:
    """The layer's record; `Missing` when there is none. ``lock`` keeps others from changing it."""
    statement = sa.select(layer).where(layer.c.id == layer_id)
    row = connection.execute(statement.with_for_update() if lock else statement).first()
    if row is None:
        raise Missing(Text(zh="没有这个图层", en="there is no such layer"), field=layer_id)
    return LayerRecord(
        id=layer_id,
        number=row.number,
        schema_number=row.schema_number,
        current=row.current,
        current_seq=row.current_seq,
        storage=row.storage,
        staging=row.staging,
        staging_owner=row.staging_owner,
        staging_until=row.staging_until or 0,
    )


def schema_of(connection: sa.Connection, layer_id: LayerId, number: int) -> Schema:
    """The layer's schema at that schema version."""
    body = connection.execute(
        sa.select(layer_schema.c.body).where(
            layer_schema.c.layer == layer_id, layer_schema.c.number == number
        )
    ).scalar_one()
    return Schema.from_json(orjson.loads(body))


def write_schema(connection: sa.Connection, layer_id: LayerId, schema: Schema, at: datetime) -> None:
    """Keep a new schema version; schema versions are never changed."""
    connection.execute(
        sa.insert(layer_schema).values(
            layer=layer_id,
            number=schema.number,
            body=orjson.dumps(schema.as_json()).decode(),
            created_at=micros(at),
        )
    )


def version_by_key(connection: sa.Connection, layer_id: LayerId, key: str) -> Row | None:
    """The version that a delivery made or is making, as it stands."""
    return connection.execute(
        sa.select(layer_version).where(layer_version.c.layer == layer_id, layer_version.c.key == key)
    ).first()


def version_at(connection: sa.Connection, layer_id: LayerId, moment: Moment) -> Version | None:
    """The version that was current at the moment; None when the layer was still empty then."""
    landed = sa.select(layer_version).where(
        layer_version.c.layer == layer_id, layer_version.c.state == "landed"
    )
    if moment.version is not None:
        row = connection.execute(landed.where(layer_version.c.id == moment.version)).first()
        if row is None:
            raise Missing(Text(zh="该图层没有这个版本", en="the layer has no such version"), field="version")
        return version_of(row)
    if moment.known_at is not None:
        landed = landed.where(layer_version.c.landed_at <= micros(moment.known_at))
    row = connection.execute(landed.order_by(layer_version.c.seq.desc()).limit(1)).first()
    return None if row is None else version_of(row)


def versions(connection: sa.Connection, layer_id: LayerId) -> list[Version]:
    """Every landed version, newest first."""
    rows = connection.execute(
        sa.select(layer_version)
        .where(layer_version.c.layer == layer_id, layer_version.c.state == "landed")
        .order_by(layer_version.c.seq.desc())
    )
    return [version_of(row) for row in rows]


def versions_of(connection: sa.Connection, layer_id: LayerId, seqs: Sequence[int]) -> dict[int, Version]:
    """The landed versions with these sequence numbers."""
    rows = connection.execute(
        sa.select(layer_version).where(
            layer_version.c.layer == layer_id,
            layer_version.c.state == "landed",
            layer_version.c.seq.in_(seqs),
        )
    )
    return {row.seq: version_of(row) for row in rows}


def write_extent(connection: sa.Connection, version: Version, extent: Extent | None) -> None:
    """Put a version's extent right."""
    written = None if extent is None else orjson.dumps(extent.as_list()).decode()
    mine = layer_version.c.id == version.id
    connection.execute(sa.update(layer_version).where(mine).values(extent=written))


def version_of(row: Row) -> Version:
    """A version from its row."""
    found = row._mapping
    return Version(
        id=VersionId(str(found["id"])),
        layer=LayerId(str(found["layer"])),
        seq=found["seq"],
        parent=found["parent"],
        key=found["key"],
        mode=Mode(found["mode"]),
        schema_number=found["schema_number"],
        added=found["added"],
        changed=found["changed"],
        removed=found["removed"],
        rows=found["rows"],
        content=ContentHash.parse(found["content"]),
        extent=None if found["extent"] is None else Extent(*orjson.loads(found["extent"])),
        landed_at=None if found["landed_at"] is None else instant(found["landed_at"]),
    )


def bury(connection: sa.Connection, record: LayerRecord, traces: list[Row]) -> None:
    """Leave a tombstone (feature number, versions, hash) for each row about to be erased, once.

    A row that still lives ends with the current version: those after it never held it.
    """
    known = sa.select(layer_tombstone.c.fid, layer_tombstone.c.seq_from).where(
        layer_tombstone.c.layer == record.id
    )
    present = {(row.fid, row.seq_from) for row in connection.execute(known)}
    fresh = [row for row in traces if (row.fid, row.vfrom) not in present]
    if fresh:
        connection.execute(
            sa.insert(layer_tombstone),
            [
                {
                    "id": new_id("tmb"),
                    "layer": record.id,
                    "fid": row.fid,
                    "seq_from": row.vfrom,
                    "seq_to": record.current_seq + 1 if row.vto is None else row.vto,
                    "hash": bytes(row.hash).hex(),
                    "at": micros(now()),
                }
                for row in fresh
            ],
        )


def present_rows(connection: sa.Connection, version: Version) -> int:
    """How many rows of a version there are now: erased ones are no longer counted."""
    return version.rows - len(buried(connection, version))


def erased_rows(connection: sa.Connection, layer_id: LayerId) -> int:
    """How many rows of a layer were erased so far: moves whenever an erasure changes what versions answer."""
    counted = sa.select(sa.func.count()).where(layer_tombstone.c.layer == layer_id)
    return int(connection.execute(counted).scalar_one())


def buried(connection: sa.Connection, version: Version) -> pa.Array:
    """Hashes of rows that a version held and that were erased since."""
    gone = layer_tombstone.c
    found = connection.execute(
        sa.select(gone.hash).where(
            gone.layer == version.layer,
            gone.seq_from <= version.seq,
            sa.or_(gone.seq_to.is_(None), gone.seq_to > version.seq),
        )
    ).scalars()
    return pa.array([bytes.fromhex(value) for value in found], pa.binary(HASH_BYTES))


def buried_fids(connection: sa.Connection, layer_id: LayerId) -> list[int]:
    """Numbers of the features of a layer of which a row was erased."""
    gone = layer_tombstone.c
    found = connection.execute(sa.select(gone.fid).where(gone.layer == layer_id).distinct()).scalars()
    return sorted(found)


def buried_of(
    connection: sa.Connection, layer_id: LayerId, fids: Sequence[int] | None, seq: int | None
) -> int:
    """How many rows of these features, or of those that began under ``seq``, were erased so far."""
    gone = layer_tombstone.c
    if fids is None:
        begun = connection.execute(sa.select(gone.fid).where(gone.layer == layer_id, gone.seq_from == seq))
        return len(begun.all())
    named = set(fids)
    every = connection.execute(sa.select(gone.fid).where(gone.layer == layer_id)).scalars()
    return sum(fid in named for fid in every)
