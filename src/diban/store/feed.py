"""What happened, in order: the outbox that everything derived from the board follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from diban.ground import instant, micros, now
from diban.store.acts import Unit
from diban.store.counters import advance, value_of
from diban.store.tables import feed, feed_cursor


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: a gapless position, when, its kind (``layer.landed``), about what."""

    position: int
    at: datetime
    kind: str
    subject: str
    body: dict[str, object]


class Feed:
    """The ordered log of acts; written in the act's own `Unit`, read with cursors that can be replayed."""

    def append(self, unit: Unit, kind: str, subject: str, body: dict[str, object]) -> int:
        """Write an entry; positions are gapless and follow the order of commits."""
        position = advance(unit.connection, "feed")
        unit.connection.execute(
            sa.insert(feed).values(
                position=position,
                at=micros(now()),
                kind=kind,
                subject=subject,
                body=orjson.dumps(body).decode(),
            )
        )
        return position

    def after(self, connection: sa.Connection, position: int, limit: int = 1000) -> list[Entry]:
        """Entries behind a position, oldest first."""
        rows = connection.execute(
            sa.select(feed).where(feed.c.position > position).order_by(feed.c.position).limit(limit)
        )
        return [
            Entry(row.position, instant(row.at), row.kind, row.subject, orjson.loads(row.body))
            for row in rows
        ]

    def head(self, connection: sa.Connection) -> int:
        """The position of the newest entry; 0 while there is none."""
        return value_of(connection, "feed")

    def cursor(self, connection: sa.Connection, reader: str) -> int:
        """Up to where this reader has followed; 0 for a new one."""
        found = connection.execute(
            sa.select(feed_cursor.c.position).where(feed_cursor.c.reader == reader)
        ).scalar()
        return int(found or 0)

    def advance(self, unit: Unit, reader: str, position: int) -> None:
        """Move a reader's cursor, in the same act as what it derived."""
        make = sqlite.insert if unit.connection.dialect.name == "sqlite" else postgresql.insert
        unit.connection.execute(
            make(feed_cursor)
            .values(reader=reader, position=position)
            .on_conflict_do_update(index_elements=["reader"], set_={"position": position})
        )
