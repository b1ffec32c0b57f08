"""Kept tiles of a layer in their table."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from diban.base.keeping import MARK, moved_on
from diban.base.port import KeptRow


def keep(
    connection: sa.Connection,
    table: sa.Table,
    epoch: int,
    tiles: Sequence[KeptRow],
    gone: Sequence[tuple[int, int, int]],
) -> None:
    """Keep tiles, forget others; `Conflict` when something was erased since ``epoch``."""
    at = table.c
    # Shared: an erasure waits for this transaction, not others that keep tiles.
    mark = sa.select(at.seq).where(at.zoom == MARK).with_for_update(read=True)
    if connection.execute(mark).scalar_one() != epoch:
        raise moved_on()
    for zoom, row, column in gone:
        above = sa.cast(at.zoom - zoom, sa.Integer)
        here = (at.row.op(">>")(above) == row, at.column.op(">>")(above) == column)
        connection.execute(sa.delete(table).where(at.zoom >= zoom, *here))
    for tile in tiles:
        here = (at.row == tile["row"], at.column == tile["column"])
        connection.execute(sa.delete(table).where(at.zoom == tile["zoom"], *here))
        connection.execute(sa.insert(table).values(**tile))


def forget_all(connection: sa.Connection, table: sa.Table) -> None:
    """No tile is kept any more, nor may any that is being made now."""
    connection.execute(sa.update(table).where(table.c.zoom == MARK).values(seq=table.c.seq + 1))
    connection.execute(sa.delete(table).where(table.c.zoom != MARK))
