"""The base board (空间底板): layers in versions, on whichever engine keeps their rows."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from diban.base import landing
from diban.base.columns import from_physical
from diban.base.compare import Present, plan_changes
from diban.base.known import Held, Known, held_at
from diban.base.lives import Lives, lives_of
from diban.base.measuring import measure
from diban.base.overview import Drawings, Kept, Overviews
from diban.base.port import RowStore
from diban.base.records import (
    LayerRecord,
    Row,
    Version,
    buried,
    buried_fids,
    buried_of,
    bury,
    erased_rows,
    layer_record,
    present_rows,
    schema_of,
    version_at,
    versions,
    write_extent,
    write_schema,
)
from diban.base.remembered import Remembered
from diban.base.selection import Selection
from diban.base.snapshot import Snapshot
from diban.base.tables import layer
from diban.base.touched import KnownTouches, Touches, forget
from diban.ground import (
    NOW,
    ChangeSet,
    ContentHash,
    Extent,
    FeatureSet,
    Field,
    GeometryKind,
    Invalid,
    LayerId,
    LayerScope,
    Mode,
    Moment,
    Schema,
    Scope,
    Text,
    VersionId,
    micros,
    new_id,
    now,
    row_hashes,
)
from diban.store import Database, Feed, Generation, Jobs, Unit, advance, reading, unit

OVERVIEW = "base.overview"
"""The job that makes a layer's overview follow what landed; asked for by who follows the feed."""

TIDY = "base.tidy"
"""The job that moves ended rows to the past after a landing."""

FIDS_AT_ONCE = 10_000
"""Features named in one statement; both engines bound their parameters."""

_LAID = 16
"""How many tiles with changes laid over them one process holds in memory."""

Erased = Callable[[int, int], None]


def _unheard(_done: int, _total: int) -> None:
    """Progress that nobody follows."""


