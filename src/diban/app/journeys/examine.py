"""Checked (质检): the file is read in the sandbox once, spooled, and held against the rules."""

from __future__ import annotations

from dataclasses import dataclass

from diban.app.journeys.placing import place
from diban.app.journeys.progress import Progress
from diban.app.wiring import Platform
from diban.ground import STORED, FeatureSet, Mode, Schema, Text
from diban.intake import (
    Columns,
    Delivery,
    Detection,
    LocalTimes,
    Reading,
    Unreadable,
    match_columns,
    open_upload,
    spool,
)
from diban.quality import Finding, Flaw, Place, Report, Severity, check, standard_rules

READING = Text(zh="文件读取", en="reading the file")


@dataclass(frozen=True, slots=True)
class Examined:
    """The report, and the features it is about; None when the file could not be read, or not yet.

    With a ``question`` nothing was read: the sender's word comes first.
    """

    report: Report
    features: FeatureSet | None
    question: Detection | None = None


def examine(platform: Platform, delivery: Delivery, progress: Progress) -> Examined:
    """Read, spool and check a delivery; whatever is wrong with it becomes a finding."""
    schema = platform.base.schema(delivery.sent.layer)
    if delivery.sent.mode is Mode.UNCHANGED:
        return Examined(Report((), (), 0, 0), FeatureSet.of(schema, STORED, []))
    path = platform.blobs.path(delivery.sent.digest)
    target = platform.work / delivery.id / "rows.arrow"
    times = LocalTimes(platform.settings.zone)
    try:
        with open_upload(path, layer=delivery.sent.source_layer) as opened:
            columns = match_columns(list(opened.columns), opened.source.id_name, schema)
            placed = place(platform, delivery, opened, columns, schema)
            if placed.question is not None:
                return Examined(Report((), (), 0, 0), None, placed.question)
            rows = opened.source.rows
            features = spool(
                placed.batches,
                columns,
                schema,
                placed.crs,
                times,
                target,
                lambda done: progress("read", done, rows),
            )
    except Unreadable as fault:
        remedy = fault.remedy or Text(zh="重新导出后提交", en="export it again")
        flaw = Flaw(fault.code, Severity.ERROR, READING, fault.message, remedy)
        return Examined(Report((Finding(flaw, 1, ()),), (READING,), 0, 0), None)
    rules = standard_rules(schema, platform.settings.area)
    report = check(features, rules, progress=lambda done: progress("check", done, features.rows))
    notes = [
        *_remarks(opened),
        *placed.notes,
        *_column_findings(columns, schema, report.rows),
        *_local_findings(times, schema),
    ]
    return Examined(
        Report((*report.findings, *notes), report.rules, report.rows, report.faulty_rows), features
    )


def _remarks(opened: Reading) -> list[Finding]:
    """What the reader met on the way, as findings."""
    return [
        Finding(
            Flaw(f"read.{remark.code}", Severity(remark.severity), READING, remark.message, remark.remedy),
            remark.count,
            tuple(Place(row) for row in remark.rows),
        )
        for remark in opened.remarks
    ]


def _column_findings(columns: Columns, schema: Schema, rows: int) -> list[Finding]:
    """Columns that are declared and absent, or present and undeclared."""
    title = Text(zh="信息项与声明一致", en="columns as declared")
    found = []
    for name in columns.absent:
        needed = schema.field(name).required or name == schema.key
        flaw = Flaw(
            "column.absent",
            Severity.ERROR if needed else Severity.NOTICE,
            title,
            Text(zh=f"文件中没有信息项“{name}”", en=f"the file has no column {name!r}"),
            Text(zh="补上该列，或修改目录中的信息项", en="add the column, or change the declared fields"),
            name,
        )
        found.append(Finding(flaw, max(rows, 1), ()))
    if columns.undeclared:
        names = "、".join(name[:100] for name in columns.undeclared[:100])
        flaw = Flaw(
            "column.undeclared",
            Severity.NOTICE,
            title,
            Text(zh=f"未在目录中声明、不入库的列：{names}", en=f"columns not declared: {names}"),
            Text(
                zh="需要时在目录中声明这些信息项", en="declare the fields in the catalogue if they are wanted"
            ),
        )
        found.append(Finding(flaw, len(columns.undeclared), ()))
    return found


def _local_findings(times: LocalTimes, schema: Schema) -> list[Finding]:
    """Fields whose times had no offset, and how they were understood."""
    found = []
    for name, count in times.counts.items():
        title = schema.field(name).title
        flaw = Flaw(
            "time.local",
            Severity.NOTICE,
            Text(zh="时间的时区", en="offsets of times"),
            Text(
                zh=f"“{title.zh}”（{name}）有未写时区的时间，已按本市时区 {times.zone} 理解",
                en=f"{title.en} ({name}) has times without an offset; they were read in the city's zone, "
                f"{times.zone}",
            ),
            Text(
                zh="写明时区即可避免误解，例如 2026-11-22T08:00:00+08:00",
                en="to be sure, write the offset: 2026-11-22T08:00:00+08:00",
            ),
            name,
        )
        found.append(Finding(flaw, count, ()))
    return found
