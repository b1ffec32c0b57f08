"""Checked (质检): the file is read in the sandbox once, spooled, and held against the rules."""

from __future__ import annotations

from dataclasses import dataclass

from diban.app.journeys.progress import Progress
from diban.app.wiring import Platform
from diban.ground import CRS84, STORED, Crs, FeatureSet, GeometryKind, Invalid, Mode, Schema, Text, parse_crs
from diban.intake import (
    Columns,
    Delivery,
    Mapping,
    Places,
    Reading,
    Unreadable,
    match_columns,
    open_upload,
    spool,
)
from diban.quality import Finding, Flaw, Place, Report, Severity, check, standard_rules
from diban.store import reading

READING = Text(zh="文件读取", en="reading the file")


@dataclass(frozen=True, slots=True)
class Examined:
    """The report, and the features it is about; None when the file could not be read."""

    report: Report
    features: FeatureSet | None


def examine(platform: Platform, delivery: Delivery, progress: Progress) -> Examined:
    """Read, spool and check a delivery; whatever is wrong with it becomes a finding."""
    schema = platform.base.schema(delivery.sent.layer)
    if delivery.sent.mode is Mode.UNCHANGED:
        return Examined(Report((), (), 0, 0), FeatureSet.of(schema, STORED, []))
    path = platform.blobs.path(delivery.sent.digest)
    target = platform.work / delivery.id / "rows.arrow"
    try:
        mapping = _mapping(platform, delivery)
        with open_upload(
            path,
            layer=delivery.sent.source_layer or mapping.source_layer,
            encoding=mapping.encoding,
            places=Places(mapping.x, mapping.y, mapping.shape),
            work=target.parent,
        ) as opened:
            crs = _crs(delivery, opened, schema)
            columns = match_columns(list(opened.columns), opened.source.id_name, schema, mapping)
            rows = opened.source.rows
            features = spool(
                opened.batches(), columns, schema, crs, target, lambda done: progress("read", done, rows)
            )
    except Unreadable as fault:
        remedy = fault.remedy or Text(zh="重新导出后提交", en="export it again")
        flaw = Flaw(fault.code, Severity.ERROR, READING, fault.message, remedy)
        return Examined(Report((Finding(flaw, 1, ()),), (READING,), 0, 0), None)
    rules = standard_rules(schema, platform.settings.area)
    report = check(features, rules, progress=lambda done: progress("check", done, features.rows))
    notes = [*_remarks(opened), *_column_findings(columns, schema, report.rows)]
    return Examined(
        Report((*report.findings, *notes), report.rules, report.rows, report.faulty_rows), features
    )


def _mapping(platform: Platform, delivery: Delivery) -> Mapping:
    """The mapping that the layer had when the delivery was received."""
    if delivery.sent.mapping is None:
        return Mapping()
    with reading(platform.database) as connection:
        return platform.mappings.get(connection, delivery.sent.layer, delivery.sent.mapping)


def _crs(delivery: Delivery, opened: Reading, schema: Schema) -> Crs:
    """The CRS of the coordinates: the file's own word, else the sender's; both must not disagree."""
    if schema.geometry is GeometryKind.NONE or opened.source.geometry_type is None:
        return CRS84
    said = None if delivery.sent.crs is None else _parsed(delivery.sent.crs)
    default = None if opened.source.crs is None else opened.source.crs
    written = None if default is None or not opened.source.crs_declared else _parsed(default)
    if (
        said is not None
        and written is not None
        and (said != written and not (said.degrees and written.degrees))
    ):
        raise Unreadable(
            "crs.contradiction",
            Text(
                zh=f"文件坐标系 {written.code} 与声明的 {said.code} 不一致",
                en=f"the file says {written.code}, the sender {said.code}",
            ),
            Text(zh="核实后改正其一", en="find out which holds, and correct the other"),
        )
    # What the format takes for granted counts only where neither the file nor the sender says anything.
    found = written or said or (None if default is None else _parsed(default))
    if found is None:
        raise Unreadable(
            "crs.unknown",
            Text(zh="文件没有说明坐标系", en="the file does not say its coordinate reference system"),
            Text(
                zh="提交时用 --crs 说明，例如 EPSG:4547",
                en="name it on submission with --crs, for example EPSG:4547",
            ),
        )
    return found


def _parsed(name: str) -> Crs:
    try:
        return parse_crs(name)
    except Invalid as fault:
        raise Unreadable(
            "crs.unsupported",
            fault.message,
            Text(zh=f"转换为：{fault.limit}", en=f"convert the file to one of {fault.limit}"),
        ) from fault


def _remarks(opened: Reading) -> list[Finding]:
    """What the reader met on the way, as findings."""
    remedy = Text(zh="在原软件中核实后重新导出", en="look it up in the original software and export again")
    return [
        Finding(
            Flaw(f"read.{remark.code}", Severity(remark.severity), READING, remark.message, remedy),
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
