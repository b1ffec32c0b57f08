"""Read connections on layers' files: a small pool for each file, not too many files at once."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pysqlite3
import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

from diban.base.embedded.faults import translating
from diban.base.port import Reader, overdue
from diban.store import prepare_sqlite

MOST_FILES = 64
_KEPT = 4  # idle connections of one file
_CACHE_KIB = 4096
_INSTRUCTIONS = 10_000  # of SQLite between two looks at the clock: about a millisecond


@dataclass(slots=True)
class _File:
    engine: sa.Engine
    users: int = 0


class Readers:
    """Safe to share between threads. Files over `MOST_FILES` are closed, the least recently read first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: OrderedDict[Path, _File] = OrderedDict()

    @contextmanager
    def reader(self, path: Path, until: float | None = None) -> Iterator[Reader]:
        """A read transaction on the file; every statement in it sees the same rows."""
        with (
            translating(path),
            self._file(path) as engine,
            engine.begin() as connection,
            _cut(connection, until),
        ):
            found = connection.exec_driver_sql("SELECT value FROM meta WHERE name = 'tidied'")
            yield Reader(connection, found.scalar_one())

    def forget(self, path: Path) -> None:
        """Close the file's connections, those in use when they come back."""
        with self._lock:
            self._close(self._files.pop(path, None))

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            while self._files:
                self._close(self._files.popitem()[1])

    @contextmanager
    def _file(self, path: Path) -> Iterator[sa.Engine]:
        with self._lock:
            file = self._files.get(path) or self._files.setdefault(path, _File(_engine(path)))
            file.users += 1
            self._files.move_to_end(path)
            idle = [other for other, held in self._files.items() if not held.users]
            for other in idle[: max(0, len(self._files) - MOST_FILES)]:
                self._close(self._files.pop(other))
        try:
            yield file.engine
        finally:
            with self._lock:
                file.users -= 1
                if self._files.get(path) is not file:
                    self._close(file)

    @staticmethod
    def _close(file: _File | None) -> None:
        if file is not None and not file.users:
            file.engine.dispose()


@contextmanager
def _cut(connection: sa.Connection, until: float | None) -> Iterator[None]:
    """Interrupt statements that run past an instant of `time.monotonic`."""
    if until is None:
        yield
        return
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.set_progress_handler(lambda: time.monotonic() > until, _INSTRUCTIONS)
    try:
        yield
    except sa.exc.OperationalError as fault:
        if getattr(fault.orig, "sqlite_errorcode", None) == pysqlite3.SQLITE_INTERRUPT:
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

    engine = sa.create_engine(
        "sqlite://",
        module=pysqlite3.dbapi2,
        creator=connect,
        poolclass=QueuePool,
        pool_size=_KEPT,
        max_overflow=-1,
    )
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine
