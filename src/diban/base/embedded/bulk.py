"""A program that executes statements for the rows of Arrow streams from its input, on one SQLite file.

A process of its own, since ADBC brings its own SQLite and two copies of SQLite in one process can
drop each other's file locks. It is run by path and imports no room, so that it starts in a tenth
of a second. Each stream carries its statement in the schema's metadata; one without columns is
executed once. The program ends with its parent.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from io import BufferedReader

if __name__ == "__main__":  # Arrow would load numpy, half of what the start costs, for nothing
    sys.modules["numpy"] = None  # type: ignore[assignment]  # bars the import

import adbc_driver_manager
import adbc_driver_sqlite
import pyarrow as pa

STATEMENT = b"statement"
_PR_SET_PDEATHSIG = 1


def main(path: str, parent: int) -> int:
    """Execute until the input ends; 1, and one line of words, when a statement fails."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return 1
    try:
        with open(0, "rb") as source:
            execute_all(path, source)
    except (adbc_driver_manager.Error, pa.ArrowInvalid, OSError) as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    return 0


def execute_all(path: str, source: BufferedReader) -> None:
    """Execute each stream's statement once for each of its rows, on one connection."""
    database = adbc_driver_sqlite.connect(path)
    with database, adbc_driver_manager.AdbcConnection(database) as connection:
        while source.peek(1):
            with (
                pa.ipc.open_stream(source) as rows,
                adbc_driver_manager.AdbcStatement(connection) as statement,
            ):
                statement.set_sql_query(rows.schema.metadata[STATEMENT].decode())
                if len(rows.schema):
                    statement.bind_stream(rows)
                statement.execute_update()
                rows.read_all()  # to the end mark, which a statement without rows leaves unread


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
