"""A bounded sample of what a file holds: where its features lie, and what their rows say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from diban.ground import GEOMETRY, Kind, Schema
from diban.intake.convert import convert
from diban.intake.local_times import LocalTimes
from diban.intake.spool import Columns

MOST = 2_000
"""Features that are looked at, spread evenly over what was read."""

Points = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """``points`` (n, 2): the centroids, x then y as the file has them; ``rows``: the same features' rows.

    ``keys``: their values of the layer's key, of its declared type; None without a key to look up.
    """

    points: Points
    rows: pa.Table
    keys: pa.Array | None


def sample_of(
    batches: Sequence[pa.RecordBatch], given: pa.Schema, columns: Columns, schema: Schema
) -> Sample:
    """A sample of these batches, which have the ``given`` schema; features without a place are left out."""
    table = pa.Table.from_batches(batches, given)
    if GEOMETRY not in table.schema.names:
        return Sample(np.empty((0, 2)), table.slice(0, 0), None)
    table = table.filter(table.column(GEOMETRY).is_valid())
    spread = np.unique(np.linspace(0, max(table.num_rows - 1, 0), MOST).astype(np.int64))
    table = table.take(pa.array(spread[: table.num_rows]))
    with np.errstate(all="ignore"):
        shapes = shapely.from_wkb(table.column(GEOMETRY).to_numpy(zero_copy_only=False), on_invalid="ignore")
        # The bounds of a point are the point; of none, NaN.
        points: Points = shapely.bounds(shapely.centroid(shapes))[:, :2]
    placed = np.isfinite(points).all(axis=1)
    rows = table.filter(pa.array(placed))
    return Sample(points[placed], rows, _keys(rows, columns, schema))


def _keys(rows: pa.Table, columns: Columns, schema: Schema) -> pa.Array | None:
    name = None if schema.key is None else columns.source.get(schema.key)
    if schema.key is None or name is None:
        return None
    field = schema.field(schema.key)
    if field.kind not in (Kind.TEXT, Kind.INTEGER):
        return None
    keys, _ = convert(rows.column(name).combine_chunks(), field, LocalTimes("UTC"))
    return keys
