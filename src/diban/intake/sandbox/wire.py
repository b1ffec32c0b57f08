"""What the child says to the parent: frames of one kind byte, a length and a body.

In order: one HEAD, one SCHEMA, any number of BATCH, one END; a FAILURE may come instead of any of
them and is the last. HEAD, END and FAILURE are JSON objects, SCHEMA and BATCH Arrow IPC messages.
The parent trusts none of it: it caps lengths before reading and validates every batch.
"""

from __future__ import annotations

import json
import os
import struct
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
    """The child's end of the pipe."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def say(self, kind: Kind, content: dict[str, object]) -> None:
        """Send a JSON frame."""
        self._send(kind, json.dumps(content, ensure_ascii=True).encode())

    def schema(self, schema: pa.Schema) -> None:
        """Send the schema of the batches to come."""
        self._send(Kind.SCHEMA, schema.serialize())

    def batch(self, batch: pa.RecordBatch) -> None:
        """Send one batch."""
        self._send(Kind.BATCH, batch.serialize())

    def _send(self, kind: Kind, body: bytes | pa.Buffer) -> None:
        view = memoryview(body)
        self._write(memoryview(HEADER.pack(kind.value, len(view))))
        self._write(view)

    def _write(self, view: memoryview) -> None:
        while view:
            view = view[os.write(self._descriptor, view) :]
