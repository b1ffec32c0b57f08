"""Numbers that only grow, taken inside an act: sequences and generation counters on both engines."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from diban.store.tables import counter


def advance(connection: sa.Connection, name: str, by: int = 1) -> int:
    """Move a counter on by ``by`` and return its new value; the row stays locked until the act ends."""
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = (
        make(counter)
        .values(name=name, value=by)
        .on_conflict_do_update(index_elements=["name"], set_={"value": counter.c.value + by})
        .returning(counter.c.value)
    )
    return int(connection.execute(statement).scalar_one())


def value_of(connection: sa.Connection, name: str) -> int:
    """The counter's value; 0 when it was never moved."""
    found = connection.execute(sa.select(counter.c.value).where(counter.c.name == name)).scalar()
    return int(found or 0)
