"""Checked (质检): the file is read in the sandbox once, and held against the rules while it is spooled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from diban.app.journeys.heading import explained, headed
from diban.app.journeys.notes import READING, notes_of
from diban.app.journeys.original import mapping_of, open_original
from diban.app.journeys.placing import place
from diban.app.journeys.progress import Progress
from diban.app.journeys.surroundings import Published
from diban.app.wiring import Platform
from diban.ground import STORED, AssetKind, FeatureSet, Mode, Text
from diban.intake import (
    Delivery,
    Detection,
    LocalTimes,
    Reading,
    Unreadable,
    match_columns,
    open_spool,
    spool,
)
from diban.quality import (
    Delivered,
    Finding,
    Flaw,
    Listing,
    Report,
    Rule,
    Severity,
    check,
    repaired,
    schema_drift,
    sort_of,
    standard_rules,
)
from diban.store import reading, translating_disk


@dataclass(frozen=True, slots=True)
class Examined:
    """The report, and the features it is about; None when the file could not be read, or not yet.

    With a ``question`` nothing was read: the sender's word comes first.
    """

    report: Report
    features: FeatureSet | None
    question: Detection | None = None


def examine(platform: Platform, delivery: Delivery, progress: Progress) -> Examined:
    """Read, spool and check a delivery in one pass; whatever is wrong with it becomes a finding."""
    schema = platform.base.schema(delivery.sent.layer)
    if delivery.sent.mode is Mode.UNCHANGED:
        return Examined(Report((), (), 0, 0), FeatureSet.of(schema, STORED, []))
    target = platform.work / delivery.id / "rows.arrow"
    times = LocalTimes(platform.settings.zone)
    mapping = mapping_of(platform, delivery, schema.asset)
    try:
        with open_original(platform, delivery, mapping, asset=schema.asset) as opened:
            source = opened.source
            columns = match_columns(list(opened.columns), source.id_name, schema, mapping, source.places)
            batches = headed(delivery, opened, columns, mapping, schema)
            placed = place(platform, delivery, opened, batches, columns, schema)
            if placed.question is not None:
                return Examined(Report((), (), 0, 0), None, placed.question)
            if schema.asset is AssetKind.RASTER:  # of which CRS it is, is known only now
                columns = replace(columns, constants={**columns.constants, "source_crs": placed.crs.code})
            rows = source.rows
            arriving = spool(placed.batches, columns, schema, placed.crs, times, target)
            rules = standard_rules(
                schema, platform.settings.area, Published(platform, delivery.sent.layer), placed.crs
            )
            report = _checked(
                platform,
                arriving,
                rules,
                target.with_name("faults.arrow"),
                lambda done: progress("check", done, rows),
            )
    except Unreadable as fault:
        return _unread(explained(platform, delivery, mapping, schema, fault))
    report = replace(report, delivered=_delivered(opened))
    notes = [*notes_of(opened, columns, schema, times, report.rows), *placed.notes]
    features = open_spool(target, schema)
    return with_repairs(report.plus([*notes, *_drift(platform, delivery, report)]), features, delivery)


def _unread(fault: Unreadable) -> Examined:
    """The one finding that there is where nothing could be read."""
    remedy = fault.remedy or Text(zh="重新导出后提交", en="export it again")
    flaw = Flaw(fault.code, Severity.ERROR, READING, fault.message, remedy)
    return Examined(Report((Finding(flaw, 1, ()),), (READING,), 0, 0), None)


def _delivered(opened: Reading) -> Delivered:
    """The file's columns of values; those of coordinates come and go with the format."""
    names = [name for name in opened.columns if name not in opened.source.places]
    sorts = tuple((name, sort_of(opened.schema.field(name).type)) for name in names)
    return Delivered(opened.source.format, sorts)


def _checked(
    platform: Platform,
    features: FeatureSet,
    rules: list[Rule],
    path: Path,
    progress: Callable[[int], None],
) -> Report:
    """The rules' report; the list of all faulty rows is kept among the blobs."""
    with translating_disk(), Listing(path) as listing:
        report = check(features, rules, progress=progress, listing=listing)
    if not listing.rows or features.schema.asset is not None:  # a file has no rows to be mended
        return report
    with path.open("rb") as stream:
        return replace(report, listing=platform.blobs.put(stream, limit=platform.settings.upload_limit))


def with_repairs(report: Report, features: FeatureSet, delivery: Delivery) -> Examined:
    """The features as they may land: repaired where the report proposes it; accepted if the sender did so."""
    if report.repairs:
        features = repaired(features)
    return Examined(report.accepted() if delivery.sent.accept_repairs else report, features)


def _drift(platform: Platform, delivery: Delivery, report: Report) -> Iterator[Finding]:
    """What changed in the columns since the delivery that landed last."""
    with reading(platform.database) as connection:
        before = platform.deliveries.landed_before(connection, delivery.sent.layer)
    known = None if before is None else Delivered.from_json((before.report or {}).get("delivered"))
    if known is not None and report.delivered is not None:
        yield from schema_drift(known, report.delivered)
