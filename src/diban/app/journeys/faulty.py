"""The faulty rows of a delivery as a file in its sender's own format, to be mended and sent again."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from diban.app.journeys.original import mapping_of, open_original
from diban.app.wiring import Platform
from diban.ground import Missing, Text
from diban.intake import MARKS, UNBOUNDED, Bound, Delivery, Marked, write_marked
from diban.quality import Report, read_listing
from diban.store import translating_disk

PREFIX = "faulty-"
"""How the folders begin in which such files are made, beside those of the deliveries."""
LEFT_BEHIND = 3600.0
"""Seconds after which nobody is at work in one: whoever made it was killed."""


@contextmanager
def faulty_rows(platform: Platform, delivery: Delivery, bound: Bound = UNBOUNDED) -> Iterator[Marked]:
    """A file with every row that has an error or a warning, and beside it what is wrong and what helps.

    It is made from the original, as far as ``bound`` goes, and is gone when the context ends. `Missing`
    when the report lists no row; who may have it is for the caller to ask.
    """
    report = Report.from_json(delivery.report) if delivery.report else None
    if report is None or report.listing is None:
        raise Missing(
            Text(zh="没有可列出的问题行", en="there are no faulty rows to be listed"), field=delivery.id
        )
    with translating_disk():
        platform.work.mkdir(parents=True, exist_ok=True)
        folder = TemporaryDirectory(prefix=PREFIX, dir=platform.work, ignore_cleanup_errors=True)
    with folder:
        work = Path(folder.name)
        most = None if bound.rows is None else bound.rows + 1  # one more shows that there are more
        marks = _marks(report, platform.blobs.path(report.listing), most)
        mapping = mapping_of(platform, delivery)
        with translating_disk(), open_original(platform, delivery, mapping, work) as opened:
            made = write_marked(opened, marks, work / "rows", bound)
        yield made


def forget_faulty(work: Path, *, every: bool = False) -> None:
    """Remove what killed processes left of such files, or all: they hold values of features."""
    for path in work.glob(f"{PREFIX}*"):
        if every or path.stat().st_mtime < time.time() - LEFT_BEHIND:
            shutil.rmtree(path, ignore_errors=True)


def _marks(report: Report, listing: Path, most: int | None) -> pa.Table:
    """For each faulty row, or the first ``most``, the titles of its rules, messages and remedies, joined."""
    last = _last(listing, most)
    said = {(one.code, one.flaw.field, one.flaw.repairable): one.flaw for one in report.findings}
    rows: dict[int, list[tuple[str, str, str, str]]] = {}
    for batch in read_listing(listing):
        # One flaw a batch, so its words are found once.
        code, field, repairable = (batch.column(name)[0].as_py() for name in ("code", "field", "repairable"))
        flaw = said[code, field, repairable]
        words = (flaw.rule.zh, flaw.message.zh, flaw.message.en, f"{flaw.remedy.zh} / {flaw.remedy.en}")
        numbers = batch.column("row")
        for row in numbers.filter(pc.less_equal(numbers, last)).to_pylist():
            rows.setdefault(row, []).append(words)
    listed = sorted(rows)
    joined = [["；".join(dict.fromkeys(part)) for part in zip(*rows[row], strict=True)] for row in listed]
    columns = list(zip(*joined, strict=True))
    return pa.table({"_row": pa.array(listed, pa.int64()), **dict(zip(MARKS, columns, strict=True))})


def _last(listing: Path, most: int | None) -> int:
    """The number of the last row that is wanted."""
    numbers = np.unique(np.concatenate([batch.column("row").to_numpy() for batch in read_listing(listing)]))
    return int(numbers[:most][-1])
