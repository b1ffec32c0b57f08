"""Reads cost as few round trips as they need; counted in libpq's own record of what the server said."""

from __future__ import annotations

from pathlib import Path

import psycopg
import sqlalchemy as sa

from diban.base.bound import given_of, largest_in_box
from diban.base.port import Asked
from diban.base.postgis import PostgisRows
from diban.ground import Extent
from diban.store import Database
from tests.base.postgis.board_rows import NAMED, rows


def test_a_read_of_one_statement_takes_three_round_trips(
    store: PostgisRows, database: Database, tmp_path: Path
) -> None:
    storage = store.make(6, NAMED)
    store.load(storage, 6, NAMED, 1, iter([rows([1], ["a"])]))
    asked = Asked(
        largest_in_box(store, store.live(storage, NAMED), ("c1",)),
        given_of(1, Extent(-180.0, -90.0, 180.0, 90.0), 10),
    )
    database.engine.dispose()
    record = tmp_path / "record"
    with record.open("wb") as file:

        def watch(connection: psycopg.Connection, _entry: object) -> None:
            connection.pgconn.trace(file.fileno())

        sa.event.listen(database.engine, "connect", watch)
        try:
            counts = []
            for _ in range(4):
                with store.reader(storage, place=(0, 0, 0)) as reader:
                    assert reader.marks.kept is None
                    reader.rows(asked)
                counts.append(record.read_bytes().count(b"ReadyForQuery"))
            database.engine.dispose()
        finally:
            sa.event.remove(database.engine, "connect", watch)
    assert counts[3] - counts[2] == counts[2] - counts[1] == 3