class Base:
    """Every layer of the platform: making, comparing, landing and reading, the same on both engines."""

    def __init__(
        self,
        database: Database,
        rows: RowStore,
        feed: Feed,
        jobs: Jobs,
        generation: Generation,
        secret: bytes | None = None,
    ) -> None:
        """``secret`` keys the tokens of masked fields; without one they hold for this process only."""
        self._database, self._rows, self._secret = database, rows, secret or os.urandom(32)
        self._feed, self._jobs, self._generation = feed, jobs, generation
        self._known = Known(database, generation)
        self._touches = KnownTouches()
        self._laid: Remembered[Kept] = Remembered(_LAID)

    @property
    def engine(self) -> str:
        """``embedded`` or ``postgis``."""
        return self._rows.name

    def create(self, act: Unit, schema: Schema) -> LayerId:
        """A new, empty layer; its rows will be stored in lon/lat on CGCS2000."""
        number = advance(act.connection, "layer")
        fields = tuple(replace(field, slot=slot) for slot, field in enumerate(schema.fields, 1))
        stored = replace(schema, fields=fields, number=1)
        made = LayerId(new_id("lyr"))
        act.connection.execute(
            sa.insert(layer).values(
                id=made,
                number=number,
                schema_number=1,
                current_seq=0,
                next_seq=1,
                next_fid=1,
                next_slot=len(fields) + 1,
                storage=self._rows.make(number, stored),
                created_at=micros(now()),
            )
        )
        write_schema(act.connection, made, stored, now())
        return made

    def evolve(self, act: Unit, layer_id: LayerId, schema: Schema, renamed: Mapping[str, str]) -> Schema:
        """A new schema version: fields added, renamed (new name → old name) or left out; no row is touched.

        A field never changes its type: add a new one. Older versions go on answering with theirs. The
        same schema again changes nothing; `Conflict` while a landing is under way.
        """
        record = layer_record(act.connection, layer_id, lock=True)
        present = schema_of(act.connection, layer_id, record.schema_number)
        if not renamed and _bare(present) == _bare(schema):
            return present
        _require_same_sort(present, schema)
        landing.require_unstaged(record)
        old = {field.name: field for field in present.fields}
        slot = act.connection.execute(sa.select(layer.c.next_slot).where(layer.c.id == layer_id)).scalar_one()
        fields: list[Field] = []
        for field in schema.fields:
            known = old.get(renamed.get(field.name, field.name))
            if known is not None and (known.kind, known.scale) != (field.kind, field.scale):
                raise Invalid(
                    Text(
                        zh=f"字段“{field.name}”不能改变类型", en=f"the type of {field.name!r} cannot change"
                    ),
                    field=field.name,
                    limit=known.kind.value,
                    remedy=Text(zh="新增一个字段", en="add a new field"),
                )
            fields.append(replace(field, slot=known.slot if known else slot))
            slot += known is None
        stored = replace(schema, fields=tuple(fields), number=record.schema_number + 1)
        self._rows.widen(record.storage, stored)
        write_schema(act.connection, layer_id, stored, now())
        act.connection.execute(
            sa.update(layer).where(layer.c.id == layer_id).values(schema_number=stored.number, next_slot=slot)
        )
        self._generation.bump(act)
        return stored

    def schema(self, layer_id: LayerId) -> Schema:
        """The layer's present schema, slots included."""
        with reading(self._database) as connection:
            record = layer_record(connection, layer_id)
            return schema_of(connection, layer_id, record.schema_number)

    def at(self, layer_id: LayerId, moment: Moment, scope: Scope, seconds: float | None = None) -> Snapshot:
        """The layer at a moment, as the scope allows; `Denied` when it allows nothing of it.

        With ``seconds``, reads of it that end later than that from now raise `Unavailable`.
        """
        allowed = scope.on(layer_id)
        with reading(self._database) as connection:
            held = held_at(connection, layer_id, moment)
        return self._snapshot(layer_id, held, moment, allowed, seconds)

    def served(self, layer_id: LayerId, moment: Moment, scope: Scope, seconds: float) -> Snapshot:
        """The same for readers who are served: what another process has just landed shows 250 ms later."""
        allowed = scope.on(layer_id)
        return self._snapshot(layer_id, self._known.at(layer_id, moment), moment, allowed, seconds)

    def _snapshot(
        self, layer_id: LayerId, held: Held, moment: Moment, allowed: LayerScope, seconds: float | None
    ) -> Snapshot:
        return Snapshot(
            self._rows,
            layer_id,
            held,
            moment,
            allowed,
            self._secret,
            Touches(self._database, layer_id, held.erased, self._touches),
            self._laid,
            None if seconds is None else time.monotonic() + seconds,
        )

    def current(self, layer_id: LayerId) -> Version | None:
        """The version that is current; None while nothing has landed."""
        with reading(self._database) as connection:
            return version_at(connection, layer_id, NOW)

    def history(self, layer_id: LayerId) -> list[Version]:
        """Every version that landed, newest first."""
        with reading(self._database) as connection:
            return versions(connection, layer_id)

    def lives(self, layer_id: LayerId, fid: int, scope: Scope, seconds: float | None = None) -> Lives:
        """What one feature was from version to version, as the scope allows; `Missing` when never seen."""
        snapshot = self.at(layer_id, NOW, scope, seconds)
        with reading(self._database) as connection:
            return lives_of(connection, snapshot, fid)

    def touched(self, layer_id: LayerId, since: VersionId) -> list[int]:
        """Numbers of features that were added, changed or removed after a version, up to the current one."""
        with reading(self._database) as connection:
            record = layer_record(connection, layer_id)
            schema = schema_of(connection, layer_id, record.schema_number)
            before = version_at(connection, layer_id, Moment(version=since))
            present = version_at(connection, layer_id, NOW)
        assert before is not None
        assert present is not None
        selection = Selection(self._rows, record.storage, schema, present, NOW, LayerScope())
        with self._rows.reader(record.storage) as reader:
            found = reader.connection.execute(selection.touched(reader, before.seq)).scalars()
            return sorted(found)

    def erased(self, layer_id: LayerId) -> list[int]:
        """Numbers of features of which any row was erased, or is about to be: their tombstones stand."""
        with reading(self._database) as connection:
            return buried_fids(connection, layer_id)

    def compare(
        self, layer_id: LayerId, features: FeatureSet, on: VersionId | None, mode: Mode, plan: Path
    ) -> ChangeSet:
        """What these features would change on that version; the plan is written into the folder ``plan``."""
        with reading(self._database) as connection:
            record = layer_record(connection, layer_id)
            schema = schema_of(connection, layer_id, record.schema_number)
            version = None if on is None else version_at(connection, layer_id, Moment(version=on))
        if version is None or mode is Mode.UNCHANGED:
            return _bare_changes(layer_id, features, version, mode)
        if mode is Mode.CHANGES and schema.key is None:
            raise Invalid(
                Text(zh="无主键的图层不能只交变更", en="a layer without a key cannot take changes only"),
                field="mode",
                remedy=Text(zh="提交全量，或先声明主键", en="deliver it in full, or declare a key field"),
            )
        present = self._present(record, schema, version)
        matched = plan_changes(features, present, mode)
        matched.save(plan)
        return ChangeSet(
            layer=layer_id,
            on=version.id,
            mode=mode,
            features=features,
            plan=plan,
            before=len(present.fids),
            added=int((matched.action == 1).sum()),
            changed=int((matched.action == 2).sum()),
            removed=len(matched.ended),
            content=matched.content,
        )

    def stage(self, changes: ChangeSet, key: str, progress: Callable[[int], None]) -> landing.Staged:
        """Write the changes where nobody reads yet; see `diban.base.landing`."""
        return landing.stage(self._database, self._rows, changes, key, progress)

    def flip(self, act: Unit, staged: landing.Staged) -> Version:
        """Make staged rows the current version, in the act's own transaction; tells feed and readers."""
        version = landing.flip(act.connection, staged)
        if staged.landed is None:
            body: dict[str, object] = {
                "version": version.id,
                "rows": version.rows,
                "added": version.added,
                "changed": version.changed,
                "removed": version.removed,
                "content": str(version.content),
            }
            self._feed.append(act, "layer.landed", version.layer, body)
            self._generation.bump(act)
            if version.changed or version.removed:
                self._jobs.enqueue(
                    act, TIDY, f"{TIDY}:{version.id}", {"layer": version.layer, "seq": version.seq}
                )
        return version

    def abandon(self, layer_id: LayerId) -> None:
        """Take back an unfinished landing."""
        landing.abandon(self._database, self._rows, layer_id)

    def tidy(self, layer_id: LayerId, seq: int) -> int:
        """Move rows that ended at or before ``seq`` to the past; how many."""
        with reading(self._database) as connection:
            record = layer_record(connection, layer_id)
        return self._rows.tidy(record.storage, min(seq, record.current_seq))

    def overview(
        self, layer_id: LayerId, name: str = "", progress: Callable[[int], None] = lambda _drawn: None
    ) -> int:
        """Make the layer's overview that of the current version, where it is not; how many tiles it took.

        With the layer's ``name`` its tiles are drawn beforehand, too; without it only kept ones are
        made. ``progress`` is told how many are drawn so far.
        """
        with reading(self._database) as connection:
            record = layer_record(connection, layer_id)
            schema = schema_of(connection, layer_id, record.schema_number)
            version, erased = version_at(connection, layer_id, NOW), erased_rows(connection, layer_id)
        if version is None or schema.geometry is GeometryKind.NONE:
            return 0
        touches = Touches(self._database, layer_id, erased, self._touches)
        made = Overviews(self._rows, record.storage, schema, version, touches).follow()
        if made:
            with unit(self._database) as act:
                self._generation.bump(act)
        if name:
            Drawings(self._rows, record.storage, schema, version, touches, name, progress).follow()
        return made

    def forget_tiles(self, layer_id: LayerId) -> None:
        """Forget every tile that is kept or lies drawn; until `overview` they are made from the rows."""
        with reading(self._database) as connection:
            record = layer_record(connection, layer_id)
        with self._rows.reader(record.storage) as reader:
            epoch = reader.look.epoch
        everything = [(0, 0, 0)]
        self._rows.keep(record.storage, epoch, [], everything)
        self._rows.keep_drawn(record.storage, epoch, [], everything)

    def measure(self, layer_id: LayerId) -> list[tuple[Version, Extent | None]]:
        """Versions whose extent may not be that of the rows that they have now, and what it is.

        These are the present one, since extents only grow as rows land, and those that have lost
        rows to an erasure, whose place an old extent would tell.
        """
        with reading(self._database) as connection:
            record = layer_record(connection, layer_id)
            schema = schema_of(connection, layer_id, record.schema_number)
            history = versions(connection, layer_id)
            looked_at = history[:1] + [each for each in history[1:] if len(buried(connection, each))]
        return [(each, measure(self._rows, record.storage, schema, each)) for each in looked_at]

    def set_extent(self, act: Unit, version: Version, extent: Extent | None) -> int:
        """Keep what `measure` found; how many rows the version has now."""
        write_extent(act.connection, version, extent)
        self._generation.bump(act)
        return present_rows(act.connection, version)

    def verify(self, layer_id: LayerId, version: Version) -> bool:
        """Whether the stored rows of a version, with the tombstones of erased ones, have its content hash."""
        snapshot = self.at(layer_id, Moment(version=version.id), Scope.system("verify content"))
        found = ContentHash()
        for hashes in snapshot.hashes():
            found = found.plus(hashes)
        with reading(self._database) as connection:
            return found.plus(buried(connection, version)) == version.content

    def erase_version(self, layer_id: LayerId, version: VersionId, progress: Erased = _unheard) -> int:
        """Remove every row that a version brought, from it and from those after it; how many rows.

        What it had ended stays in the versions before; features that it merely changed are gone from it on.
        """
        with reading(self._database) as connection:
            found = version_at(connection, layer_id, Moment(version=version))
        assert found is not None
        return self._erase(layer_id, None, found.seq, progress)

    def erase(self, layer_id: LayerId, fids: list[int], progress: Erased = _unheard) -> int:
        """Remove these features from all versions, leaving tombstones of their hashes; how many rows.

        ``progress`` is told the rows removed so far, and of how many. Repeated after an
        interruption, it finds the rest and counts what is gone by then.
        """
        return self._erase(layer_id, fids, None, progress)

    def _erase(self, layer_id: LayerId, fids: list[int] | None, seq: int | None, progress: Erased) -> int:
        """Remove rows by feature, or by the version that brought them.

        Only `expunge` comes here, after two persons agreed. An unfinished landing is taken back; `Conflict`
        while one is under way. Changes that were compared before must be compared again.
        """
        self.abandon(layer_id)
        # Tombstones first: an interrupted erasure is repeated, and finds the rest.
        with unit(self._database) as act:
            record = layer_record(act.connection, layer_id, lock=True)
            landing.require_unstaged(record)
            schema = schema_of(act.connection, layer_id, record.schema_number)
            traces = self._traces(record, schema, fids, seq)
            bury(act.connection, record, traces)
            forget(act.connection, layer_id, record.current_seq)
            self._generation.bump(act)
            self._feed.append(act, "layer.erased", layer_id, {"rows": len(traces)})
        self._rows.erase(record.storage, fids, seq, lambda done: progress(done, len(traces)))
        with unit(self._database) as act:
            self._generation.bump(act)  # what was read meanwhile, and is remembered, no longer holds
        with reading(self._database) as connection:
            return buried_of(connection, layer_id, fids, seq)

    def close(self) -> None:
        """Give all connections back."""
        self._rows.close()

    def _traces(
        self, record: LayerRecord, schema: Schema, fids: list[int] | None, seq: int | None
    ) -> list[Row]:
        """Every row of these features, or that this version brought: feature number, versions, hash."""
        found: list[Row] = []
        with self._rows.reader(record.storage) as reader:
            for relation in (
                self._rows.live(record.storage, schema),
                self._rows.past(record.storage, schema),
            ):
                columns = (relation.c.fid, relation.c.vfrom, relation.c.vto, relation.c.hash)
                parts = (
                    [relation.c.vfrom == seq]
                    if fids is None
                    else [
                        relation.c.fid.in_(fids[start : start + FIDS_AT_ONCE])
                        for start in range(0, len(fids), FIDS_AT_ONCE)
                    ]
                )
                for these in parts:
                    found.extend(reader.connection.execute(sa.select(*columns).where(these)))
        return found

    def _present(self, record: LayerRecord, schema: Schema, version: Version) -> Present:
        """The rows of a version as the comparison needs them."""
        key = None if schema.key is None else schema.field(schema.key)
        selection = Selection(self._rows, record.storage, schema, version, NOW, LayerScope())
        with self._rows.reader(record.storage) as reader:
            found = reader.connection.execution_options(yield_per=FIDS_AT_ONCE).execute(
                selection.identity(reader, key)
            )
            fids, hashes, lasts = [np.empty(0, np.int64)], [np.empty(0, "V32")], [_last((), key)]
            for part in found.partitions(FIDS_AT_ONCE):  # so that no more than one part is held as objects
                numbers, digests, last = zip(*part, strict=True)
                fids.append(np.array(numbers, np.int64))
                hashes.append(np.frombuffer(b"".join(digests), "V32"))
                lasts.append(_last(last, key))
        whole = pa.concat_arrays(lasts)
        keyless = None if key is not None or whole.null_count == len(whole) else whole
        return Present(np.concatenate(fids), np.concatenate(hashes), None if key is None else whole, keyless)


