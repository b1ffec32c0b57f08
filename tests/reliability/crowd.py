"""Many connections to a server at little cost: HTTP/1.1 by hand over asyncio, some at work and most idle."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

HEAD_END = b"\r\n\r\n"


class Line(asyncio.Protocol):
    """One kept connection: `ask`, and whether it still stands."""

    def __init__(self) -> None:
        self.stands = False
        self._held = bytearray()
        self._answered: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It stands."""
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.stands = transport, True

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone; who waits for an answer hears so."""
        self.stands = False
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(exc or ConnectionError("the server has closed the connection"))

    def data_received(self, data: bytes) -> None:
        """Wait until the answer is whole: its stated length, or the end of its last chunk."""
        self._held += data
        end = self._held.find(HEAD_END)
        if end < 0 or self._answered is None:
            return
        head = bytes(self._held[:end]).lower()
        status, size = int(head[9:12]), _length(head)
        if size is None:
            whole = self._held.endswith(b"\r\n0\r\n\r\n")
        else:
            whole = len(self._held) >= end + len(HEAD_END) + size
        if whole:
            self._held.clear()
            self._answered.set_result(status)

    async def ask(self, request: bytes) -> int:
        """The status of the answer to a request."""
        self._answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answered


def _length(head: bytes) -> int | None:
    if head[9:12] in (b"204", b"304"):
        return 0
    _, found, rest = head.partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else None


def get(path: str) -> bytes:
    """A request as a browser's connection carries it."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n".encode()


@dataclass
class Work:
    """What the connections at work have met."""

    seconds: list[float] = field(default_factory=list)
    wrong: list[object] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


@dataclass
class Crowd:
    """Connections to one server."""

    port: int
    idle: list[Line] = field(default_factory=list)
    reopened: int = 0

    async def open(self) -> Line:
        """A further connection."""
        loop = asyncio.get_running_loop()
        _, line = await loop.create_connection(Line, "127.0.0.1", self.port)
        return line

    async def gather(self, count: int, at_once: int = 100) -> None:
        """Open so many idle connections: every other one has asked something before, as browsers do."""
        while len(self.idle) < count:
            fresh = await asyncio.gather(*(self.open() for _ in range(min(at_once, count - len(self.idle)))))
            await asyncio.gather(*(line.ask(get("/healthz")) for line in fresh[::2]))
            self.idle += fresh

    async def stay(self) -> None:
        """Open again what the server has closed for its long silence; never ends."""
        while True:
            closed = [place for place, line in enumerate(self.idle) if not line.stands]
            fresh = await asyncio.gather(*(self.open() for _ in closed))
            for place, line in zip(closed, fresh, strict=True):
                self.idle[place] = line
            self.reopened += len(closed)
            await asyncio.sleep(0.2)

    async def work(self, count: int, paths: Sequence[str], seconds: float, every: float) -> Work:
        """So many connections that each ask something in turn, once in a time."""
        work = Work()
        requests = [get(path) for path in paths]
        until = time.monotonic() + seconds

        async def one(number: int) -> None:
            line = await self.open()
            await asyncio.sleep(every * number / count)
            turn = number
            while time.monotonic() < until:
                begun = time.perf_counter()
                try:
                    if (status := await line.ask(requests[turn % len(requests)])) not in (200, 204):
                        work.wrong.append((paths[turn % len(requests)], status))
                except OSError as fault:
                    work.wrong.append(fault)
                    line = await self.open()
                took = time.perf_counter() - begun
                work.seconds.append(took)
                turn += 1
                await asyncio.sleep(max(0.0, every - took))
            line.transport.close()

        await asyncio.gather(*(one(number) for number in range(count)))
        return work

    def leave(self) -> None:
        """Close all that is idle."""
        for line in self.idle:
            line.transport.abort()


def memory_of(group: int) -> dict[str, int]:
    """Bytes of each process of a group, what several share counted in parts (PSS), by kind and number."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[2]) == group:
                rollup = (folder / "smaps_rollup").read_text()
        except OSError:  # it has ended
            continue
        if int(fields[2]) == group:
            size = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
            found[folder.name] = int(size.split()[1]) * 1024
    return found
