"""What a delivery would change, feature by feature, kept for people: the first of each kind, on disk.

The file outlives the delivery by `KEPT`, so that a receipt can be looked at; any expunge removes all.
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
from diban.ground import FID, NOW, ROW, ChangeSet, DeliveryId, FeatureSet, Mode, Scope
from diban.intake import Delivery
from diban.store import keep_file, translating_disk

MOST = 5000
"""Features of each kind that are kept."""
KEPT = timedelta(days=30)
KIND = "_kind"
FILE, ROWS = "changes.arrow", "rows.arrow"

Numbers = npt.NDArray[np.int64]


def keep_preview(platform: Platform, delivery: Delivery, changes: ChangeSet) -> None:
    """Write the first added, changed and removed features beside the delivery's work."""
    target = _folder(platform, delivery.id) / FILE
    aside = target.with_suffix(".part")
    columns = [*changes.features.schema.arrow(), pa.field(ROW, pa.int64()), pa.field(FID, pa.int64())]
    schema = pa.schema([*columns, pa.field(KIND, pa.string())])
    with translating_disk():
        target.parent.mkdir(parents=True, exist_ok=True)
        with pa.OSFile(str(aside), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
            for batch in _changed(platform, changes):
                whole = {
                    name: batch.column(name) if name in batch.schema.names else pa.nulls(batch.num_rows, kind)
                    for name, kind in zip(schema.names, schema.types, strict=True)
                }
                writer.write_batch(pa.RecordBatch.from_pydict(whole, schema=schema))
        keep_file(aside, target)


def preview(
    platform: Platform, delivery: DeliveryId, kind: str, after: int, limit: int
) -> pa.RecordBatch | None:
    """The kept features of a kind behind the first ``after``; None when nothing is kept (any more)."""
    path = _folder(platform, delivery) / FILE
    if not path.is_file():
        return None
    with pa.OSFile(str(path), "rb") as source, pa.ipc.open_file(source) as reader:
        table = reader.read_all()
    found = table.filter(pc.equal(table.column(KIND), kind)).slice(after, limit)
    return pa.RecordBatch.from_pydict(
        {name: found.column(name).combine_chunks() for name in found.schema.names if name != KIND}
    )


def tidy_work(platform: Platform, delivery: Delivery) -> None:
    """Remove what a delivery that has ended was worked on with; its preview stays a while."""
    folder = _folder(platform, delivery.id)
    if not (folder / FILE).is_file():
        shutil.rmtree(folder, ignore_errors=True)
        return
    for path in folder.iterdir():  # also what a killed process left
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != FILE:
            path.unlink(missing_ok=True)


def forget_previews(work: Path, *, every: bool = False) -> None:
    """Remove the previews of deliveries that ended `KEPT` ago, or all: they hold values of features."""
    before = time.time() if every else time.time() - KEPT.total_seconds()
    for path in work.glob(f"*/{FILE}"):
        if every or (path.stat().st_mtime < before and not (path.parent / ROWS).exists()):
            path.unlink(missing_ok=True)
            if not any(path.parent.iterdir()):
                shutil.rmtree(path.parent, ignore_errors=True)


def _folder(platform: Platform, delivery: DeliveryId) -> Path:
    return platform.work / delivery


def _changed(platform: Platform, changes: ChangeSet) -> Iterator[pa.RecordBatch]:
    if changes.mode is Mode.UNCHANGED:
        return
    if changes.plan is None:
        yield from _taken(changes.features, np.arange(MOST), np.zeros(MOST, np.int64), "added")
        return
    action, fids, ended = load_plan(changes.plan)
    for kind, code in (("added", NEW), ("changed", CHANGED)):
        rows = np.flatnonzero(action == code)[:MOST]
        yield from _taken(changes.features, rows, fids, kind)
    if len(ended) and changes.on is not None:
        present = platform.base.at(changes.layer, NOW, Scope.system("preview of a delivery"))
        batch = present.features(ended[:MOST].tolist())
        yield batch.append_column(KIND, pa.array(["removed"] * batch.num_rows))


def _taken(features: FeatureSet, rows: Numbers, fids: Numbers, kind: str) -> Iterator[pa.RecordBatch]:
    """The delivered features at these places, in order, each with the number of the one it changes."""
    start = 0
    for batch in features.batches():
        if not len(rows) or start > rows[-1]:
            return
        inside = rows[(rows >= start) & (rows < start + batch.num_rows)]
        taken = batch.take(pa.array(inside - start))
        numbers = (
            pa.array(fids[inside], pa.int64()) if kind == "changed" else pa.nulls(len(inside), pa.int64())
        )
        taken = taken.append_column(FID, numbers)
        yield taken.append_column(KIND, pa.array([kind] * len(inside), pa.string()))
        start += batch.num_rows
