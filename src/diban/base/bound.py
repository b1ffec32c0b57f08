"""Statements made once: what nearly every reader asks, with its box and numbers as bound parameters.

Building a statement costs more than its answer where few rows are found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from diban.base.port import BoundBox, RowStore, Statement
from diban.ground import Extent

_MOST = 1024
_BOX = BoundBox(*(sa.bindparam(name, type_=sa.Double()) for name in ("west", "south", "east", "north")))
_SEQ = sa.bindparam("seq", type_=sa.BigInteger())
_LIMIT = sa.bindparam("most", type_=sa.BigInteger())


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement in a driver's own words, and its parameters in their order, with their own values."""

    text: str
    names: tuple[str, ...]
    defaults: dict[str, Any]

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """The values of its parameters, for drivers that count them."""
        return [given[name] if name in given else self.defaults[name] for name in self.names]


@lru_cache(_MOST)
def compiled(statement: Statement, dialect: sa.Dialect) -> Compiled:
    """The statement as the driver takes it: its types need no conversion there."""
    made = statement.compile(dialect=dialect)
    assert isinstance(made, sa.sql.compiler.SQLCompiler)
    return Compiled(made.string, tuple(made.positiontup or ()), dict(made.params))


def given_of(seq: int, box: Extent, limit: int) -> dict[str, Any]:
    """The values of the parameters of both statements."""
    sides = {"west": box.west, "south": box.south, "east": box.east, "north": box.north}
    return {"seq": seq, "most": limit, **sides}


@lru_cache(_MOST)
def first_in_box(rows: RowStore, relation: sa.Table, names: tuple[str, ...], wide: bool) -> Statement:
    """Feature number, WKB and columns of the living rows that meet a box roughly, by feature number."""
    return _in_box(rows, relation, names, wide).order_by(relation.c.fid).limit(_LIMIT)


@lru_cache(_MOST)
def largest_in_box(rows: RowStore, relation: sa.Table, names: tuple[str, ...]) -> Statement:
    """The same with the sizes of their boxes, the largest first."""
    size = rows.size(relation).label("size")
    picked = _in_box(rows, relation, names, False).add_columns(size)
    return picked.order_by(size.desc(), relation.c.fid).limit(_LIMIT)


def alive_at(relation: sa.Table, seq: int | sa.BindParameter[int] = _SEQ) -> list[sa.ColumnElement[bool]]:
    """The conditions under which a version holds a row."""
    columns = relation.c
    return [columns.vfrom <= seq, sa.or_(columns.vto.is_(None), columns.vto > seq)]


def _in_box(rows: RowStore, relation: sa.Table, names: tuple[str, ...], wide: bool) -> Statement:
    columns = (relation.c.fid, rows.geometry(relation).label("geom"), *(relation.c[name] for name in names))
    return sa.select(*columns).where(*alive_at(relation), rows.meets(relation, _BOX, wide))
