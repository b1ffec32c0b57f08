"""The relation of kept tiles, alike on both engines."""

from __future__ import annotations

import sqlalchemy as sa

from diban.base.port import Reader, Statement
from diban.ground import Conflict, Text

MARK = -1
"""The zoom of the row that holds the epoch."""


def overview_table(name: str, schema: str | None = None) -> sa.Table:
    """The relation under this name."""
    return sa.Table(
        name,
        sa.MetaData(),
        sa.Column("zoom", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("row", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("column", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("counted", sa.BigInteger, nullable=False),
        sa.Column("left_out", sa.BigInteger, nullable=False),
        sa.Column("simplified", sa.BigInteger, nullable=False),
        sa.Column("lost", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        schema=schema,
    )


def kept_at(table: sa.Table, zoom: int, row: int, column: int) -> Statement:
    """The kept tile of an address."""
    return sa.select(table).where(table.c.zoom == zoom, table.c.row == row, table.c.column == column)


def epoch_of(reader: Reader, table: sa.Table) -> int:
    """The present epoch."""
    return int(reader.connection.execute(sa.select(table.c.seq).where(table.c.zoom == MARK)).scalar_one())


def moved_on() -> Conflict:
    """The fault of tiles that were made of rows before an erasure, and are to be kept after it."""
    return Conflict(
        Text(zh="其间有数据被彻底删除", en="something was erased meanwhile"),
        remedy=Text(zh="重新制作概览", en="make the overview again"),
    )
