"""The relation of kept tiles, alike on both engines."""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa

from diban.base.port import KeptRow, Reader, Statement
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


def kept_at(reader: Reader, table: sa.Table, zoom: int, row: int, column: int) -> KeptRow | None:
    """The kept tile of an address."""
    at = {"at_zoom": zoom, "at_row": row, "at_column": column}
    found = reader.connection.execute(_whole(table), at).mappings().first()
    return None if found is None else KeptRow(**found)  # type: ignore[typeddict-item]  # its columns are the keys


def marks_of(reader: Reader, table: sa.Table, zoom: int, row: int, column: int) -> tuple[int, int | None]:
    """The present epoch, and the version that the kept tile of an address shows; None for none."""
    at = {"at_zoom": zoom, "at_row": row, "at_column": column}
    found: dict[int, int] = {row.zoom: row.seq for row in reader.connection.execute(_marks(table), at)}
    return found[MARK], found.get(zoom)


@cache
def _whole(table: sa.Table) -> Statement:
    return sa.select(table).where(*_here(table))


@cache
def _marks(table: sa.Table) -> Statement:
    here = sa.and_(*_here(table))
    return sa.select(table.c.zoom, table.c.seq).where(sa.or_(table.c.zoom == MARK, here))


def _here(table: sa.Table) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == sa.bindparam(f"at_{name}") for name in ("zoom", "row", "column")]


def epoch_of(reader: Reader, table: sa.Table) -> int:
    """The present epoch."""
    return int(reader.connection.execute(sa.select(table.c.seq).where(table.c.zoom == MARK)).scalar_one())


def moved_on() -> Conflict:
    """The fault of tiles that were made of rows before an erasure, and are to be kept after it."""
    return Conflict(
        Text(zh="其间有数据被彻底删除", en="something was erased meanwhile"),
        remedy=Text(zh="重新制作概览", en="make the overview again"),
    )
