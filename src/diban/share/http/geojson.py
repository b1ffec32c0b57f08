"""Batches as GeoJSON: vectorised geometry, values exact, no Python loop over coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import shapely

from diban.ground import CRS84, FID, GEOMETRY, Crs, Invalid, Text, project, read_rings


def features_of(batch: pa.RecordBatch, crs: Crs) -> list[dict[str, Any]]:
    """GeoJSON features of a batch in lon/lat, moved to ``crs`` in its own axis order.

    ``id`` is the feature number. Dates are ISO 8601, instants RFC 3339 in UTC, decimals numbers
    with all their digits.
    """
    names = [name for name in batch.schema.names if name not in (FID, GEOMETRY)]
    columns = [json_values(batch.column(name)) for name in names]
    geometry = geometries(batch, crs)
    # One small object per feature is what GeoJSON is; what is in it is made by columns.
    return [
        {"type": "Feature", "id": fid, "geometry": shape, "properties": dict(zip(names, values, strict=True))}
        for fid, shape, *values in zip(batch.column(FID).to_pylist(), geometry, *columns, strict=True)
    ]


def geometries(batch: pa.RecordBatch, crs: Crs) -> Sequence[Any]:
    """Each geometry as JSON takes it; None where there is none."""
    if GEOMETRY not in batch.schema.names:
        return [None] * batch.num_rows
    column = batch.column(GEOMETRY)
    rings = read_rings(column)
    polygons = _polygons(written(rings.points, crs), rings.firsts)
    if len(polygons) == len(column):
        return polygons
    found = np.full(len(column), None, np.object_)
    found[rings.rows] = polygons
    others = shapely.from_wkb(column.to_numpy(zero_copy_only=False)[~rings.rows])
    texts = shapely.to_geojson(moved(others, crs))
    found[~rings.rows] = [None if text is None else orjson.Fragment(text) for text in texts]
    shapes: list[Any] = found.tolist()
    return shapes


def _polygons(points: npt.NDArray[np.float64], firsts: npt.NDArray[np.int64]) -> list[dict[str, Any]]:
    """Polygons of one ring each: a third of the time that it takes to make shapes of them first."""
    places, starts = points.tolist(), firsts.tolist()
    ends = [*starts, len(places)][1:]
    # One small object per feature, as GeoJSON has it.
    return [
        {"type": "Polygon", "coordinates": [places[start:end]]}
        for start, end in zip(starts, ends, strict=True)
    ]


def moved(shapes: npt.NDArray[np.object_], crs: Crs) -> npt.NDArray[np.object_]:
    """Shapes in lon/lat as the CRS writes them; `Invalid` when one lies where it has no coordinates."""
    if crs.degrees and not crs.swapped:
        return shapes
    out: npt.NDArray[np.object_] = shapely.transform(
        shapes, lambda points: written(points, crs), include_z=bool(shapely.has_z(shapes).any())
    )
    return out


def written(points: npt.NDArray[np.float64], crs: Crs) -> npt.NDArray[np.float64]:
    """Points (n, 2 or 3) in lon/lat as the CRS writes them: projected, axes in the prescribed order.

    `Invalid` when one lies where the CRS has no coordinates.
    """
    if crs.degrees and not crs.swapped:
        return points
    found = project(points, CRS84, crs)
    if not np.isfinite(found[:, :2]).all():
        raise Invalid(
            Text(zh="有要素超出该坐标系的范围", en="a feature lies outside that CRS"),
            field="crs",
            limit=crs.code,
            remedy=Text(zh="用 bbox 限定范围，或换用 CRS84", en="limit it by bbox, or ask for CRS84"),
        )
    return found[:, [1, 0, *range(2, found.shape[1])]] if crs.swapped else found


def json_values(column: pa.Array) -> list[Any]:
    """A column's values as JSON takes them."""
    if pa.types.is_decimal(column.type):
        texts = column.cast(pa.string()).to_pylist()
        return [None if text is None else orjson.Fragment(text) for text in texts]
    if pa.types.is_date32(column.type):
        return list(column.cast(pa.string()).to_pylist())
    if pa.types.is_timestamp(column.type):
        return [
            None if value is None else value.isoformat().replace("+00:00", "Z")
            for value in column.to_pylist()
        ]
    return list(column.to_pylist())
