"""Geometries in the native encodings of GeoParquet 1.1 (those of GeoArrow, separated) as WKB."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from diban.intake.formats import wkb_layout

DEPTHS = {"point": 0, "linestring": 1, "multipoint": 1, "polygon": 2, "multilinestring": 2, "multipolygon": 3}
"""Encodings, and how many lists stand around the coordinates."""

_Counts = npt.NDArray[np.int64]


def to_wkb(column: pa.Array, encoding: str) -> pa.BinaryArray:
    """The column as WKB; what has no coordinates is null. `ValueError` when its type is another."""
    rows = len(column)
    present = np.asarray(column.is_valid())
    counts: list[_Counts] = []
    for _ in range(DEPTHS[encoding]):
        counts.append(np.asarray(pc.list_value_length(column).fill_null(0), np.int64))
        column = column.flatten()
    if encoding == "point":
        column = column.filter(pa.array(present))
    numbers = dict(zip((field.name for field in column.type), column.flatten(), strict=True))
    feature, points, starts = _runs(encoding, rows, counts, present)
    x, y, z, m = (_numbers(numbers.get(name)) for name in ("x", "y", "z", "m"))
    if x is None or y is None:
        raise ValueError(f"no x and y in {column.type}")
    kind = {"point": wkb_layout.POINT, "linestring": wkb_layout.LINE, "polygon": wkb_layout.POLYGON}
    runs = wkb_layout.Runs(
        kind[encoding.removeprefix("multi")],
        feature,
        points,
        starts,
        *(np.full(rows, said) for said in (encoding.startswith("multi"), z is not None, m is not None)),
    )
    return wkb_layout.wkb(runs, x, y, z, m)


def _runs(
    encoding: str, rows: int, counts: list[_Counts], present: npt.NDArray[np.bool_]
) -> tuple[_Counts, _Counts, npt.NDArray[np.bool_]]:
    """Per run of coordinates its row, its points, and whether a part starts with it."""
    every = np.arange(rows)
    if encoding in ("point", "multipoint"):
        feature = every[present] if encoding == "point" else np.repeat(every, counts[0])
        return feature, np.ones(len(feature), np.int64), np.ones(len(feature), bool)
    if encoding == "linestring":
        filled = counts[0] > 0
        return every[filled], counts[0][filled], np.ones(int(filled.sum()), bool)
    feature = np.repeat(every, counts[0])
    if encoding == "multilinestring":
        return feature, counts[1], np.ones(len(feature), bool)
    part = np.arange(rows) if encoding == "polygon" else np.arange(len(feature))
    part = np.repeat(part, counts[0] if encoding == "polygon" else counts[1])
    feature = feature if encoding == "polygon" else np.repeat(feature, counts[1])
    return feature, counts[-1], np.diff(part, prepend=-1) != 0


def _numbers(column: pa.Array | None) -> npt.NDArray[np.float64] | None:
    return None if column is None else np.asarray(column.cast(pa.float64()).fill_null(np.nan))
