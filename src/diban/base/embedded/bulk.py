"""The program that writes a new layer file in bulk: Arrow streams from its input, straight into SQLite.

A process of its own, since ADBC brings its own SQLite and two copies of SQLite in one process can
drop each other's file locks. It is run by path and imports no room, so that it starts in a tenth
of a second. Each stream carries its statement in the schema's metadata; one without columns is
executed once. Everything is one transaction on a file that nobody else has open: no journal, no
sync; the caller syncs the finished file. The program ends with its parent.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from io import BufferedReader

import adbc_driver_manager
import adbc_driver_sqlite
import pyarrow as pa

STATEMENT = b"statement"
_PR_SET_PDEATHSIG = 1
_PRAGMAS = ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "cache_size = -32768")


def main(path: str, parent: int) -> int:
    """Fill the file until the input ends; 1, and one line of words, when it cannot."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return 1
    try:
        fill(path, open(0, "rb"))
    except (adbc_driver_manager.Error, pa.ArrowInvalid, OSError) as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    return 0


def fill(path: str, source: BufferedReader) -> None:
    """Execute each stream's statement for each of its rows, in one transaction."""
    database = adbc_driver_sqlite.connect(path)
    with database, adbc_driver_manager.AdbcConnection(database) as connection:
        for pragma in _PRAGMAS:
            execute(connection, f"PRAGMA {pragma}")
        execute(connection, "BEGIN")
        while source.peek(1):
            with pa.ipc.open_stream(source) as stream:
                statement = stream.schema.metadata[STATEMENT].decode()
                execute(connection, statement, stream if len(stream.schema) else None)
                stream.read_all()  # to the end mark, which a statement without rows leaves unread
        execute(connection, "COMMIT")


def execute(
    connection: adbc_driver_manager.AdbcConnection, sql: str, rows: pa.RecordBatchReader | None = None
) -> None:
    """Execute a statement, once for each row where it has some."""
    with adbc_driver_manager.AdbcStatement(connection) as statement:
        statement.set_sql_query(sql)
        if rows is not None:
            statement.bind_stream(rows)
        statement.execute_update()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
