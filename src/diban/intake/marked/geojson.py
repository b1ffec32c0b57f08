"""Marked rows as GeoJSON (RFC 7946)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import shapely

from diban.ground import GEOMETRY
from diban.intake.sandbox.reading import SourceLayer

SUFFIX = ".geojson"


def write(batches: Iterator[pa.RecordBatch], _schema: pa.Schema, source: SourceLayer, path: Path) -> None:
    """One collection, a feature a line; the CRS is named where the file had named it."""
    with path.open("wb") as stream:
        head: dict[str, Any] = {"type": "FeatureCollection"}
        if source.crs is not None and source.crs_declared:
            head["crs"] = {"type": "name", "properties": {"name": source.crs}}
        stream.write(orjson.dumps(head)[:-1] + b',"features":[')
        between = b"\n"
        for batch in batches:
            for feature in _features(batch):
                stream.write(between + orjson.dumps(feature, default=_plain))
                between = b",\n"
        stream.write(b"\n]}\n")


def _features(batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    geometry: list[Any] = [None] * batch.num_rows
    if GEOMETRY in batch.schema.names:
        values = batch.column(GEOMETRY).to_numpy(zero_copy_only=False)
        written = shapely.to_geojson(shapely.from_wkb(values, on_invalid="ignore"))
        geometry = [None if text is None else orjson.Fragment(text) for text in written]
        batch = batch.drop_columns([GEOMETRY])
    for properties, shape in zip(batch.to_pylist(), geometry, strict=True):
        yield {"type": "Feature", "properties": properties, "geometry": shape}


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)
