"""Boxes in SQL: the R*Tree's answers, whose float32 boxes are never smaller than the true ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import sqlalchemy as sa

from diban.base.port import BoundBox, Statement
from diban.ground import Extent


def meets(relation: sa.Table, extent: Extent | BoundBox, wide: bool) -> sa.ColumnElement[bool]:
    """The R*Tree asked first; or, when most boxes meet, each row's box looked up as the row comes by."""
    box = _boxes(relation)
    met = sa.and_(
        box.c.maxx >= extent.west,
        box.c.minx <= extent.east,
        box.c.maxy >= extent.south,
        box.c.miny <= extent.north,
    )
    if not wide:
        return relation.c.rid.in_(sa.select(box.c.id).where(met))
    # A scalar, not EXISTS, which SQLite may turn into a join that asks the R*Tree first after all.
    return sa.select(met).where(box.c.id == relation.c.rid).correlate(relation).scalar_subquery()


def within(relation: sa.Table, extent: Extent) -> sa.ColumnElement[bool]:
    """A rounded box inside the extent holds a true box inside it."""
    box = _boxes(relation)
    inside = sa.and_(
        box.c.minx >= extent.west,
        box.c.maxx <= extent.east,
        box.c.miny >= extent.south,
        box.c.maxy <= extent.north,
    )
    return relation.c.rid.in_(sa.select(box.c.id).where(inside))


def reach(relation: sa.Table, condition: sa.ColumnElement[bool]) -> Statement:
    """The outermost sides of the boxes of such rows."""
    box = _boxes(relation)
    return (
        sa.select(
            sa.func.min(box.c.minx).label("west"),
            sa.func.min(box.c.miny).label("south"),
            sa.func.max(box.c.maxx).label("east"),
            sa.func.max(box.c.maxy).label("north"),
        )
        .select_from(relation.join(box, box.c.id == relation.c.rid))
        .where(condition)
    )


def areas(boxes: npt.NDArray[np.float64]) -> pa.Array:
    """Areas of (n, 4) boxes west, south, east, north; null where there is none."""
    with np.errstate(over="ignore", invalid="ignore"):  # a box may be as large as numbers go
        found = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return pa.array(found, mask=np.isnan(found))


def size(relation: sa.Table) -> sa.ColumnElement[float]:
    """The stored area of the row's box; 0 where it has none."""
    return sa.func.coalesce(relation.c.area, 0.0)


def _boxes(relation: sa.Table) -> sa.TableClause:
    names = ("id", "minx", "maxx", "miny", "maxy")
    return sa.table(f"{relation.name}_box", *(sa.column(name) for name in names))
