"""What reading a file told, beside its rows, as findings: remarks, columns, times without an offset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from diban.ground import Kind, Schema, Text
from diban.intake import Columns, LocalTimes, Reading, Remark
from diban.quality import Finding, Flaw, Place, Severity

READING = Text(zh="文件读取", en="reading the file")

_LONG_NUMBERS = ("number-inexact", "number-damaged")


def notes_of(
    opened: Reading, columns: Columns, schema: Schema, times: LocalTimes, rows: int
) -> list[Finding]:
    """Everything worth telling of a file whose ``rows`` were read."""
    return [
        *_remarks(opened.remarks, columns, schema),
        *_columns(columns, schema, rows),
        *_local(times, schema),
    ]


def _remarks(remarks: Iterable[Remark], columns: Columns, schema: Schema) -> Iterator[Finding]:
    """What the reader met on the way, as findings."""
    for remark in remarks:
        severity = _severity(remark, columns, schema)
        flaw = Flaw(f"read.{remark.code}", severity, READING, remark.message, remark.remedy)
        yield Finding(flaw, remark.count, tuple(Place(row) for row in remark.rows))


def _severity(remark: Remark, columns: Columns, schema: Schema) -> Severity:
    """What is said of a column that lands nowhere harms nothing; a measure has no last digit to lose."""
    severity = Severity(remark.severity)
    if remark.column is None or severity is Severity.NOTICE:
        return severity
    unread = remark.code == "column-unsupported" and remark.column.casefold() not in columns.sought
    if unread or remark.column in columns.undeclared:
        return Severity.NOTICE
    served = [schema.field(name).kind for name, column in columns.source.items() if column == remark.column]
    measure = bool(served) and set(served) == {Kind.FLOAT}
    return Severity.WARNING if measure and remark.code in _LONG_NUMBERS else severity


def _columns(columns: Columns, schema: Schema, rows: int) -> Iterator[Finding]:
    """Columns that are declared and absent, or present and undeclared."""
    title = Text(zh="信息项与声明一致", en="columns as declared")
    for name in columns.absent:
        needed = schema.field(name).required or name == schema.key
        flaw = Flaw(
            "column.absent",
            Severity.ERROR if needed else Severity.NOTICE,
            title,
            Text(zh=f"文件中没有信息项“{name}”", en=f"the file has no column {name!r}"),
            Text(
                zh="补上该列，或在映射中指定由哪一列提供，或修改目录中的信息项",
                en="add the column, name in the mapping the one that serves, or change the declared fields",
            ),
            name,
        )
        yield Finding(flaw, max(rows, 1), ())
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
        yield Finding(flaw, len(columns.undeclared), ())


def _local(times: LocalTimes, schema: Schema) -> Iterator[Finding]:
    """Fields whose times had no offset, and how they were understood."""
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
        yield Finding(flaw, count, ())
