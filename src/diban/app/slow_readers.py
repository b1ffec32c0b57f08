"""Whoever takes nothing of an answer for half a minute is cut off, by the system, which knows what was taken.

TCP_USER_TIMEOUT (RFC 5482) of a listening socket holds for every connection that it accepts; it also counts
the time in which the other side has said that it has no room for more.
"""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import suppress

CUT_SECONDS = 30
_LOOK_SECONDS = 0.1
_LISTENS = (socket.SOL_SOCKET, socket.SO_ACCEPTCONN)


async def cut_slow_readers(seconds: float = CUT_SECONDS) -> None:
    """Set it on the sockets at which this process listens, as soon as the server has opened them."""
    while sum(_cut_at(held, seconds) for held in _sockets()) == 0:
        await asyncio.sleep(_LOOK_SECONDS)


def _sockets() -> Iterator[socket.socket]:
    """Second handles of this process's sockets, each closed when the next is asked for."""
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # it was closed meanwhile
            if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                with socket.socket(fileno=os.dup(int(name))) as held:
                    yield held


def _cut_at(held: socket.socket, seconds: float) -> bool:
    """Whether it listens; then it has the limit now."""
    listens = held.family in (socket.AF_INET, socket.AF_INET6) and held.getsockopt(*_LISTENS) == 1
    if listens:
        held.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))
    return listens
