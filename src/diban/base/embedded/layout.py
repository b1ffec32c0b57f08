"""How a layer's rows lie in its SQLite file: two relations, their boxes, and what is known of them.

``live`` and ``past`` have the same columns. ``live_box`` and ``past_box`` are R*Trees whose id is
the row's ``rid``; the third axis of ``past_box`` is the interval of versions ``vfrom`` to ``vto``.
``area`` is that of the row's box, since asking the R*Tree for each row of a tile costs a third of it.
A ``rid`` is never that of another row of the file, so that a row keeps it when it moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from diban.base.columns import stored_columns
from diban.base.embedded.keeping import STATEMENTS
from diban.base.embedded.writing import opened, written
from diban.ground import Schema
from diban.store import keep_file

INDEX = "CREATE INDEX live_fid ON live (fid)"
"""The one index that is cheaper to make when the rows are there."""

_TABLES = (
    "CREATE VIRTUAL TABLE live_box USING rtree (id, minx, maxx, miny, maxy)",
    "CREATE VIRTUAL TABLE past_box USING rtree (id, minx, maxx, miny, maxy, minv, maxv)",
    "CREATE INDEX live_ended ON live (vto) WHERE vto IS NOT NULL",
    "CREATE INDEX past_fid ON past (fid)",
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    "INSERT INTO meta VALUES ('tidied', 0)",
)


def system_columns() -> list[sa.Column[Any]]:
    """Fresh columns that every relation has before those of the schema."""
    return [
        sa.Column("rid", sa.Integer, primary_key=True),
        sa.Column("fid", sa.BigInteger, nullable=False),
        sa.Column("vfrom", sa.BigInteger, nullable=False),
        sa.Column("vto", sa.BigInteger),
        sa.Column("eid", sa.Text),
        sa.Column("tfrom", sa.BigInteger),
        sa.Column("tto", sa.BigInteger),
        sa.Column("zmin", sa.Double),
        sa.Column("zmax", sa.Double),
        sa.Column("area", sa.Double),
        sa.Column("solid", sa.Text),
        sa.Column("hash", sa.LargeBinary),
        sa.Column("geom", sa.LargeBinary),
    ]


def relation_of(name: str, schema: Schema) -> sa.Table:
    """The live or past relation with the schema's columns."""
    return sa.Table(name, sa.MetaData(), *system_columns(), *stored_columns(schema))


def make(path: Path, schema: Schema) -> None:
    """Put the file of an empty layer in place, unless it is there."""
    if path.exists():
        return
    with unfinished(path) as aside:
        create(aside, schema)
        with opened(aside) as connection:
            connection.execute(INDEX)
        keep_file(aside, path)


def create(aside: Path, schema: Schema) -> None:
    """Write the empty relations of a layer into a new file, without the `INDEX`."""
    relations = [str(CreateTable(relation_of(name, schema))) for name in ("live", "past")]
    with opened(aside, new=True) as connection, written(connection):
        for statement in (*relations, *_TABLES, *STATEMENTS):
            connection.execute(statement)


def widen(path: Path, schema: Schema) -> None:
    """Add the schema's columns that the relations lack."""
    with opened(path) as connection, written(connection):
        for relation in ("live", "past"):
            present = columns_of(connection, relation)
            for column in stored_columns(schema):
                kind = present.get(column.name)
                if kind == str(column.type):
                    continue
                if kind is not None:
                    # Left by a widening whose act was rolled back: it holds nothing.
                    unused = f"unused_{len(present)}_{column.name}"
                    connection.execute(f"ALTER TABLE {relation} RENAME COLUMN {column.name} TO {unused}")
                connection.execute(f"ALTER TABLE {relation} ADD COLUMN {column.name} {column.type}")


def columns_of(connection: Any, relation: str) -> dict[str, str]:
    """The columns that a relation has in the file, with their types."""
    return dict(connection.execute("SELECT name, type FROM pragma_table_info(?)", (relation,)))


@contextmanager
def unfinished(path: Path, try_number: int = 0) -> Iterator[Path]:
    """Where this try writes what is to become the file at ``path``; removed when the block raises.

    What earlier tries left there is removed first.
    """
    remove_unfinished(path)
    aside = path.with_name(f"{path.name}.{try_number}.part")
    try:
        yield aside
    except BaseException:
        remove(aside)
        raise


def remove_unfinished(path: Path) -> None:
    """Delete what killed tries to write this file have left."""
    for left in path.parent.glob(f"{path.name}.*.part*"):
        left.unlink(missing_ok=True)


def remove(path: Path) -> None:
    """Delete a layer's file and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
