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
from diban.quality import Finding, Flaw, Report, Severity, read_listing
from diban.store import translating_disk

PREFIX = "faulty-"
"""How the folders begin in which such files are made, beside those of the deliveries."""
_NOT_READ = frozenset({"read.rows-ragged", "read.rows-above-head", "read.cells-merged"})
"""Remarks whose rows may not be among those that were read."""
LEFT_BEHIND = 3600.0
"""Seconds after which nobody is at work in one: whoever made it was killed."""


@contextmanager
def faulty_rows(platform: Platform, delivery: Delivery, bound: Bound = UNBOUNDED) -> Iterator[Marked]:
    """A file with every row that has an error or a warning, and beside it what is wrong and what helps.

    It is made from the original, as far as ``bound`` goes, and is gone when the context ends. Rows that the
    reader remarked are among them, as far as the report names them. `Missing` when the report names no row
    that can be read; who may have it is for the caller to ask.
    """
    report = Report.from_json(delivery.report) if delivery.report else None
    if report is None or (report.listing is None and not list(_remarked(report))):
        raise Missing(
            Text(zh="没有可列出的问题行", en="there are no faulty rows to be listed"),
            field=delivery.id,
            remedy=Text(
                zh="读不出的行按报告中的行号在原文件中查找",
                en="rows that could not be read are found in the file by their numbers in the report",
            ),
        )
    with translating_disk():
        platform.work.mkdir(parents=True, exist_ok=True)
        folder = TemporaryDirectory(prefix=PREFIX, dir=platform.work, ignore_cleanup_errors=True)
    with folder:
        work = Path(folder.name)
        most = None if bound.rows is None else bound.rows + 1  # one more shows that there are more
        listing = None if report.listing is None else platform.blobs.path(report.listing)
        marks = _marks(report, listing, most)
        mapping = mapping_of(platform, delivery)
        with translating_disk(), open_original(platform, delivery, mapping, work=work) as opened:
            made = write_marked(opened, marks, work / "rows", bound)
        yield made


def forget_faulty(work: Path, *, every: bool = False) -> None:
    """Remove what killed processes left of such files, or all: they hold values of features."""
    for path in work.glob(f"{PREFIX}*"):
        if every or path.stat().st_mtime < time.time() - LEFT_BEHIND:
            shutil.rmtree(path, ignore_errors=True)


def _remarked(report: Report) -> Iterator[Finding]:
    """What the reader says of rows that it read, graver than a notice."""
    for one in report.findings:
        told = one.code.startswith("read.") and one.severity is not Severity.NOTICE
        if told and one.places and one.code not in _NOT_READ:
            yield one


def _marks(report: Report, listing: Path | None, most: int | None) -> pa.Table:
    """For each faulty row, or the first ``most``, the titles of its rules, messages and remedies, joined."""
    last = _last(report, listing, most)
    said = {(one.code, one.flaw.field, one.flaw.repairable): one.flaw for one in report.findings}
    rows: dict[int, list[tuple[str, str, str, str]]] = {}
    for batch in () if listing is None else read_listing(listing):
        # One flaw a batch, so its words are found once.
        code, field, repairable = (batch.column(name)[0].as_py() for name in ("code", "field", "repairable"))
        words = _words(said[code, field, repairable])
        numbers = batch.column("row")
        for row in numbers.filter(pc.less_equal(numbers, last)).to_pylist():
            rows.setdefault(row, []).append(words)
    for one in _remarked(report):
        for place in one.places:
            if place.row <= last:
                rows.setdefault(place.row, []).append(_words(one.flaw))
    listed = sorted(rows)
    joined = [["；".join(dict.fromkeys(part)) for part in zip(*rows[row], strict=True)] for row in listed]
    columns = list(zip(*joined, strict=True))
    return pa.table({"_row": pa.array(listed, pa.int64()), **dict(zip(MARKS, columns, strict=True))})


def _words(flaw: Flaw) -> tuple[str, str, str, str]:
    return flaw.rule.zh, flaw.message.zh, flaw.message.en, f"{flaw.remedy.zh} / {flaw.remedy.en}"


def _last(report: Report, listing: Path | None, most: int | None) -> int:
    """The number of the last row that is wanted."""
    listed = [] if listing is None else [batch.column("row").to_numpy() for batch in read_listing(listing)]
    remarked = [place.row for one in _remarked(report) for place in one.places]
    numbers = np.unique(np.concatenate([*listed, np.array(remarked, np.int64)]))
    return int(numbers[:most][-1])
