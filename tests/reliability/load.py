"""Read and write load on a server, with every answer noted: when it was asked for, what came."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import httpx

from tests.reliability.installation import LAYER
from tests.reliability.serving import GUARD, ITEMS, Served

READS = (
    ITEMS,
    f"/ogc/collections/{LAYER}/items?limit=5&sortby=-floors",
    f"/ogc/collections/{LAYER}/tiles/WebMercatorQuad/12/1784/3345",
    "/ogc/collections",
    "/readyz",
    "/api/platform",
    "/api/resources",
)
PAUSE = 0.03
FAILED = 0


@dataclass(frozen=True)
class Answer:
    """One answer: what was asked, when, the status (0: none came), whether a 503 says when to come back."""

    asked: str
    at: float
    seconds: float
    status: int
    in_order: bool
    words: str = ""


@dataclass
class Load:
    """All answers of a load; the threads of the load add to it."""

    answers: list[Answer] = field(default_factory=list)

    def wrong(self) -> list[Answer]:
        """Answers that are neither 200 nor a 503 that says when to come back."""
        return [answer for answer in self.answers if not answer.in_order]

    def counts(self) -> Counter[tuple[str, int]]:
        """How many answers of each status there were to each question."""
        return Counter((answer.asked, answer.status) for answer in self.answers)

    def recovered(self, since: float, kinds: int, patience: float) -> float:
        """How long after ``since`` every kind of question was answered with 200 again, three times on end."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            latest: dict[str, list[Answer]] = {}
            for answer in list(self.answers):
                if answer.at >= since:
                    latest.setdefault(answer.asked, []).append(answer)
            if len(latest) == kinds and all(_steady(answers) for answers in latest.values()):
                return max(_since_steady(answers) for answers in latest.values()) - since
            time.sleep(0.05)
        raise AssertionError(f"not back after {patience} s: {self.counts()}")


def _steady(answers: list[Answer]) -> bool:
    return len(answers) >= 3 and all(answer.status == 200 for answer in answers[-3:])


def _since_steady(answers: list[Answer]) -> float:
    """When the first of the answers came after which all were 200."""
    steady = answers[-1]
    for answer in reversed(answers):
        if answer.status != 200:
            break
        steady = answer
    return steady.at + steady.seconds


@contextmanager
def loading(served: Served, login: str, password: str, *, readers: int) -> Iterator[Load]:
    """Readers that ask everything in turn on kept connections, and a writer that signs in and out."""
    load, stop = Load(), threading.Event()
    threads = [
        threading.Thread(target=_read, args=(served, load, stop, first), name=f"reader {first}")
        for first in range(readers)
    ]
    threads.append(threading.Thread(target=_write, args=(served, load, stop, login, password), name="writer"))
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def kinds_of_question() -> int:
    """How many different questions a load asks."""
    return len(READS) + 1


def _read(served: Served, load: Load, stop: threading.Event, first: int) -> None:
    with httpx.Client(base_url=served.address, timeout=30) as client:
        turn = first
        while not stop.wait(PAUSE):
            path = READS[turn % len(READS)]
            turn += 1
            load.answers.append(_asked(path, partial(client.get, path)))


def _write(served: Served, load: Load, stop: threading.Event, login: str, password: str) -> None:
    body = {"login": login, "password": password}
    while not stop.wait(PAUSE):
        with httpx.Client(base_url=served.address, timeout=30, headers=GUARD) as client:
            load.answers.append(_asked("POST /api/session", partial(client.post, "/api/session", json=body)))


def _asked(name: str, ask: Callable[[], httpx.Response]) -> Answer:
    begun = time.monotonic()
    try:
        response = ask()
    except httpx.TransportError as fault:
        return Answer(name, begun, time.monotonic() - begun, FAILED, False, repr(fault))
    waits = response.headers.get("retry-after", "").isdigit()
    in_order = response.status_code == 200 or (response.status_code == 503 and waits)
    words = "" if in_order else f"{response.headers} {response.text[:500]}"
    return Answer(name, begun, time.monotonic() - begun, response.status_code, in_order, words)
