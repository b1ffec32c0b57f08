"""A body that comes too slowly is answered with 408; one that comes steadily takes its time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.exceptions import HTTPException
from starlette.types import Message

from diban.share.http import pace
from diban.share.http.pace import STALL_BYTES, paced
from tests.share.client import Client

GUARD = {"X-Diban-Request": "1", "Content-Type": "application/json"}


def test_a_body_that_stalls_is_refused_with_words(nobody: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "STALL_SECONDS", 0.1)

    async def stalls() -> AsyncIterator[bytes]:
        yield b'{"login": '
        await asyncio.Event().wait()

    answer = nobody.ask("POST", "/api/session", content=stalls(), headers=GUARD)
    assert (answer.status_code, answer.headers["connection"]) == (408, "close")
    told = answer.json()
    assert (told["type"], told["field"]) == ("urn:diban:problem:too-slow", "body")
    assert "cut off" in told["detail"]


def test_one_byte_at_a_time_is_too_slow(nobody: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "STALL_SECONDS", 0.2)

    async def drips() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.01)

    assert nobody.ask("POST", "/api/session", content=drips(), headers=GUARD).status_code == 408


def taken(pieces: int, size: int, every: float) -> int:
    """How much of a body comes through that comes in such pieces."""

    async def take() -> int:
        left, found = pieces, 0

        async def receive() -> Message:
            nonlocal left
            await asyncio.sleep(every)
            left -= 1
            return {"type": "http.request", "body": b"x" * size, "more_body": left > 0}

        in_time = paced(receive)
        while (message := await in_time())["more_body"]:
            found += len(message["body"])
        await in_time()  # what comes after the end, the connection's, is waited for without a limit
        return found + size

    return asyncio.run(take())


def test_a_steady_body_takes_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "STALL_SECONDS", 1.0)
    assert taken(6, STALL_BYTES, every=0.4) == 6 * STALL_BYTES
    with pytest.raises(HTTPException):
        taken(6, STALL_BYTES // 8, every=0.4)
