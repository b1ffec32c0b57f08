"""A way to PostgreSQL that loses the n-th question, or its answer: the connection is cut there.

It speaks just enough of the protocol (messages of a type byte and a length, after the greeting) to
count what has an effect: simple queries, the syncs that end others, and the data of COPY.
"""

from __future__ import annotations

import asyncio
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import TypeAlias

Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter

_ANSWERED, _UNANSWERED = b"QS", b"d"
_END_OF_ANSWER = b"ZG"  # ready for the next query, or for the data of COPY
_ENCRYPTION = (80877103, 80877104)
_PATIENCE = 5.0


class Lost(StrEnum):
    """What is lost where the connection is cut."""

    QUESTION = "question"
    ANSWER = "answer"


class Cutter:
    """A port in front of a server's; `arm` it, then count on it. Later connections are let through."""

    def __init__(self, server_port: int) -> None:
        self._server_port, self.port = server_port, 0
        self._nth, self._lost = 0, Lost.QUESTION
        self.count = 0

    def arm(self, nth: int, lost: Lost) -> None:
        """Count from 0 again, and cut at the n-th (0: never)."""
        self.count, self._nth, self._lost = 0, nth, lost

    @property
    def has_cut(self) -> bool:
        """Whether the moment has come."""
        return 0 < self._nth <= self.count

    async def serve(self, listening: threading.Event, stop: asyncio.Event) -> None:
        """Take connections until told to stop."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        listening.set()
        await stop.wait()
        server.close()

    async def _connected(self, asker: Reader, to_asker: Writer) -> None:
        try:
            answerer, to_answerer = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:
            to_asker.transport.abort()
            return
        answers = None
        try:
            await _greet(asker, to_asker, answerer, to_answerer)
            answers = asyncio.create_task(_forward(answerer, to_asker))
            await self._ask(asker, answerer, to_answerer, answers)
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            pass  # either end has gone, as this whole file is about
        finally:
            if answers is not None:
                answers.cancel()
            for writer in (to_asker, to_answerer):
                writer.transport.abort()

    async def _ask(
        self, asker: Reader, answerer: Reader, to_answerer: Writer, answers: asyncio.Task[None]
    ) -> None:
        while True:
            kind, message = await _message(asker)
            self.count += kind in _ANSWERED + _UNANSWERED
            if kind not in _ANSWERED + _UNANSWERED or self.count != self._nth:
                to_answerer.write(message)
                await to_answerer.drain()
                continue
            if self._lost is Lost.ANSWER:
                answers.cancel()
                to_answerer.write(message)
                await to_answerer.drain()
                if kind in _ANSWERED:
                    await asyncio.wait_for(_whole_answer(answerer), _PATIENCE)
            return


async def _greet(asker: Reader, to_asker: Writer, answerer: Reader, to_answerer: Writer) -> None:
    """What comes before the first message with a type: wishes for encryption, then the start."""
    while True:
        length, code = struct.unpack("!ii", head := await asker.readexactly(8))
        to_answerer.write(head + await asker.readexactly(length - 8))
        if code not in _ENCRYPTION:
            return
        to_asker.write(await answerer.readexactly(1))


async def _message(reader: Reader) -> tuple[bytes, bytes]:
    head = await reader.readexactly(5)
    (length,) = struct.unpack("!i", head[1:])
    return head[:1], head + await reader.readexactly(length - 4)


async def _whole_answer(answerer: Reader) -> None:
    while (await _message(answerer))[0] not in _END_OF_ANSWER:
        pass


async def _forward(reader: Reader, writer: Writer) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(1 << 16):
            writer.write(chunk)
            await writer.drain()
        writer.close()


@contextmanager
def cutting(server_port: int) -> Iterator[Cutter]:
    """A cutter in front of the server on this port, run by a thread of its own."""
    cutter, listening, stop = Cutter(server_port), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    def run() -> None:
        loop.run_until_complete(cutter.serve(listening, stop))
        for task in asyncio.all_tasks(loop):
            task.cancel()
            with suppress(asyncio.CancelledError):
                loop.run_until_complete(task)
        loop.close()

    thread = threading.Thread(target=run, name="cutting")
    thread.start()
    listening.wait(10)
    try:
        yield cutter
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
