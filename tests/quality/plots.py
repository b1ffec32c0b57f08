"""A clean layer of square plots, and ways to spoil it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import shapely

from diban.ground import (
    CGCS2000,
    GEOMETRY,
    ROW,
    Code,
    Extent,
    FeatureSet,
    Field,
    GeometryKind,
    Kind,
    Schema,
    Text,
)
from diban.quality import UNREAD, Finding, Report, check, standard_rules
from diban.quality.rules.precision import Precision

AREA = Extent(113.7, 22.4, 114.7, 22.9)
SIDE = 2.0123e-4


def field(name: str, kind: Kind, *, required: bool = False, unique: bool = False, codes: str = "") -> Field:
    listed = tuple(Code(value, Text(zh=f"码{value}", en=f"code {value}")) for value in codes.split())
    return Field(name, kind, Text(zh=f"{name}项", en=name.title()), required, unique, listed)


SCHEMA = Schema(
    fields=(
        field("code", Kind.TEXT, required=True),
        field("use", Kind.TEXT, codes="01 02 03"),
        field("floors", Kind.INTEGER, required=True),
        field("deed", Kind.INTEGER, unique=True),
        field("name", Kind.TEXT),
    ),
    geometry=GeometryKind.POLYGON,
    key="code",
)


def plots(
    count: int, spoilt: Mapping[str, Mapping[int, object]] | None = None, *, batch: int = 50
) -> FeatureSet:
    """``count`` clean rows; ``{column: {row: value}}`` puts other values into rows (from 1)."""
    spoilt = spoilt or {}
    number = np.arange(count)
    west, south = 113.9 + number % 100 * 2 * SIDE, 22.5 + number // 100 * 2 * SIDE
    columns: dict[str, list[object]] = {
        ROW: list(range(1, count + 1)),
        "code": [f"4403910{i:08d}" for i in number],
        "use": [f"0{i % 3 + 1}" for i in number],
        "floors": [int(i) % 30 + 1 for i in number],
        "deed": [int(i) * 7 for i in number],
        "name": [None if i % 5 else f"楼{i}" for i in number],
        GEOMETRY: list(shapely.to_wkb(shapely.box(west, south, west + SIDE, south + SIDE))),
    }
    if UNREAD in spoilt:
        columns[UNREAD] = [None] * count
    for name, values in spoilt.items():
        for row, value in values.items():
            columns[name][row - 1] = value
    table = pa.Table.from_batches([_batch(columns)])
    return FeatureSet.of(SCHEMA, CGCS2000, table.to_batches(max_chunksize=batch))


def _batch(columns: Mapping[str, Sequence[object]]) -> pa.RecordBatch:
    types = {
        ROW: pa.int64(),
        UNREAD: pa.list_(pa.struct([("field", pa.string()), ("value", pa.string())])),
        **{item.name: item.arrow_type() for item in SCHEMA.fields},
        GEOMETRY: pa.binary(),
    }
    return pa.record_batch({name: pa.array(columns[name], types[name]) for name in types if name in columns})


def wkb(wkt: str) -> bytes:
    return bytes(shapely.to_wkb(shapely.from_wkt(wkt), flavor="iso"))


def judged(features: FeatureSet, threads: int = 2) -> Report:
    """The report of the standard rules but one: coordinates made up by hand are short."""
    rules = [rule for rule in standard_rules(features.schema, AREA) if not isinstance(rule, Precision)]
    return check(features, rules, threads=threads)


def found(report: Report) -> dict[tuple[str, str | None], list[int]]:
    """Rows by code and field, of every finding (whose places must be all of its rows)."""
    assert all(len(item.places) == item.count for item in report.findings)
    return {(item.code, item.flaw.field): [p.row for p in item.places] for item in report.findings}


def only(report: Report) -> Finding:
    """The one finding there is."""
    (finding,) = report.findings
    return finding
