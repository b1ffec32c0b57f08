"""Reads of a layer's tables in as few round trips as there are: a look, the beginning, statements, the end.

A look at a tile's place is one statement by itself: where the tile lies drawn, no more is asked.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import psycopg
import sqlalchemy as sa

from diban.base.bound import compiled
from diban.base.keeping import MARK
from diban.base.pooled import Pooled
from diban.base.port import Asked, DrawnRow, Look, Place, Row, moved, overdue
from diban.base.postgis.faults import translating
from diban.base.postgis.layout import drawn_tiles_of, gone, overview_of, state
from diban.store import Database

_NOWHERE: Place = (MARK - 1, 0, 0)
_MUCH = 0.1
"""A share of the time that is left."""


class PostgisReader(Pooled):
    """A look at a layer's tables, then a read-only transaction that sees one state of them: `Reader`."""

    __slots__ = (
        "_begun",
        "_driver",
        "_look",
        "_place",
        "_storage",
        "_tidied",
        "_until",
    )

    def __init__(
        self, engine: sa.Engine, pooled: sa.PoolProxiedConnection, storage: str, until: float | None
    ) -> None:
        super().__init__(engine, pooled)
        driver = pooled.driver_connection
        assert isinstance(driver, psycopg.Connection)
        self._begun, self._until = time.monotonic(), until
        self._driver, self._storage = driver, storage
        self._place: Place | None = None
        self._look: Look | None = None
        self._tidied: int | None = None

    def look_at(self, place: Place) -> None:
        """See what lies at a place."""
        statement = _look_of(self._storage)
        with _there(self._storage):
            found = self._driver.execute(statement, place, prepare=True, binary=True).fetchone()
        if found is None or found[0] is None:
            raise gone(self._storage)
        epoch, kept, *drawn = found
        self._place, self._look = place, Look(epoch, kept, None if drawn[0] is None else DrawnRow(*drawn))

    @property
    def look(self) -> Look:
        """What was seen at the place, or where the transaction began."""
        if self._look is None:
            self.begin()
        assert self._look is not None
        return self._look

    @property
    def tidied(self) -> int:
        """Up to where ended rows have moved."""
        return self._tidied if self._tidied is not None else self.begin()

    def begin(self) -> int:
        """Begin the transaction and read what stands at its beginning, in one message."""
        with _there(self._storage):
            cursor = self._driver.execute(_beginning(self._storage, self._until, self._place))
        cursor.nextset()
        found = cursor.fetchone()
        if found is None:
            raise gone(self._storage)
        tidied, epoch, kept, *_ = found
        if self._look is None:
            self._look = Look(epoch, None, None)
        elif (epoch, kept) != (self._look.epoch, self._look.kept):
            raise moved()
        self._tidied = int(tidied)
        return self._tidied

    @property
    def connection(self) -> sa.Connection:
        """The transaction, for all sorts of statements."""
        if self._tidied is None:
            self.begin()
        self._leave_what_is_left()
        return super().connection

    def rows(self, asked: Asked) -> Sequence[Row]:
        """All rows of a statement; as binary, which takes no reading of digits."""
        if not asked.given:
            return self.connection.execute(asked.statement).fetchall()
        if self._tidied is None:
            self.begin()
        self._leave_what_is_left()
        known = compiled(asked.statement, self._engine.dialect)
        given = {**known.defaults, **asked.given}
        return self._driver.execute(known.text, given, binary=True).fetchall()

    def _leave_what_is_left(self) -> None:
        """Give the next statement the time that is left, where an earlier one has taken much of it.

        The server counts for each statement anew; to tell it each time would be a further round trip.
        """
        if self._until is None or time.monotonic() - self._begun < _MUCH * (self._until - self._begun):
            return
        if time.monotonic() > self._until:
            raise overdue()
        self._begun = time.monotonic()
        self._driver.execute(f"SELECT {_timeout(self._until)}".encode())


@contextmanager
def reading_of(
    database: Database, storage: str, until: float | None, place: Place | None
) -> Iterator[PostgisReader]:
    """A look at a layer's tables; statements that still run at ``until`` are cut."""
    with translating(), _cut(until):
        pooled = database.engine.raw_connection()
        driver = pooled.driver_connection
        assert isinstance(driver, psycopg.Connection)
        try:
            # Begun and ended by statements of our own: the driver's would be sent by itself.
            driver.autocommit = True
            try:
                reader = PostgisReader(database.engine, pooled, storage, until)
                if place is None:
                    reader.begin()
                else:
                    reader.look_at(place)
                yield reader
            finally:
                _end(driver)
        finally:
            if pooled.is_valid and driver.closed:
                pooled.invalidate()
            pooled.close()


@contextmanager
def _there(storage: str) -> Iterator[None]:
    """A layer whose tables are not there is damaged."""
    try:
        yield
    except psycopg.errors.UndefinedTable as fault:
        raise gone(storage) from fault


@cache
def _look_of(storage: str) -> bytes:
    """The statement of a look at a layer's tiles of a place: the epoch, the kept one, the drawn one."""
    tiles, drawn = overview_of(storage).fullname, drawn_tiles_of(storage).fullname
    here = 'zoom = place.z AND "row" = place.r AND "column" = place.c'
    return (
        f"SELECT (SELECT seq FROM {tiles} WHERE zoom = {MARK}), "
        f"(SELECT seq FROM {tiles} WHERE {here}), {drawn}.* "
        "FROM (SELECT %b::bigint AS z, %b::bigint AS r, %b::bigint AS c) AS place "
        f"LEFT JOIN {drawn} ON {here}"
    ).encode()


def _beginning(storage: str, until: float | None, place: Place | None) -> bytes:
    zoom, row, column = place or _NOWHERE
    tiles = overview_of(storage).fullname
    # Each read has values of its own: a plan made for any values would miss the indexes.
    settings = "set_config('plan_cache_mode', 'force_custom_plan', true)"
    if until is not None:
        settings += f", {_timeout(until)}"
    return (
        "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; "
        f"SELECT tidied, (SELECT seq FROM {tiles} WHERE zoom = {MARK}), "
        f'(SELECT seq FROM {tiles} WHERE zoom = {zoom:d} AND "row" = {row:d} AND "column" = {column:d}), '
        f"{settings} FROM {state.fullname} WHERE storage = '{storage}'"
    ).encode()


def _timeout(until: float) -> str:
    left = max(1, int((until - time.monotonic()) * 1000))
    return f"set_config('statement_timeout', '{left}', true)"


def _end(driver: psycopg.Connection) -> None:
    """End the transaction; nothing was written, so that committing loses nothing and is the shorter way."""
    if driver.closed:
        return
    try:
        if driver.info.transaction_status is psycopg.pq.TransactionStatus.INTRANS:
            driver.commit()
        else:
            driver.rollback()
        driver.autocommit = False
    except psycopg.Error:  # its time may be up just now: what did not end in order is not used again
        driver.close()
        raise


@contextmanager
def _cut(until: float | None) -> Iterator[None]:
    """Say what happened when the server has cancelled a statement that ran past ``until``."""
    try:
        yield
    except (sa.exc.OperationalError, psycopg.errors.QueryCanceled) as fault:
        original = getattr(fault, "orig", None) or fault
        if until is not None and isinstance(original, psycopg.errors.QueryCanceled):
            raise overdue() from fault
        raise
