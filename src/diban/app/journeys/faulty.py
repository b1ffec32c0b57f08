"""The faulty rows of a delivery as a file in its sender's own format, to be mended and sent again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from diban.app.journeys.original import mapping_of, open_original
from diban.app.wiring import Platform
from diban.ground import Missing, Text
from diban.intake import MARKS, Delivery, write_marked
from diban.quality import Finding, Flaw, Report, Severity, read_listing

_NOT_READ = frozenset({"read.rows-ragged", "read.rows-above-head", "read.cells-merged"})
"""Remarks whose rows may not be among those that were read."""


def faulty_rows(platform: Platform, delivery: Delivery) -> Path:
    """A file with every row that has an error or a warning, and beside it what is wrong and what helps.

    Rows that the reader remarked are among them, as far as the report names them. It lies in the
    delivery's work folder and is made once, from the original. `Missing` when the report names no row
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
    folder = platform.work / delivery.id
    stem = folder / f"faulty-rows-{(report.listing or 'read')[:16]}"
    if made := [path for path in folder.glob(f"{stem.name}.*") if ".part" not in path.name]:
        return made[0]
    folder.mkdir(parents=True, exist_ok=True)
    marks = _marks(report, None if report.listing is None else platform.blobs.path(report.listing))
    with open_original(platform, delivery, mapping_of(platform, delivery)) as opened:
        return write_marked(opened, marks, stem)


def _remarked(report: Report) -> Iterator[Finding]:
    """What the reader says of rows that it read, graver than a notice."""
    for one in report.findings:
        told = one.code.startswith("read.") and one.severity is not Severity.NOTICE
        if told and one.places and one.code not in _NOT_READ:
            yield one


def _marks(report: Report, listing: Path | None) -> pa.Table:
    """For each faulty row the titles of its rules, messages and remedies, joined."""
    said = {(one.code, one.flaw.field, one.flaw.repairable): one.flaw for one in report.findings}
    rows: dict[int, list[tuple[str, str, str, str]]] = {}
    for batch in () if listing is None else read_listing(listing):
        # One flaw a batch, so its words are found once.
        code, field, repairable = (batch.column(name)[0].as_py() for name in ("code", "field", "repairable"))
        words = _words(said[code, field, repairable])
        for row in batch.column("row").to_pylist():
            rows.setdefault(row, []).append(words)
    for one in _remarked(report):
        for place in one.places:
            rows.setdefault(place.row, []).append(_words(one.flaw))
    numbers = sorted(rows)
    joined = [["；".join(dict.fromkeys(part)) for part in zip(*rows[row], strict=True)] for row in numbers]
    columns = list(zip(*joined, strict=True))
    return pa.table({"_row": pa.array(numbers, pa.int64()), **dict(zip(MARKS, columns, strict=True))})


def _words(flaw: Flaw) -> tuple[str, str, str, str]:
    return flaw.rule.zh, flaw.message.zh, flaw.message.en, f"{flaw.remedy.zh} / {flaw.remedy.en}"
