"""Rows into a layer's live table: the first ones in bulk, later ones in short steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue

import numpy as np
import numpy.typing as npt
import psycopg
import pyarrow as pa
import sqlalchemy as sa
from psycopg import sql

from diban.base.port import Rows, Step
from diban.base.postgis.claims import Claim, advance, claim, hold
from diban.base.postgis.faults import translating
from diban.base.postgis.layout import BOARD, indexes, of_features, promote_key, without_indexes
from diban.base.postgis.wire import HEADER, TRAILER, encode
from diban.ground import Damaged, Text

WRITERS = 2
"""Connections that a load writes on: one server process fills a core, two leave little to a third."""

CHUNK_BYTES = 16 << 20
"""About what one transaction of a load brings."""

_PIECE_BYTES = 1 << 20
_SORT_MEMORY = "SET LOCAL maintenance_work_mem = '256MB'"


def load(engine: sa.Engine, live: sa.Table, seq: int, rows: Iterator[Rows]) -> None:
    """Fill a layer's empty live table and index it; whatever an earlier try left is cleared first."""
    with translating(), engine.begin() as connection:
        held, _ = claim(connection, live.name, seq, resume=False)
        connection.execute(sa.text(f"TRUNCATE {live.fullname} RESTART IDENTITY"))
        for statement in without_indexes(live.name):
            connection.execute(sa.text(statement))
    with ThreadPoolExecutor(WRITERS, "diban-load") as pool:
        _write_chunks(pool, engine, live, held, seq, rows)
        spatial, *others = indexes(live.name)
        built = [pool.submit(_execute, engine, held, part) for part in ([spatial], others)]
        for future in built:
            future.result()
    _execute(engine, held, [promote_key(live.name), f"ANALYZE {live.fullname}"])


def apply(engine: sa.Engine, live: sa.Table, seq: int, steps: Iterator[Step]) -> None:
    """Write the steps, each in a transaction with the note that it is done; skip those that are."""
    with translating(), engine.begin() as connection:
        held, done = claim(connection, live.name, seq, resume=True)
    # No transaction is open while the next step is made: whoever makes it may need the control record.
    for step in steps:
        if step.number > done:
            with translating(), engine.begin() as connection:
                advance(connection, held, step.number)
                _end(connection, live, seq, step.ended)
                if step.begun is not None:
                    _copy(connection, live.name, seq, step.begun.batch)


def _write_chunks(
    pool: ThreadPoolExecutor,
    engine: sa.Engine,
    live: sa.Table,
    held: Claim,
    seq: int,
    rows: Iterator[Rows],
) -> None:
    """Make chunks here while the pool sends them; at most one waits for each writer, so memory stays flat."""
    under_way: SimpleQueue[Future[None]] = SimpleQueue()
    for chunk in _chunks(rows):
        if under_way.qsize() >= WRITERS:
            under_way.get().result()
        under_way.put(pool.submit(_send, engine, live, held, seq, chunk))
    while not under_way.empty():
        under_way.get().result()


def _chunks(rows: Iterator[Rows]) -> Iterator[pa.RecordBatch]:
    for part in rows:
        batch = part.batch
        size = max(1, CHUNK_BYTES * batch.num_rows // max(batch.nbytes, 1))
        for start in range(0, batch.num_rows, size):
            yield batch.slice(start, size)


def _send(engine: sa.Engine, live: sa.Table, held: Claim, seq: int, chunk: pa.RecordBatch) -> None:
    with translating(), engine.begin() as connection:
        hold(connection, held)
        _copy(connection, live.name, seq, chunk)


def _execute(engine: sa.Engine, held: Claim, statements: Sequence[str]) -> None:
    with translating(), engine.begin() as connection:
        hold(connection, held)
        connection.execute(sa.text(_SORT_MEMORY))
        for statement in statements:
            connection.execute(sa.text(statement))


def _copy(connection: sa.Connection, name: str, seq: int, batch: pa.RecordBatch) -> None:
    """Rows through binary COPY, in the connection's transaction."""
    columns, data = encode(batch, seq)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(BOARD, name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(HEADER)
        for start in range(0, len(data), _PIECE_BYTES):
            copy.write(data[start : start + _PIECE_BYTES])
        copy.write(TRAILER)


def _end(connection: sa.Connection, live: sa.Table, seq: int, fids: npt.NDArray[np.int64]) -> None:
    """End the present rows of these features with ``seq``."""
    if not len(fids):
        return
    present = sa.and_(of_features(live, fids.tolist()), live.c.vto.is_(None), live.c.vfrom < seq)
    ended = connection.execute(sa.update(live).where(present).values(vto=seq)).rowcount
    if ended != len(fids):
        raise Damaged(
            Text(
                zh=f"应结束 {len(fids)} 行，实有 {ended} 行",
                en=f"{len(fids)} rows were to end, {ended} are there",
            ),
            field=live.name,
            remedy=Text(
                zh="重新比对后再入库；仍不符则从备份恢复", en="compare again; if it stays, restore a backup"
            ),
        )
