"""The bulk program as its caller sees it: statements and their rows go in, in order; faults come out."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import pyarrow as pa

from diban.base.embedded.bulk import STATEMENT
from diban.ground import Fault, StorageFull, Text, Unavailable
from diban.store import translate

_PROGRAM = Path(__file__).with_name("bulk.py")


class BulkPipe:
    """What is sent is executed in order; nothing is answered until the end."""

    def __init__(self, sink: IO[bytes]) -> None:
        self._sink = sink

    def execute(self, *statements: str) -> None:
        """Execute statements, each once."""
        for statement in statements:
            self.insert(statement, pa.schema([]), ())

    def insert(self, statement: str, columns: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
        """Execute a statement once for each row, its parameters being the row's columns in order."""
        with pa.ipc.new_stream(self._sink, columns.with_metadata({STATEMENT: statement})) as stream:
            for batch in batches:
                stream.write_batch(batch)
                self._sink.flush()
        self._sink.flush()


@contextmanager
def bulk_pipe(path: Path) -> Iterator[BulkPipe]:
    """Run the bulk program on a file; everything is executed and the file closed when the block ends.

    Raises `StorageFull` or `Unavailable` in the program's own words; kills it when the block raises.
    """
    with tempfile.TemporaryFile() as words:
        child = subprocess.Popen(
            [sys.executable, "-P", str(_PROGRAM), str(path), str(os.getpid())],
            stdin=subprocess.PIPE,
            stderr=words,
            env=os.environ | {"SQLITE_TMPDIR": str(path.parent)},
        )
        assert child.stdin is not None
        try:
            # A broken pipe only says that the program has ended; why, is in its words.
            with suppress(BrokenPipeError):
                yield BulkPipe(child.stdin)
        except BaseException:
            child.kill()
            raise
        finally:
            with suppress(BrokenPipeError):
                child.stdin.close()
            child.wait()
        if child.returncode:
            words.seek(0)
            raise _fault(child.returncode, words.read(1000).decode(errors="replace").strip())


def _fault(code: int, words: str) -> Fault:
    known = translate(OSError(words))
    if isinstance(known, StorageFull):
        return known
    why = words or f"signal {-code}"
    return Unavailable(
        Text(zh=f"批量写入程序中断：{why}", en=f"the bulk writer ended early: {why}"),
        remedy=Text(zh="重新执行；未完成的文件不会被读取", en="repeat; what is unfinished is never read"),
    )
