"""What a delivery would change, feature by feature, kept for people: the first of each kind, on disk.

Each kind has a file of its own, bounded in features and in bytes, in small batches: a page reads those
that it shows and no more. The files outlive the delivery by `KEPT`, so that a receipt can be looked
at; any expunge removes all.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from diban.app.wiring import Platform
from diban.base import CHANGED, NEW, load_plan
from diban.ground import FID, GEOMETRY, NOW, ROW, ChangeSet, DeliveryId, FeatureSet, Mode, Scope
from diban.intake import Delivery, open_spool
from diban.quality import Report, proposed
from diban.share import CHANGE_KINDS, REPAIRS, Kept
from diban.store import keep_file, translating_disk

MOST = 5000
"""Features of each kind that are kept."""
MOST_BYTES = 16 << 20
"""Bytes of each kind that are kept; what does not fit is only counted."""
MOST_REPAIRS = 500
"""Rows whose repair is kept, each as it was sent and as it would be."""
PAGE_BYTES = 4 << 20
"""Bytes that are read for one page, unless its first feature alone is larger."""
KEPT = timedelta(days=30)
FILES, ROWS = "changes*.arrow", "rows.arrow"
DELIVERED, PROPOSED = "delivered", "proposed"
_SIDES = pa.schema([(ROW, pa.int64()), (FID, pa.int64()), ("side", pa.string()), (GEOMETRY, pa.binary())])
_TOGETHER = 64
"""Removed features that are asked of the base at once."""
_CELL = 16
"""Bytes at most of a cell whose width is fixed."""

Numbers = npt.NDArray[np.int64]


def keep_preview(platform: Platform, delivery: Delivery, changes: ChangeSet) -> None:
    """Write the first added, changed and removed features beside the delivery's work."""
    columns = [*changes.features.schema.arrow(), pa.field(ROW, pa.int64()), pa.field(FID, pa.int64())]
    schema = pa.schema(columns)
    for kind in CHANGE_KINDS:
        _keep(_file(platform, delivery.id, kind), _changed(platform, changes, kind), schema)


def keep_repairs(platform: Platform, delivery: Delivery, report: Report) -> None:
    """Write the geometry of rows that the report names as repairable, and the proposals, beside them."""
    if report.repairs:
        _keep(_file(platform, delivery.id, REPAIRS), _sides(platform, delivery, report), _SIDES)


