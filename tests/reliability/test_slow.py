"""T-SLOW: who sends or takes too slowly is cut off after half a minute, and others hardly notice."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.reliability.conftest import TemplateOf
from tests.reliability.crowd import Crowd, Work
from tests.reliability.figures import Figures
from tests.reliability.installation import LAYER, Engine, Stage
from tests.reliability.serving import ITEMS, serving

CUT_SECONDS = 40.0
"""30 s, and what the system and the server add until they look."""
SLOWER, LEAST_BOUND = 2.0, 0.05
AT_WORK, EVERY_SECONDS = 20, 0.25
FILLING_SECONDS, STILL_SECONDS = 15.0, 1.5
"""In which all buffers on the way are full, and they are when what lies in them has not grown for so long.

To make what fills them is work as for any reader, and takes a slow machine longer.
"""
COUNT = 30
PATHS = (ITEMS, f"/ogc/collections/{LAYER}", f"/ogc/collections/{LAYER}/items/7")
WHOLE = f"GET /ogc/collections/{LAYER}/download?f=geojson HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
BODY = (
    b"POST /api/session HTTP/1.1\r\nHost: localhost\r\nX-Diban-Request: 1\r\n"
    b"Content-Type: application/json\r\nContent-Length: 20000\r\n\r\n{"
)
HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
KINDS: dict[str, tuple[bytes, bytes]] = {
    "readers": (WHOLE * 400, b""),  # more than all buffers on the way hold
    "senders of bodies": (BODY, b" "),
    "senders of heads": (HEAD, b"x"),
}
"""What each sends first, and then once in two seconds."""


@pytest.mark.battery
@pytest.mark.parametrize("kind", KINDS)
def test_the_slow_are_cut_off(kind: str, template: TemplateOf, figures: Figures, tmp_path: Path) -> None:
    checked = f"{COUNT} slow ones cut off within {CUT_SECONDS:.0f} s, p99 of others < 2×"
    with (
        figures.run(f"T-SLOW {kind}", Engine.EMBEDDED, checked) as trials,
        template(Engine.EMBEDDED, Stage.LANDED).copy(tmp_path) as made,
        trials.trial(f"{COUNT} at once"),
        serving(made, tmp_path) as served,
    ):
        alone, beside, last = asyncio.run(_together(served.port, *KINDS[kind]))
        trials.checked += (
            f"; the last cut after {last:.0f} s; p99 {beside.quantile(0.99):.0f} ms, "
            f"without them {alone.quantile(0.99):.0f} ms"
        )
        assert not beside.wrong, beside.wrong[:3]
        assert beside.quantile(0.99) < max(1000 * LEAST_BOUND, SLOWER * alone.quantile(0.99))


async def _together(port: int, first: bytes, then: bytes) -> tuple[Work, Work, float]:
    crowd = Crowd(port)
    await crowd.work(AT_WORK, PATHS, 2.0, EVERY_SECONDS)
    alone = await crowd.work(AT_WORK, PATHS, 15.0, EVERY_SECONDS)
    with ExitStack() as held:
        slow = [held.enter_context(_connected(port, first)) for _ in range(COUNT)]
        cut = asyncio.create_task(asyncio.to_thread(_until_cut, port, slow, then))
        filling = await _filled(port)
        beside = await crowd.work(AT_WORK, PATHS, CUT_SECONDS - filling, EVERY_SECONDS)
        return alone, beside, await cut


async def _filled(port: int) -> float:
    """Seconds until no more is put into the buffers of the connections to a port."""
    begun = changed = time.monotonic()
    lying = -1
    while time.monotonic() - changed < STILL_SECONDS:
        assert time.monotonic() - begun < FILLING_SECONDS, "what lies in the buffers still grows"
        await asyncio.sleep(STILL_SECONDS / 5)
        if (now := _lying(port)) > lying:
            lying, changed = now, time.monotonic()
    return time.monotonic() - begun


def _lying(port: int) -> int:
    """Bytes that the server at a port has sent and nobody has taken."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(
        int(queues.partition(":")[0], 16)
        for _, near, _, _, queues, *_ in lines
        if int(near.rpartition(":")[2], 16) == port
    )


def _connected(port: int, first: bytes) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect(("127.0.0.1", port))
    made.sendall(first)
    return made


def _until_cut(port: int, slow: list[socket.socket], then: bytes) -> float:
    """Seconds until the last of them was cut off; what is sent now and then keeps none alive."""
    begun = time.monotonic()
    left = list(slow)
    while left:
        time.sleep(2)
        for one in left:
            with suppress(OSError):  # it is cut off already
                one.send(then)
        standing = _ports_that_stand(port)
        left = [one for one in left if one.getsockname()[1] in standing]
        assert time.monotonic() - begun < CUT_SECONDS, f"{len(left)} of {len(slow)} still stand"
    return time.monotonic() - begun


def _ports_that_stand(port: int) -> set[int]:
    """Whose connections the server at a port holds; a reader hears of its end only when it reads."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {
        int(far.rpartition(":")[2], 16)
        for _, near, far, state, *_ in lines
        if state == "01" and int(near.rpartition(":")[2], 16) == port
    }
