"""What the child says to the parent: frames of one kind byte, a length and a body.

In order: one HEAD, one SCHEMA, any number of BATCH, one END; a FAILURE may come instead of any of
them and is the last. HEAD, END and FAILURE are JSON objects, SCHEMA and BATCH Arrow IPC messages.
The parent trusts none of it: it caps lengths before reading and validates every batch.
"""

from __future__ import annotations

import json
import os
import struct
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum

import pyarrow as pa

HEADER = struct.Struct("=cQ")
MOST_JSON = 4 << 20


class Kind(Enum):
    """What a frame holds."""

    HEAD = b"H"
    SCHEMA = b"S"
    BATCH = b"B"
    END = b"E"
    FAILURE = b"F"


class Refusal(Exception):
    """The child stops: a code that `diban.intake.sandbox.unreadable` has words for, and its facts."""

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Outlet:
    """The child's end of the pipe.

    A batch travels while the next one is read. The thread that sends it starts with the first batch, when
    the process is confined: it inherits the confinement, which a thread that was there before would escape.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._sender = ThreadPoolExecutor(1)
        self._under_way: Future[None] | None = None

    def say(self, kind: Kind, content: dict[str, object]) -> None:
        """Send a JSON frame."""
        self._arrived()
        self._send(kind, json.dumps(content, ensure_ascii=True).encode())

    def schema(self, schema: pa.Schema) -> None:
        """Send the schema of the batches to come."""
        self._send(Kind.SCHEMA, schema.serialize())

    def batch(self, batch: pa.RecordBatch) -> None:
        """Send one batch, after the one before has gone."""
        self._arrived()
        self._under_way = self._sender.submit(self._send_batch, batch)

    def _arrived(self) -> None:
        """Wait for the batch under way; what became of it is raised here."""
        sent, self._under_way = self._under_way, None
        if sent is not None:
            sent.result()

    def _send_batch(self, batch: pa.RecordBatch) -> None:
        self._send(Kind.BATCH, batch.serialize())

    def _send(self, kind: Kind, body: bytes | pa.Buffer) -> None:
        view = memoryview(body)
        self._write(memoryview(HEADER.pack(kind.value, len(view))))
        self._write(view)

    def _write(self, view: memoryview) -> None:
        while view:
            view = view[os.write(self._descriptor, view) :]
