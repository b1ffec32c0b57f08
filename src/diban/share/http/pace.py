"""How slow a body may come: so much in so much time, or it is cut off.

A slow but steady sender goes on; one byte a second holds nothing. Headers are timed by the server
itself.
"""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

STALL_SECONDS = 30.0
STALL_BYTES = 1 << 15
"""Whoever sends a body brings this much in this time, about 1.1 kB/s, or is cut off."""


class Pace:
    """When a stream that goes on would have to be cut off: in `STALL_SECONDS`, unless `STALL_BYTES` come."""

    def __init__(self) -> None:
        self._now = asyncio.get_running_loop().time
        self.until = self._now() + STALL_SECONDS
        self._moved = 0

    def moved(self, size: int) -> None:
        """So many bytes more have come."""
        self._moved += size
        if self._moved >= STALL_BYTES:
            self.until, self._moved = self._now() + STALL_SECONDS, 0


def paced(receive: Receive) -> Receive:
    """The same, but a body that comes too slowly is answered with 408, on a connection that ends there."""
    pace: Pace | None = None
    ended = False

    async def in_time() -> Message:
        nonlocal pace, ended
        if ended:  # whoever asks now waits for the connection's end
            return await receive()
        pace = pace or Pace()
        try:
            async with asyncio.timeout_at(pace.until):
                message = await receive()
        except TimeoutError as fault:
            ended = True
            raise HTTPException(408, headers={"Connection": "close"}) from fault
        pace.moved(len(message.get("body", b"")))
        ended = not message.get("more_body", False)
        return message

    return in_time