def _last(values: Sequence[object], key: Field | None) -> pa.Array:
    """Keys, or geometries where there is no key."""
    return pa.array(values, pa.binary()) if key is None else from_physical(values, key)


def _require_same_sort(present: Schema, wanted: Schema) -> None:
    """A layer of features stays one, and so does one of files, since its old versions are read as such."""
    if present.asset is not wanted.asset:
        raise Invalid(
            Text(
                zh="图层不能在要素与文件之间、或在不同类文件之间改变",
                en="a layer cannot turn from features to files, nor from one kind of file to another",
            ),
            field="layers.asset",
            limit=present.asset or "features",
            remedy=Text(zh="另设一个图层", en="declare another layer"),
        )


def _bare(schema: Schema) -> Schema:
    """A schema as it was declared, without the numbers that the base gives."""
    return replace(schema, number=1, fields=tuple(replace(field, slot=0) for field in schema.fields))


def _bare_changes(layer_id: LayerId, features: FeatureSet, version: Version | None, mode: Mode) -> ChangeSet:
    """Changes that need no matching: everything is new, or nothing changed."""
    if mode is Mode.UNCHANGED and version is not None:
        return ChangeSet(layer_id, version.id, mode, features, None, version.rows, 0, 0, 0, version.content)
    content = ContentHash()
    for batch in features.batches():
        content = content.plus(
            batch.column("_hash") if "_hash" in batch.schema.names else row_hashes(batch, features.schema)
        )
    return ChangeSet(layer_id, None, mode, features, None, 0, content.rows, 0, 0, content)
