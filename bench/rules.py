"""All rules of a layer of buildings whose fields have everything demanded of them."""

from __future__ import annotations

import time

import pyarrow as pa

from bench.data import polygons
from bench.place import AREA
from diban.ground import (
    ROW,
    STORED,
    Code,
    Constraint,
    FeatureSet,
    Field,
    GeometryKind,
    Kind,
    Schema,
    Text,
)
from diban.quality import check, standard_rules

BATCH = 32_768
_USES = tuple(Code(f"{use:02d}", Text(f"用途{use}", f"use {use}")) for use in range(1, 7))


def rules_seconds(count: int) -> float:
    """Wall seconds in which the rules judge so many polygons that lie in memory."""
    schema = _schema()
    table = polygons(count).append_column(ROW, pa.array(range(1, count + 1), pa.int64()))
    batches = table.to_batches(max_chunksize=BATCH)
    rules = standard_rules(schema, AREA)
    begun = time.perf_counter()
    report = check(FeatureSet(schema, STORED, lambda: iter(batches), count), rules)
    seconds = time.perf_counter() - begun
    assert report.rows == count
    return seconds


def _schema() -> Schema:
    kinds = {
        "code": (Kind.TEXT, Constraint(pattern="B[0-9]{9}")),
        "name": (Kind.TEXT, Constraint()),
        "floors": (Kind.INTEGER, Constraint(minimum="1", maximum="120")),
        "height": (Kind.FLOAT, Constraint(minimum="0", maximum="700")),
        "use": (Kind.TEXT, Constraint()),
    }
    fields = tuple(
        Field(
            name,
            kind,
            Text(name, name),
            required=True,
            codes=_USES if name == "use" else (),
            constraint=constraint,
        )
        for name, (kind, constraint) in kinds.items()
    )
    return Schema(fields, GeometryKind.POLYGON, key="code")
