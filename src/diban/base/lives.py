"""What one feature was, from version to version, as one asker may see it (要素历史)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import sqlalchemy as sa

from diban.base.records import Version, versions_of
from diban.base.snapshot import Snapshot
from diban.ground import FID, Missing, Text

MOST_LIVES = 200
"""Of the latest rows of one feature that are looked at."""


@dataclass(frozen=True, slots=True)
class Life:
    """A feature as it was shown from one version until another; ``until`` is None while it still is."""

    since: Version
    until: Version | None


@dataclass(frozen=True, slots=True)
class Lives:
    """The lives of one feature, the oldest first; row k of ``batch`` is what it was in the k-th.

    Neighbours differ in something that is shown: what only hidden fields, masked letters or rounded-off
    digits tell apart is one life. ``whole`` is False where there were more before.
    """

    batch: pa.RecordBatch
    spans: tuple[Life, ...]
    whole: bool


def lives_of(connection: sa.Connection, snapshot: Snapshot, fid: int) -> Lives:
    """The lives of a feature up to the snapshot's version, under its scope; `Missing` when none is seen.

    Two reads by the feature's number, however many versions and rows the layer has.
    """
    batch, seqs = snapshot.lives(fid, MOST_LIVES + 1)
    if not seqs:
        raise Missing(Text(zh=f"没有要素 {fid}", en=f"there is no feature {fid}"), field="featureId")
    whole = len(seqs) <= MOST_LIVES
    if not whole:
        batch, seqs = batch.slice(1), seqs[1:]
    kept, spans = _told_apart(batch, seqs)
    named = {seq for span in spans for seq in span if seq is not None}
    found = versions_of(connection, snapshot.layer, sorted(named))
    lives = [Life(found[begun], None if ended is None else found[ended]) for begun, ended in spans]
    return Lives(batch.take(pa.array(kept, pa.int64())), tuple(lives), whole)


def differing(batch: pa.RecordBatch, before: int, after: int) -> list[str]:
    """The names of the columns in which two rows of a batch differ, that of the geometry included."""
    columns = [(name, batch.column(name)) for name in batch.schema.names if name != FID]
    return [name for name, column in columns if column[before].as_py() != column[after].as_py()]


Span = tuple[int, int | None]


def _told_apart(batch: pa.RecordBatch, seqs: Sequence[Span]) -> tuple[list[int], list[Span]]:
    """Of each run of adjoining rows that look the same the first, and from when to when the run lasts."""
    kept: list[int] = []
    spans: list[Span] = []
    for row, (begun, ended) in enumerate(seqs):
        if kept and spans[-1][1] == begun and not differing(batch, kept[-1], row):
            spans[-1] = (spans[-1][0], ended)
        else:
            kept.append(row)
            spans.append((begun, ended))
    return kept, spans
