"""GeoJSON (RFC 7946), a feature a line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import orjson
import shapely

from diban.app.sample_city.formats.rows import Row
from diban.ground import GEOMETRY


def write_geojson(pieces: Iterator[list[Row]], path: Path) -> None:
    """Rows as the features of one collection."""
    with path.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","features":[\n')
        between = b""
        for piece in pieces:
            file.write(between + b",\n".join(_features(piece)))
            between = b",\n"
        file.write(b"\n]}\n")


def _features(rows: list[Row]) -> Iterator[bytes]:
    shapes = np.array([row.pop(GEOMETRY) for row in rows], np.object_)
    written = np.where(shapely.is_missing(shapes), "null", shapely.to_geojson(shapes))
    for row, shape in zip(rows, written.tolist(), strict=True):
        feature = {"type": "Feature", "properties": row, "geometry": orjson.Fragment(shape)}
        yield orjson.dumps(feature, _plain)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    assert isinstance(value, date)
    return value.isoformat()
