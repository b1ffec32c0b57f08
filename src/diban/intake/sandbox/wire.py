"""What the child says to the parent: frames of one kind byte, a length and a body.

In order: one HEAD, one SCHEMA, any number of BATCH, one END; a FAILURE may come instead of any of
them and is the last. HEAD, END and FAILURE are JSON objects, SCHEMA and BATCH Arrow IPC messages.
A batch that fits may lie in memory that both share instead: LENT says where in a part of it and how long,
the parts take turns, and the parent answers with one byte when it has taken a copy, so that the child may
write there again.
The parent trusts none of it: it caps lengths before reading and validates every batch, a lent one
after it was copied, since the child could change what lies there at any time.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum

import pyarrow as pa

HEADER = struct.Struct("=cQ")
LENT = struct.Struct("=QQ")
MOST_JSON = 4 << 20
PART, PARTS = 16 << 20, 2
"""Bytes of one part of the shared memory, and how many parts it has."""


_SPARE = 64  # bytes that align what is lent


class Kind(Enum):
    """What a frame holds."""

    HEAD = b"H"
    SCHEMA = b"S"
    BATCH = b"B"
    LENT = b"L"
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
        self._lent = 0

    def share(self, memory: int, answers: int) -> None:
        """Lend batches in this memory from now on; ``answers`` is read when one has been copied."""
        whole = memoryview(mmap.mmap(memory, PART * PARTS))
        self._parts = [pa.py_buffer(whole[begin : begin + PART]) for begin in range(0, PART * PARTS, PART)]
        self._answers = answers
        os.close(memory)

    def say(self, kind: Kind, content: dict[str, object]) -> None:
        """Send a JSON frame."""
        self._arrived()
        self._send(kind, json.dumps(content, ensure_ascii=True).encode())

    def schema(self, schema: pa.Schema) -> None:
        """Send the schema of the batches to come."""
        message = schema.serialize()
        self._room = PART - message.size - _SPARE
        self._send(Kind.SCHEMA, message)

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
        length = pa.ipc.get_record_batch_size(batch)
        if length > self._room:
            self._send(Kind.BATCH, batch.serialize())
            return
        if self._lent >= PARTS and not os.read(self._answers, 1):
            raise BrokenPipeError
        with pa.FixedSizeBufferWriter(self._parts[self._lent % PARTS]) as sink:
            pa.ipc.new_stream(sink, batch.schema).write_batch(batch)
            skipped = sink.tell() - length  # the schema, which such a stream begins with
        self._lent += 1
        self._send(Kind.LENT, LENT.pack(skipped, length))

    def _send(self, kind: Kind, body: bytes | pa.Buffer) -> None:
        view = memoryview(body)
        self._write(memoryview(HEADER.pack(kind.value, len(view))))
        self._write(view)

    def _write(self, view: memoryview) -> None:
        while view:
            view = view[os.write(self._descriptor, view) :]
