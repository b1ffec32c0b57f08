"""The relation of kept tiles, alike on both engines."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa

from diban.base.port import DrawnRow, KeptRow, Place, Reader, Statement
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


def drawn_table(name: str, schema: str | None = None) -> sa.Table:
    """The relation of drawn tiles under this name: the columns of `DrawnRow`, in their order."""
    keys = DrawnRow._fields[:3]
    kinds: dict[str, sa.types.TypeEngine[Any]] = {"made_as": sa.Text(), "data": sa.LargeBinary()}
    return sa.Table(
        name,
        sa.MetaData(),
        *(sa.Column(key, sa.BigInteger, primary_key=True, autoincrement=False) for key in keys),
        *(
            sa.Column(other, kinds.get(other, sa.BigInteger()), nullable=False)
            for other in DrawnRow._fields[len(keys) :]
        ),
        schema=schema,
    )


def below(place: Place, deepest: int) -> list[tuple[int, int, int, int, int]]:
    """A place and all places below it, by zoom: zoom, first and last row, first and last column."""
    zoom, row, column = place
    return [
        (zoom + down, row << down, (row + 1 << down) - 1, column << down, (column + 1 << down) - 1)
        for down in range(deepest - zoom + 1)
    ]


def kept_at(reader: Reader, table: sa.Table, zoom: int, row: int, column: int) -> KeptRow | None:
    """The kept tile of an address."""
    at = {"at_zoom": zoom, "at_row": row, "at_column": column}
    found = reader.connection.execute(_whole(table), at).mappings().first()
    return None if found is None else KeptRow(**found)  # type: ignore[typeddict-item]  # its columns are the keys


def seq_of(reader: Reader, table: sa.Table, place: Place) -> int | None:
    """The version that the kept tile of a place shows; None for none."""
    at = dict(zip(("at_zoom", "at_row", "at_column"), place, strict=True))
    found: int | None = reader.connection.execute(_seq(table), at).scalar()
    return found


@cache
def _whole(table: sa.Table) -> Statement:
    return sa.select(table).where(*_here(table))


@cache
def _seq(table: sa.Table) -> Statement:
    return sa.select(table.c.seq).where(*_here(table))


def _here(table: sa.Table) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == sa.bindparam(f"at_{name}") for name in ("zoom", "row", "column")]


def moved_on() -> Conflict:
    """The fault of tiles that were made of rows before an erasure, and are to be kept after it."""
    return Conflict(
        Text(zh="其间有数据被彻底删除", en="something was erased meanwhile"),
        remedy=Text(zh="重新制作概览", en="make the overview again"),
    )