def _keep(target: Path, batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> None:
    aside = target.with_suffix(".part")
    with translating_disk():
        target.parent.mkdir(parents=True, exist_ok=True)
        with pa.OSFile(str(aside), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
            for batch in _fitting(batches, schema):
                writer.write_batch(batch)
        keep_file(aside, target)


def preview(platform: Platform, delivery: DeliveryId, kind: str, after: int, limit: int) -> Kept | None:
    """The kept features of a kind behind the first ``after``; None when nothing is kept (any more).

    At most ``limit``, and at most `PAGE_BYTES` of them, but at least one.
    """
    path = _file(platform, delivery, kind)
    if not path.is_file():
        return None
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as reader:
        # Mapped, so that a batch which is only counted is not read from the disk.
        batches = [reader.get_batch(number) for number in range(reader.num_record_batches)]
        page: list[pa.RecordBatch] = []
        room, start = PAGE_BYTES, 0
        for batch in batches:
            part = batch.slice(max(after - start, 0), limit)
            start += batch.num_rows
            taken = part.slice(0, _most_within(_weights(part), room) or int(not page))
            if taken.num_rows:
                page.append(taken)
                limit, room = limit - taken.num_rows, room - int(_weights(taken).sum())
            if not limit or taken.num_rows < part.num_rows:
                break
        kept = sum(batch.num_rows for batch in batches)
        table = pa.Table.from_batches(page, reader.schema)
        found = {name: table.column(name).combine_chunks() for name in table.schema.names}
        return Kept(pa.RecordBatch.from_pydict(found), kept)


def tidy_work(platform: Platform, delivery: Delivery) -> None:
    """Remove what a delivery that has ended was worked on with; its preview stays a while."""
    folder = platform.work / delivery.id
    kept = set(folder.glob(FILES))
    if not kept:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for path in folder.iterdir():  # also what a killed process left
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path not in kept:
            path.unlink(missing_ok=True)


def forget_previews(work: Path, *, every: bool = False) -> None:
    """Remove the previews of deliveries that ended `KEPT` ago, or all: they hold values of features."""
    before = time.time() if every else time.time() - KEPT.total_seconds()
    for path in work.glob(f"*/{FILES}"):
        if every or (path.stat().st_mtime < before and not (path.parent / ROWS).exists()):
            path.unlink(missing_ok=True)
            if not any(path.parent.iterdir()):
                shutil.rmtree(path.parent, ignore_errors=True)


def _file(platform: Platform, delivery: DeliveryId, kind: str) -> Path:
    return platform.work / delivery / f"changes-{kind}.arrow"


def _fitting(batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The first features, in batches of the schema that are no larger than a page, within the bounds."""
    room = MOST_BYTES
    for batch in batches:
        whole = pa.RecordBatch.from_pydict(
            {
                name: batch.column(name) if name in batch.schema.names else pa.nulls(batch.num_rows, kind)
                for name, kind in zip(schema.names, schema.types, strict=True)
            },
            schema=schema,
        )
        while whole.num_rows:
            weights = _weights(whole)
            if weights[0] > room:
                return
            count = max(_most_within(weights, min(room, PAGE_BYTES)), 1)
            yield whole.slice(0, count)
            room -= int(weights[:count].sum())
            whole = whole.slice(count)


def _weights(batch: pa.RecordBatch) -> Numbers:
    """Bytes of each row, about."""
    found = np.full(batch.num_rows, _CELL * batch.num_columns, np.int64)
    for column in batch.columns:
        if pa.types.is_string(column.type) or pa.types.is_binary(column.type):
            found += np.asarray(pc.fill_null(pc.binary_length(column), 0), np.int64)
    return found


def _most_within(weights: Numbers, room: int) -> int:
    """How many rows, from the first, fit into so many bytes."""
    return int(np.searchsorted(np.cumsum(weights), room, side="right"))


def _changed(platform: Platform, changes: ChangeSet, kind: str) -> Iterator[pa.RecordBatch]:
    if changes.mode is Mode.UNCHANGED:
        return
    if changes.plan is None:
        if kind == "added":
            yield from _taken(changes.features, np.arange(MOST), None)
        return
    action, fids, ended = load_plan(changes.plan)
    if kind == "added":
        yield from _taken(changes.features, np.flatnonzero(action == NEW)[:MOST], None)
    elif kind == "changed":
        yield from _taken(changes.features, np.flatnonzero(action == CHANGED)[:MOST], fids)
    elif changes.on is not None:
        present = platform.base.at(changes.layer, NOW, Scope.system("preview of a delivery"))
        for start in range(0, min(len(ended), MOST), _TOGETHER):
            yield present.features(ended[start : min(start + _TOGETHER, MOST)].tolist())


def _taken(features: FeatureSet, rows: Numbers, fids: Numbers | None) -> Iterator[pa.RecordBatch]:
    """The delivered features at these places, in order, each with the number of the one it changes."""
    start = 0
    for batch in features.batches():
        if not len(rows) or start > rows[-1]:
            return
        inside = rows[(rows >= start) & (rows < start + batch.num_rows)]
        taken = batch.take(pa.array(inside - start))
        numbers = pa.nulls(len(inside), pa.int64()) if fids is None else pa.array(fids[inside], pa.int64())
        yield taken.append_column(FID, numbers)
        start += batch.num_rows


def _sides(platform: Platform, delivery: Delivery, report: Report) -> Iterator[pa.RecordBatch]:
    """Each such row twice, as delivered and as proposed."""
    named = {place.row for one in report.findings if one.flaw.repairable for place in one.places}
    rows = np.array(sorted(named)[:MOST_REPAIRS], np.int64)
    schema = platform.base.schema(delivery.sent.layer)
    for batch in open_spool(platform.work / delivery.id / ROWS, schema).batches():
        here = batch.filter(pa.array(np.isin(batch.column(ROW).to_numpy(), rows)))
        places, made = proposed(here)
        sent = here.take(pa.array(places))
        both = np.argsort(np.tile(np.arange(len(places)), 2), kind="stable")  # each beside its proposal
        told = {
            ROW: pa.concat_arrays([sent.column(ROW)] * 2),
            "side": pa.concat_arrays([pa.repeat(side, len(places)) for side in (DELIVERED, PROPOSED)]),
            GEOMETRY: pa.concat_arrays([sent.column(GEOMETRY), made]),
        }
        yield pa.RecordBatch.from_pydict(told).take(pa.array(both))
        if here.num_rows and here.column(ROW)[-1].as_py() == rows[-1]:
            return
