"""Answers that are sent in parts let go of what they hold when they end, however they end."""

from __future__ import annotations

import asyncio
import gc
import io
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import suppress
from typing import Any

import pytest
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from diban.share.http.rows_answer import rows_answer
from diban.share.http.streamed import Streamed
from diban.share.port import Rows

Message = MutableMapping[str, Any]
PART = b"x" * (1 << 18)


@pytest.fixture(autouse=True)
def _nobody_looks_for_garbage() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def leave(answer: Response, version: str, after: int) -> None:
    """Take ``after`` messages of an answer and go away, as the server tells it in this version of ASGI."""

    async def asked() -> None:
        gone = asyncio.Event()
        taken = 0

        async def receive() -> Message:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(_message: Message) -> None:
            nonlocal taken
            taken += 1
            if taken > after:
                gone.set()
                if version == "2.4":
                    raise OSError("nobody there")
                await asyncio.sleep(3600)

        scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": version}, "method": "GET"}
        with suppress(ClientDisconnect):  # what the server gets to see of it in the later version
            await answer(scope, receive, send)

    asyncio.run(asked())


@pytest.mark.parametrize("version", ["2.3", "2.4"])
@pytest.mark.parametrize("after", [1, 2])
def test_what_makes_the_parts_is_ended_with_the_answer(version: str, after: int) -> None:
    ended: list[str] = []

    def parts(add: Callable[[int], None]) -> Iterator[bytes]:
        try:
            for _ in range(5):
                add(1)
                yield PART
        finally:
            ended.append("parts")

    answer = Streamed(parts, "application/geo+json", "all.geojson", {})
    answer.counted(lambda status, rows, sent: ended.append(f"told {status} {rows} {sent}"))
    leave(answer, version, after)
    assert ended == ["parts", f"told 200 {after} {(after - 1) * len(PART)}"]


@pytest.mark.parametrize("version", ["2.3", "2.4"])
@pytest.mark.parametrize("after", [0, 2])
def test_a_file_of_rows_is_gone_with_its_answer(version: str, after: int) -> None:
    stream = io.BytesIO(PART * 5)
    rows = Rows(stream, 5 * len(PART), ".csv", 5, True)
    leave(rows_answer(rows, "buildings.csv", "en"), version, after)
    assert stream.closed
