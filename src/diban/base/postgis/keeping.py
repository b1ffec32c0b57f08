"""Kept tiles of a layer in their table."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from diban.base.keeping import MARK, below, moved_on
from diban.base.overview import DEEPEST
from diban.base.port import DrawnRow, KeptRow, Place


def keep(
    connection: sa.Connection,
    table: sa.Table,
    epoch: int,
    tiles: Sequence[KeptRow],
    gone: Sequence[tuple[int, int, int]],
) -> None:
    """Keep tiles, forget others; `Conflict` when something was erased since ``epoch``."""
    at = table.c
    _require_epoch(connection, table, epoch)
    for zoom, row, column in gone:
        above = sa.cast(at.zoom - zoom, sa.Integer)
        here = (at.row.op(">>")(above) == row, at.column.op(">>")(above) == column)
        connection.execute(sa.delete(table).where(at.zoom >= zoom, *here))
    for tile in tiles:
        here = (at.row == tile["row"], at.column == tile["column"])
        connection.execute(sa.delete(table).where(at.zoom == tile["zoom"], *here))
        connection.execute(sa.insert(table).values(**tile))


def keep_drawn(
    connection: sa.Connection,
    overview: sa.Table,
    table: sa.Table,
    epoch: int,
    tiles: Sequence[DrawnRow],
    gone: Sequence[Place],
) -> None:
    """Keep drawn tiles, forget others; `Conflict` when something was erased since ``epoch``."""
    at = table.c
    _require_epoch(connection, overview, epoch)
    spans = [span for place in gone for span in below(place, DEEPEST)]
    spans += [(zoom, row, row, column, column) for zoom, row, column, *_ in tiles]
    if spans:
        names = ("z", "north", "south", "west", "east")
        down = at.row.between(_bound("north"), _bound("south"))
        along = at.column.between(_bound("west"), _bound("east"))
        forget = sa.delete(table).where(at.zoom == _bound("z"), down, along)
        connection.execute(forget, [dict(zip(names, span, strict=True)) for span in spans])
    if tiles:
        connection.execute(sa.insert(table), [tile._asdict() for tile in tiles])


def _bound(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.BigInteger())


def _require_epoch(connection: sa.Connection, overview: sa.Table, epoch: int) -> None:
    # Shared: an erasure waits for this transaction, not others that keep tiles.
    mark = sa.select(overview.c.seq).where(overview.c.zoom == MARK).with_for_update(read=True)
    if connection.execute(mark).scalar_one() != epoch:
        raise moved_on()


def forget_all(connection: sa.Connection, table: sa.Table, drawn: sa.Table) -> None:
    """No tile is kept any more, nor may any that is being made now."""
    connection.execute(sa.update(table).where(table.c.zoom == MARK).values(seq=table.c.seq + 1))
    connection.execute(sa.delete(table).where(table.c.zoom != MARK))
    connection.execute(sa.delete(drawn))
