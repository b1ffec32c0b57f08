"""One act, one transaction: everything that belongs to an act is written through its `Unit`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import orjson
import sqlalchemy as sa

from diban.ground import Conflict, Text, micros, now
from diban.store.database import Database, is_outage, translate
from diban.store.tables import act


@dataclass(slots=True)
class Unit:
    """The transaction of one act (flip, state, audit, feed, jobs); bulk rows are written outside it.

    ``connection`` is the transaction's connection. ``done`` and ``remember`` make the act
    idempotent: what an act with this key answered before is answered again.
    """

    connection: sa.Connection
    after: list[Callable[[], None]] = field(default_factory=list)

    def done(self, key: str) -> dict[str, object] | None:
        """What the act with this idempotency key answered, or None when it was never done."""
        found = self.connection.execute(sa.select(act.c.result).where(act.c.key == key)).scalar()
        return None if found is None else dict(orjson.loads(found))

    def remember(self, key: str, result: dict[str, object]) -> None:
        """Keep the answer of the act with this key, in the act's own transaction.

        `Conflict` when another act with this key was done meanwhile: the act is rolled back, and its
        repetition finds the other's answer.
        """
        values = {"key": key, "at": micros(now()), "result": orjson.dumps(result).decode()}
        try:
            self.connection.execute(sa.insert(act).values(values))
        except sa.exc.IntegrityError as fault:
            raise Conflict(
                Text(zh="同一幂等键的操作刚刚完成", en="an act with this key was done just now"),
                field="key",
                limit=key,
                remedy=Text(zh="用同一键重试以取得其结果", en="repeat with the same key for its answer"),
            ) from fault

    def then(self, call: Callable[[], None]) -> None:
        """Call this after the commit, in order; for wake-ups only, since a crash may skip it."""
        self.after.append(call)


@contextmanager
def unit(database: Database) -> Iterator[Unit]:
    """Begin an act; commit at the end, roll back on any exception.

    Raises `Unavailable` or `StorageFull` when the database cannot do it now, `OutcomeUnknown` when
    the commit itself was not confirmed.
    """
    committing = False
    try:
        with database.engine.connect() as connection:
            act_unit = Unit(connection)
            with connection.begin() as transaction:
                yield act_unit
                committing = True
                transaction.commit()
                committing = False
    except (sa.exc.DBAPIError, sa.exc.TimeoutError) as fault:
        if committing or is_outage(fault):
            raise translate(fault, committing=committing) from fault
        raise
    for call in act_unit.after:
        call()


@contextmanager
def glancing(database: Database) -> Iterator[sa.Connection]:
    """A read of one statement, which needs no transaction to be consistent: PostgreSQL is asked once."""
    if database.embedded:
        with reading(database) as connection:
            yield connection
        return
    try:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection
    except (sa.exc.DBAPIError, sa.exc.TimeoutError) as fault:
        if is_outage(fault):
            raise translate(fault) from fault
        raise


@contextmanager
def reading(database: Database) -> Iterator[sa.Connection]:
    """A consistent read of the control database; writes nothing, blocks nobody."""
    try:
        with database.engine.connect().execution_options(reading=True) as connection, connection.begin():
            if not database.embedded:
                connection.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            yield connection
    except (sa.exc.DBAPIError, sa.exc.TimeoutError) as fault:
        if is_outage(fault):
            raise translate(fault) from fault
        raise
