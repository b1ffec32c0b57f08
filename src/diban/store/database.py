"""The one database: an engine for SQLite or PostgreSQL, set up the same way everywhere."""

from __future__ import annotations

import os
import select
import socket
import time
from pathlib import Path
from typing import Any

import psycopg
import pysqlite3
import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

from diban.ground import Damaged, Fault, Invalid, OutcomeUnknown, StorageFull, Text, Unavailable

SAFE_SQLITE = (3, 51, 3)
"""Below this, several processes that write and checkpoint can lose commits (WAL-reset bug)."""

BUSY_MILLISECONDS = 20_000

TRUSTED_SECONDS = 1.0
"""So long after its last use a connection on which nothing was heard is taken as standing."""

_NO_SPACE = (pysqlite3.SQLITE_FULL,)
_DAMAGED = (pysqlite3.SQLITE_CORRUPT, pysqlite3.SQLITE_NOTADB)


class Database:
    """A SQLAlchemy engine whose SQLite and PostgreSQL sides are set up for acts that must not be lost.

    ``url`` is ``sqlite:///path`` or ``postgresql+psycopg://…``. Nothing is opened until first use.
    """

    def __init__(self, url: str, *, pool: int = 8) -> None:
        self.url = sa.make_url(url)
        self.embedded = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url, pool) if self.embedded else _postgres(self.url, pool)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _sqlite(url: sa.URL, pool: int) -> sa.Engine:
    check_sqlite_version()
    engine = sa.create_engine(
        url,
        module=pysqlite3.dbapi2,
        poolclass=QueuePool,
        pool_size=pool,
        max_overflow=pool,
        connect_args={"timeout": BUSY_MILLISECONDS / 1000, "check_same_thread": False},
    )
    sa.event.listen(engine, "connect", prepare_sqlite)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(_begin(connection)))
    return engine


def _begin(connection: sa.Connection) -> str:
    # A read that turns into a write later can fail with BUSY at once; an act says so beforehand.
    return "BEGIN" if connection.get_execution_options().get("reading") else "BEGIN IMMEDIATE"


def prepare_sqlite(connection: Any, _record: object = None) -> None:
    """Set up one SQLite connection: WAL, full sync, foreign keys, no mmap, deleted bytes overwritten."""
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"busy_timeout = {BUSY_MILLISECONDS}",
        "mmap_size = 0",
        "secure_delete = ON",
        "journal_size_limit = 67108864",
        "cache_size = -16384",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def check_sqlite_version() -> None:
    """Refuse a SQLite library that can lose commits when several processes share the file."""
    found = tuple(int(part) for part in pysqlite3.sqlite_version.split("."))
    if found < SAFE_SQLITE:
        raise Invalid(
            Text(
                zh=f"SQLite {pysqlite3.sqlite_version} 在多进程写入时可能丢失提交",
                en=f"SQLite {pysqlite3.sqlite_version} can lose commits with several processes",
            ),
            field="sqlite_version",
            limit=".".join(map(str, SAFE_SQLITE)),
            remedy=Text(zh="安装 pysqlite3 0.6.1 或更新版本", en="install pysqlite3 0.6.1 or newer"),
        )


def _postgres(url: sa.URL, pool: int) -> sa.Engine:
    engine = sa.create_engine(
        url,
        pool_size=pool,
        max_overflow=pool,
        pool_timeout=10,
        connect_args={
            "connect_timeout": 5,
            "application_name": f"diban {socket.gethostname()}:{os.getpid()}",
        },
    )
    sa.event.listen(engine, "connect", _note_new)
    sa.event.listen(engine, "checkin", _note_use)
    sa.event.listen(engine, "checkout", _require_standing)
    return engine


def _note_new(_connection: object, record: sa.pool.ConnectionPoolEntry) -> None:
    record.info.update(used=time.monotonic(), new=True)


def _note_use(_connection: object, record: sa.pool.ConnectionPoolEntry) -> None:
    record.info["used"] = time.monotonic()


def _require_standing(connection: Any, record: sa.pool.ConnectionPoolEntry, _proxy: object) -> None:
    """Let the pool replace a connection whose other end has gone: asked by a round trip only where in doubt.

    A server that ends a session says so, and a process that dies closes its socket: then there is
    something to read on it. What a network loses silently shows only when it is used after a while.
    One that was made just now is not replaced: its fault is the server's, and is raised as it is. The pool,
    which gives up after two, would call it a wrong request.
    """
    new = record.info.pop("new", False)
    fresh = time.monotonic() - record.info["used"] < TRUSTED_SECONDS
    if fresh and not _heard(connection):
        return
    try:
        connection.autocommit = True
        connection.execute("")
        connection.autocommit = False
    except psycopg.Error as fault:
        if new:
            raise
        raise sa.exc.InvalidatePoolError from fault


def _heard(connection: psycopg.Connection) -> bool:
    """Whether there is anything to read on a connection that nobody uses, or it is known to be closed."""
    if connection.closed:
        return True
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{path}"


def translate(fault: BaseException, *, committing: bool = False) -> Fault:
    """A driver's error in the words of the one tree; ``committing`` when the commit itself failed."""
    original = getattr(fault, "orig", None) or fault
    code = getattr(original, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in _DAMAGED:
        return Damaged(
            Text(zh="数据库文件已损坏", en="the database's file is damaged"),
            limit=str(original)[:200],
            remedy=Text(zh="从备份恢复", en="restore it from a backup"),
        )
    if _is_full(original, code):
        return StorageFull(
            Text(zh="存储空间已满，暂不能写入", en="storage is full; writes are refused"),
            remedy=Text(zh="清理空间后重试，无需重启", en="make space and repeat; no restart is needed"),
        )
    if committing:
        return OutcomeUnknown(
            Text(zh="提交未得到确认，结果未知", en="the commit was not confirmed; its outcome is unknown"),
            remedy=Text(zh="用同一幂等键重试", en="repeat with the same idempotency key"),
        )
    return Unavailable(
        Text(zh="数据库暂时不可用", en="the database does not answer"),
        remedy=Text(zh="稍后重试", en="try again shortly"),
    )


def _is_full(original: object, code: int | None) -> bool:
    # "disk I/O error" says nothing where there is a code: it may be a failed read, write or sync.
    if code is not None:
        return code & 0xFF in _NO_SPACE
    # The last is PostgreSQL's word when a new session finds no space for its caches.
    words = ("disk is full", "disk I/O error", "No space left", "could not write init file")
    return isinstance(original, psycopg.errors.DiskFull) or any(word in str(original) for word in words)


def is_outage(fault: BaseException) -> bool:
    """Whether a driver's error says that the database fails; else the statement is wrong."""
    if isinstance(fault, sa.exc.TimeoutError):
        return True
    original = getattr(fault, "orig", None) or fault
    code = getattr(original, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in _DAMAGED:
        return True
    # SQLite calls a wrong statement an operational error too.
    return code != pysqlite3.SQLITE_ERROR and isinstance(
        original, pysqlite3.OperationalError | psycopg.OperationalError | psycopg.InterfaceError | OSError
    )
