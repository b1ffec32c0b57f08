"""How a layer's rows lie in PostgreSQL: two tables in the schema ``board``, and what is known of them.

``board.l000012`` holds the live rows of layer 12, ``board.l000012_past`` those that ended,
``board.l000012_overview`` its kept tiles. Text
compares by byte (collation "C"), that is by code point. Geometry stands x = longitude, y = latitude
under SRID 4490, though EPSG:4490 names latitude first, as PostGIS does for all geographic systems;
its column states no type, since a typed one takes either Z or no Z and never both.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from diban.base.columns import physical_name, physical_type
from diban.base.keeping import MARK, drawn_table, overview_table
from diban.ground import Damaged, Field, Kind, Schema, Text

BOARD = "board"
SRID = 4490
_C_TEXT = sa.Text(collation="C")

state = sa.Table(
    "layer_state",
    sa.MetaData(),
    sa.Column("storage", _C_TEXT, primary_key=True),
    sa.Column("tidied", sa.BigInteger, nullable=False),
    sa.Column("claim", sa.BigInteger, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("step", sa.BigInteger, nullable=False),
    schema=BOARD,
)
"""Of each layer: up to where it is tidied; who may write (the newest claim), under which sequence
number and none below, and the last step that is done (−1: none)."""


class Geometry(sa.types.UserDefinedType[bytes]):
    """PostGIS's column type, of any shape and dimension."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """The type's name in SQL."""
        return "geometry"


def relation(storage: str, schema: Schema, *, past: bool = False) -> sa.Table:
    """The live or past table of a layer, as SQLAlchemy knows it."""
    rid = sa.Column("rid", sa.BigInteger, sa.Identity(always=True))
    return sa.Table(
        past_name(storage) if past else storage,
        sa.MetaData(),
        sa.Column("rid", sa.BigInteger, nullable=False) if past else rid,
        sa.Column("fid", sa.BigInteger, nullable=False),
        sa.Column("vfrom", sa.BigInteger, nullable=False),
        sa.Column("vto", sa.BigInteger),
        sa.Column("eid", _C_TEXT),
        sa.Column("tfrom", sa.BigInteger),
        sa.Column("tto", sa.BigInteger),
        sa.Column("zmin", sa.Double),
        sa.Column("zmax", sa.Double),
        sa.Column("solid", _C_TEXT),
        sa.Column("hash", sa.LargeBinary),
        sa.Column("geom", Geometry),
        *(sa.Column(physical_name(field), stored_type(field)) for field in schema.fields),
        schema=BOARD,
    )


def past_name(storage: str) -> str:
    """The name of a layer's past table."""
    return f"{storage}_past"


@cache
def overview_of(storage: str) -> sa.Table:
    """The table of a layer's kept tiles."""
    return overview_table(f"{storage}_overview", BOARD)


@cache
def drawn_tiles_of(storage: str) -> sa.Table:
    """The table of a layer's drawn tiles."""
    return drawn_table(f"{storage}_drawn", BOARD)


def stored_type(field: Field) -> sa.types.TypeEngine[Any]:
    """The SQL type of a field's physical column, its order included."""
    return _C_TEXT if field.kind is Kind.TEXT else physical_type(field)


def of_features(table: sa.Table, fids: Sequence[int]) -> sa.ColumnElement[bool]:
    """Rows of these features; one bound array, however many they are."""
    return table.c.fid == sa.any_(sa.literal(list(fids), ARRAY(sa.BigInteger)))


def make_tables(connection: sa.Connection, storage: str, schema: Schema) -> None:
    """Empty tables of a layer in place of earlier empty ones; the live one gets its indexes with its rows."""
    drop_tables(connection, storage)
    for past in (False, True):
        made = relation(storage, schema, past=past)
        made.create(connection)
        for statement in (
            "ALTER COLUMN geom SET STORAGE EXTERNAL",  # coordinates do not compress; trying costs time
            "ALTER COLUMN hash SET STATISTICS 0",
            f"ADD CONSTRAINT {made.name}_srid CHECK (ST_SRID(geom) = {SRID})",
        ):
            connection.execute(sa.text(f"ALTER TABLE {made.fullname} {statement}"))
    tiles = overview_of(storage)
    tiles.create(connection)
    numbers = dict.fromkeys(("row", "column", "seq", "counted", "left_out", "simplified", "lost"), 0)
    connection.execute(sa.insert(tiles).values(zoom=MARK, body=b"", **numbers))
    drawn = drawn_tiles_of(storage)
    drawn.create(connection)
    for table, column in ((tiles, "body"), (drawn, "data")):
        connection.execute(
            sa.text(f"ALTER TABLE {table.fullname} ALTER COLUMN {column} SET STORAGE EXTERNAL")
        )
    for statement in (*indexes(past_name(storage)), promote_key(past_name(storage))):
        connection.execute(sa.text(statement))
    connection.execute(sa.insert(state).values(storage=storage, tidied=0, claim=0, seq=0, step=-1))


def drop_tables(connection: sa.Connection, storage: str) -> None:
    """Remove a layer's tables, if there are any."""
    for name in (storage, past_name(storage), overview_of(storage).name, drawn_tiles_of(storage).name):
        connection.execute(sa.text(f"DROP TABLE IF EXISTS {BOARD}.{name}"))
    connection.execute(sa.delete(state).where(state.c.storage == storage))


def indexes(name: str) -> list[str]:
    """Statements that index one table: the spatial index first, which takes as long as the others together.

    Of one feature only one row begins with a version: a step written twice would be refused.
    """
    return [
        f"CREATE INDEX {name}_geom ON {BOARD}.{name} USING gist (geom)",
        f"CREATE UNIQUE INDEX {name}_rid ON {BOARD}.{name} (rid)",
        f"CREATE UNIQUE INDEX {name}_fid ON {BOARD}.{name} (fid, vfrom)",
        f"CREATE INDEX {name}_vto ON {BOARD}.{name} (vto) WHERE vto IS NOT NULL",
    ]


def promote_key(name: str) -> str:
    """The statement that makes the index of ``rid`` the table's primary key."""
    return f"ALTER TABLE {BOARD}.{name} ADD CONSTRAINT {name}_key PRIMARY KEY USING INDEX {name}_rid"


def without_indexes(name: str) -> list[str]:
    """Statements that take a table's key and indexes away, as far as they are there."""
    drops = [f"DROP INDEX IF EXISTS {BOARD}.{name}_{part}" for part in ("geom", "rid", "fid", "vto")]
    return [f"ALTER TABLE {BOARD}.{name} DROP CONSTRAINT IF EXISTS {name}_key", *drops]


def present_types(connection: sa.Connection, name: str) -> dict[str, str]:
    """The columns that a table has, with their SQL types; `Damaged` when there is no such table."""
    found = connection.execute(
        sa.text(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute "
            "WHERE attrelid = to_regclass(:name) AND attnum > 0 AND NOT attisdropped"
        ),
        {"name": f"{BOARD}.{name}"},
    )
    columns = {str(column): str(kind) for column, kind in found}
    if not columns:
        raise gone(name)
    return columns


def gone(name: str) -> Damaged:
    """A table that the control record names is not there."""
    return Damaged(
        Text(zh=f"图层数据表缺失：{name}", en=f"a layer's table is missing: {name}"),
        field=name,
        remedy=Text(zh="从备份恢复数据库", en="restore the database from a backup"),
    )
