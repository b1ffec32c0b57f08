"""Read connections on layers' files: a small pool for each file, not too many files at once."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pysqlite3
import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

from diban.base.bound import compiled
from diban.base.embedded.faults import translating
from diban.base.keeping import MARK
from diban.base.pooled import Pooled
from diban.base.port import Asked, DrawnRow, Look, Place, Row, overdue
from diban.store import prepare_sqlite

MOST_FILES = 64
_KEPT = 4  # idle connections of one file
_CACHE_KIB = 4096
_INSTRUCTIONS = 10_000  # of SQLite between two looks at the clock: about a millisecond
_MARKS = (
    "SELECT (SELECT value FROM meta WHERE name = 'tidied'),"
    f" (SELECT seq FROM overview WHERE zoom = {MARK}),"
    ' (SELECT seq FROM overview WHERE zoom = ? AND "row" = ? AND "column" = ?)'
)
_DRAWN = 'SELECT * FROM drawn WHERE zoom = ? AND "row" = ? AND "column" = ?'
_NOWHERE: Place = (MARK - 1, 0, 0)


@dataclass(slots=True)
class _File:
    engine: sa.Engine
    users: int = 0


class EmbeddedReader(Pooled):
    """A look at one file: `Reader`."""

    __slots__ = ("driver", "look", "tidied")
    look: Look
    tidied: int

    def __init__(self, engine: sa.Engine) -> None:
        super().__init__(engine, engine.raw_connection())
        self.driver: Any = self._pooled.driver_connection

    def begin(self, place: Place | None) -> None:
        """Begin the transaction, and read what stands at its beginning."""
        self.driver.execute("BEGIN")
        self.tidied, epoch, kept = self.driver.execute(_MARKS, place or _NOWHERE).fetchone()
        drawn = None if place is None else self.driver.execute(_DRAWN, place).fetchone()
        self.look = Look(epoch, kept, None if drawn is None else DrawnRow(*drawn))

    def rows(self, asked: Asked) -> Sequence[Row]:
        """All rows of a statement."""
        if not asked.given:
            return self.connection.execute(asked.statement).fetchall()
        known = compiled(asked.statement, self._engine.dialect)
        found: list[Row] = self.driver.execute(known.text, known.values(asked.given)).fetchall()
        return found

    def close(self) -> None:
        """End the transaction and give its connection back."""
        if self._connection is None:
            self._pooled.close()
        else:
            self._connection.close()


class Readers:
    """Safe to share between threads. Files over `MOST_FILES` are closed, the least recently read first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: OrderedDict[Path, _File] = OrderedDict()

    @contextmanager
    def reader(
        self, path: Path, until: float | None = None, place: Place | None = None
    ) -> Iterator[EmbeddedReader]:
        """A read transaction on the file; every statement in it sees the same rows."""
        with translating(path):
            file = self._taken(path)
            try:
                reader = EmbeddedReader(file.engine)
                try:
                    with _cut(reader.driver, until):
                        reader.begin(place)
                        yield reader
                finally:  # once nothing is cut any more: the connection goes to whoever reads next
                    reader.close()
            finally:
                self._given_back(path, file)

    def forget(self, path: Path) -> None:
        """Close the file's connections, those in use when they come back."""
        with self._lock:
            self._close(self._files.pop(path, None))

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            while self._files:
                self._close(self._files.popitem()[1])

    def _taken(self, path: Path) -> _File:
        with self._lock:
            file = self._files.get(path) or self._files.setdefault(path, _File(_engine(path)))
            file.users += 1
            self._files.move_to_end(path)
            if len(self._files) > MOST_FILES:
                idle = [other for other, held in self._files.items() if not held.users]
                for other in idle[: len(self._files) - MOST_FILES]:
                    self._close(self._files.pop(other))
        return file

    def _given_back(self, path: Path, file: _File) -> None:
        with self._lock:
            file.users -= 1
            if self._files.get(path) is not file:
                self._close(file)

    @staticmethod
    def _close(file: _File | None) -> None:
        if file is not None and not file.users:
            file.engine.dispose()


@contextmanager
def _cut(driver: Any, until: float | None) -> Iterator[None]:
    """Interrupt statements that run past an instant of `time.monotonic`."""
    if until is None:
        yield
        return
    driver.set_progress_handler(lambda: time.monotonic() > until, _INSTRUCTIONS)
    try:
        yield
    except (sa.exc.OperationalError, pysqlite3.OperationalError) as fault:
        original = getattr(fault, "orig", None) or fault
        if getattr(original, "sqlite_errorcode", None) == pysqlite3.SQLITE_INTERRUPT:
            raise overdue() from fault
        raise
    finally:
        driver.set_progress_handler(None, 0)


def _engine(path: Path) -> sa.Engine:
    uri = f"{path.absolute().as_uri()}?mode=rw"

    def connect() -> Any:
        # Reading a WAL needs to write its index, so the file is opened for both and then held to reading.
        connection = pysqlite3.connect(uri, uri=True, check_same_thread=False)
        try:
            prepare_sqlite(connection)
            connection.execute("PRAGMA query_only = ON")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        except BaseException:
            connection.close()
            raise
        return connection

    # Transactions are begun and ended by `EmbeddedReader`.
    return sa.create_engine(
        "sqlite://",
        module=pysqlite3.dbapi2,
        creator=connect,
        poolclass=QueuePool,
        pool_size=_KEPT,
        max_overflow=-1,
    )
