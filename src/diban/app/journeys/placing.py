"""Placed (定位): in which CRS a file's coordinates are: by the file, by the sender, never by a guess."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

import pyarrow as pa

from diban.app.journeys.reference import reference_of
from diban.app.wiring import Platform
from diban.ground import CRS84, Crs, GeometryKind, Invalid, Schema, Text, source_crs
from diban.intake import (
    MOST,
    Basis,
    Columns,
    Delivery,
    DeliveryState,
    Detection,
    Reading,
    Unreadable,
    Verdict,
    detect,
    sample_of,
)
from diban.quality import Finding, Flaw, Severity

_MOST_BYTES = 64 << 20
_TITLE = Text(zh="坐标系", en="coordinate reference system")
LIMITED = Flaw(
    "crs.limited",
    Severity.NOTICE,
    _TITLE,
    Text(
        zh="坐标由公开公式从 GCJ-02 或 BD-09 换算，精度有限（米级），不得用作测量成果",
        en="coordinates were computed from GCJ-02 or BD-09 by public formulas: good to metres, no survey",
    ),
    Text(zh="有条件时提交 CGCS2000 原始成果", en="deliver the original in CGCS2000 where there is one"),
)


@dataclass(frozen=True, slots=True)
class Placed:
    """The CRS, every batch of the file, what to note in the report; or the question to ask first."""

    crs: Crs
    batches: Iterator[pa.RecordBatch]
    notes: tuple[Finding, ...] = ()
    question: Detection | None = None


def place(
    platform: Platform,
    delivery: Delivery,
    opened: Reading,
    batches: Iterator[pa.RecordBatch],
    columns: Columns,
    schema: Schema,
) -> Placed:
    """Find what is declared of the coordinates, and hold the first of them against where the city lies.

    ``batches`` are all of the file. An answer that was given is final. `Unreadable` when a CRS is named that
    cannot be taken.
    """
    if schema.geometry is GeometryKind.NONE or opened.source.geometry_type is None:
        return Placed(CRS84, batches)
    if delivery.answer is not None:
        word = _parsed(str(delivery.answer["crs"]))
        return Placed(word, batches, _notes(word))
    written, said, default = _declarations(delivery, opened)
    declared, basis = _declared(written, said, default)
    if delivery.state is not DeliveryState.RECEIVED:
        assert declared is not None, "without one the sender was asked"
        return Placed(declared, batches, _notes(declared))
    head = _head(batches)
    sample = sample_of(head, opened.schema, columns, schema)
    reference = reference_of(platform, delivery.sent.layer, schema, sample)
    if written is not None and said is not None and _differ(written, said):
        question = _contradiction(detect(sample, None, None, reference), written, said)
        return Placed(written, batches, question=question)
    found = detect(sample, declared, basis, reference)
    if declared is None or found.verdict is Verdict.ASK:
        return Placed(CRS84, batches, question=found)
    notes = _notes(declared)
    if found.verdict is Verdict.TAKEN and basis is not Basis.SENDER:
        notes = (*notes, Finding(_untold(found.reason), 1, ()))
    return Placed(declared, chain(head, batches), notes)


def _head(batches: Iterator[pa.RecordBatch]) -> list[pa.RecordBatch]:
    """As many batches as a sample needs, or as may be held."""
    head: list[pa.RecordBatch] = []
    for batch in batches:
        head.append(batch)
        rows, size = sum(one.num_rows for one in head), sum(one.nbytes for one in head)
        if rows >= MOST or size >= _MOST_BYTES:
            break
    return head


def _declarations(delivery: Delivery, opened: Reading) -> tuple[Crs | None, Crs | None, Crs | None]:
    """What the file says, what the sender says, what the format takes for granted."""
    said = None if delivery.sent.crs is None else _parsed(delivery.sent.crs)
    default = None if opened.source.crs is None else _parsed(opened.source.crs)
    return default if opened.source.crs_declared else None, said, default


def _declared(written: Crs | None, said: Crs | None, default: Crs | None) -> tuple[Crs | None, Basis | None]:
    """The first that counts: what a format takes for granted, only where nobody says anything."""
    for crs, basis in ((written, Basis.FILE), (said, Basis.SENDER), (default, Basis.FORMAT)):
        if crs is not None:
            return crs, basis
    return None, None


def _differ(one: Crs, other: Crs) -> bool:
    return one != other and not (one.as_stored and other.as_stored)


def _contradiction(found: Detection, written: Crs, said: Crs) -> Detection:
    reason = Text(
        zh=f"文件坐标系 {written.code} 与报送人所说的 {said.code} 不一致",
        en=f"the file says {written.code}, the sender {said.code}",
    )
    return replace(found, verdict=Verdict.ASK, reason=reason, declared=written, basis=Basis.FILE)


def _parsed(name: str) -> Crs:
    try:
        return source_crs(name)
    except Invalid as fault:
        raise Unreadable("crs.unsupported", fault.message, fault.remedy or LIMITED.remedy) from fault


def _notes(crs: Crs) -> tuple[Finding, ...]:
    return () if crs.shift is None else (Finding(LIMITED, 1, ()),)


def _untold(reason: Text) -> Flaw:
    remedy = Text(
        zh="如属后者，提交时说明坐标系；区划图层已入库，且数据含区划代码或名称，"
        "或图层已有现行版本时，可以判断",
        en="if it is, say so when you deliver; with the layer of districts landed, district codes or "
        "names in the rows, or a version of the layer, it can be told",
    )
    return Flaw("crs.untold", Severity.NOTICE, _TITLE, reason, remedy)
