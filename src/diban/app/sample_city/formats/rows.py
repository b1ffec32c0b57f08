"""Rows as dictionaries, with geometry as a shape: for formats that are written row by row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from diban.ground import GEOMETRY

Row = dict[str, Any]


def rows_of(table: pa.Table) -> list[Row]:
    """One dictionary a row."""
    if GEOMETRY not in table.column_names:
        bare: list[Row] = table.to_pylist()
        return bare
    shapes = shapely.from_wkb(table[GEOMETRY].combine_chunks().to_numpy(zero_copy_only=False))
    columns = zip(*(column.to_pylist() for column in table.drop_columns([GEOMETRY]).columns), strict=True)
    names = [name for name in table.column_names if name != GEOMETRY]
    return [
        {**dict(zip(names, values, strict=True)), GEOMETRY: shape}
        for values, shape in zip(columns, shapes, strict=True)
    ]


def table_of(rows: list[Row], schema: pa.Schema, *, as_text: bool) -> pa.Table:
    """Rows as a table of a schema again; ``as_text`` where a field may hold what its type cannot."""
    columns = {}
    for field in schema:
        values = [row[field.name] for row in rows]
        if field.name == GEOMETRY:
            shapes = shapely.to_wkb(np.array(values, np.object_), flavor="iso")
            columns[GEOMETRY] = pa.array(shapes, pa.binary())
        elif as_text:
            columns[field.name] = pa.array(
                [None if value is None else str(value) for value in values], pa.string()
            )
        else:
            columns[field.name] = pa.array(values, field.type)
    return pa.table(columns)
