"""Whoever takes nothing of an answer is cut off by the system; whoever takes a little goes on."""

from __future__ import annotations

import asyncio
import socket
import time

from diban.app.slow_readers import cut_slow_readers

SECONDS = 1.0
BODY = b"x" * (64 << 20)
"""More than all buffers on the way hold."""


async def sent_to(takes: bool) -> tuple[int, float]:
    """What a reader got of a long answer, and after how long the sender's side had ended."""
    ended = asyncio.get_running_loop().create_future()

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun = time.monotonic()
        try:
            writer.write(BODY)
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        except OSError:
            pass
        ended.set_result(time.monotonic() - begun)

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        await cut_slow_readers(SECONDS)
        with socket.socket() as reader:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
            reader.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(reader, server.sockets[0].getsockname())
            got = 0
            while takes and (part := await loop.sock_recv(reader, 1 << 20)):
                got += len(part)
                await asyncio.sleep(0.01)
            return got, await asyncio.wait_for(ended, 30)


def test_who_takes_nothing_is_cut_off() -> None:
    got, seconds = asyncio.run(sent_to(takes=False))
    assert got == 0
    assert SECONDS * 0.9 < seconds < 20


def test_who_takes_little_by_little_gets_all() -> None:
    got, seconds = asyncio.run(sent_to(takes=True))
    assert got == len(BODY)
    assert seconds > SECONDS
