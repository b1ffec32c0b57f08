"""Rows as the port takes them, for tests of the PostGIS row store alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import shapely

from diban.base.port import Rows, Step
from diban.ground import Field, Kind, Schema, Text

NAMED = Schema(
    (
        Field("name", Kind.TEXT, Text("名称", "name"), slot=1),
        Field("n", Kind.INTEGER, Text("数", "n"), slot=2),
    )
)


def rows(
    fids: Sequence[int], names: Sequence[str | None], shapes: Sequence[bytes | None] | None = None
) -> Rows:
    """Rows with these feature numbers and names; by default points at (fid / 1000, 22)."""
    count = len(fids)
    points = shapely.points(np.array(fids) / 1000, np.full(count, 22.0))
    geometry = shapely.to_wkb(points, flavor="iso") if shapes is None else shapes
    batch = pa.RecordBatch.from_pydict(
        {
            "fid": pa.array(fids, pa.int64()),
            "tfrom": pa.nulls(count, pa.int64()),
            "tto": pa.nulls(count, pa.int64()),
            "zmin": pa.nulls(count, pa.float64()),
            "zmax": pa.nulls(count, pa.float64()),
            "hash": pa.array([fid.to_bytes(32) for fid in fids], pa.binary(32)),
            "geom": pa.array(geometry, pa.binary()),
            "c1": pa.array(names, pa.string()),
            "c2": pa.array(fids, pa.int64()),
        }
    )
    return Rows(batch, np.full((count, 4), np.nan))


def steps(count: int, *, first: int = 0, name: str = "changed") -> Iterator[Step]:
    """Steps of which each ends one feature and begins its successor."""
    for number in range(first, first + count):
        yield Step(number, np.array([number + 1]), rows([number + 1], [name]))
