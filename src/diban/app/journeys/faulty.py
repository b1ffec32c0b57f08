"""The faulty rows of a delivery as a file in its sender's own format, to be mended and sent again."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from diban.app.journeys.original import mapping_of, open_original
from diban.app.wiring import Platform
from diban.ground import Missing, Text
from diban.intake import MARKS, Delivery, write_marked
from diban.quality import Report, read_listing


def faulty_rows(platform: Platform, delivery: Delivery) -> Path:
    """A file with every row that has an error or a warning, and beside it what is wrong and what helps.

    It lies in the delivery's work folder and is made once, from the original. `Missing` when the
    report lists no row; who may have it is for the caller to ask.
    """
    report = Report.from_json(delivery.report) if delivery.report else None
    if report is None or report.listing is None:
        raise Missing(
            Text(zh="没有可列出的问题行", en="there are no faulty rows to be listed"), field=delivery.id
        )
    folder = platform.work / delivery.id
    stem = folder / f"faulty-rows-{report.listing[:16]}"
    if made := [path for path in folder.glob(f"{stem.name}.*") if ".part" not in path.name]:
        return made[0]
    folder.mkdir(parents=True, exist_ok=True)
    marks = _marks(report, platform.blobs.path(report.listing))
    with open_original(platform, delivery, mapping_of(platform, delivery)) as opened:
        return write_marked(opened, marks, stem)


def _marks(report: Report, listing: Path) -> pa.Table:
    """For each faulty row the titles of its rules, messages and remedies, joined."""
    said = {(one.code, one.flaw.field, one.flaw.repairable): one.flaw for one in report.findings}
    rows: dict[int, list[tuple[str, str, str, str]]] = {}
    for batch in read_listing(listing):
        # One flaw a batch, so its words are found once.
        code, field, repairable = (batch.column(name)[0].as_py() for name in ("code", "field", "repairable"))
        flaw = said[code, field, repairable]
        words = (flaw.rule.zh, flaw.message.zh, flaw.message.en, f"{flaw.remedy.zh} / {flaw.remedy.en}")
        for row in batch.column("row").to_pylist():
            rows.setdefault(row, []).append(words)
    numbers = sorted(rows)
    joined = [["；".join(dict.fromkeys(part)) for part in zip(*rows[row], strict=True)] for row in numbers]
    columns = list(zip(*joined, strict=True))
    return pa.table({"_row": pa.array(numbers, pa.int64()), **dict(zip(MARKS, columns, strict=True))})
