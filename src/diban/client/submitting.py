"""A delivery from a file to its outcome."""

from __future__ import annotations

import time
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from diban.client.delivery import ENDED, PAUSED, Delivery, Progress, delivery_of, progress_of
from diban.client.errors import Conflict, Denied, Invalid, Missing, Problem, ServerFailure, Unfinished
from diban.client.transport import Transport
from diban.client.uploading import Tell, end_upload, send_file
from diban.client.words import Words

DELIVERIES = "/api/deliveries"
FIRST_LOOK, LONGEST_LOOK = 0.2, 2.0
"""Seconds between two looks at the progress."""
LAST_LOOKS = 5
"""Looks at an outcome whose work has yet to say its last steps."""
_FAILED = frozenset({"failed", "cancelled"})


def submit_file(
    transport: Transport,
    path: str | PathLike[str] | None,
    letter: dict[str, Any],
    key: str | None,
    tell: Tell,
) -> Delivery:
    """Send a file, if there is one, and register its delivery; the same key is the same delivery."""
    upload = None if path is None else send_file(transport, Path(path), tell)
    headers = {"Idempotency-Key": _header(key or uuid4().hex)}
    try:
        answer = transport.post(DELIVERIES, {**letter, "upload": upload}, headers)
    except (Invalid, Denied, Missing, Conflict):
        if upload is not None:
            end_upload(transport, upload)
        raise
    if answer.status_code == 200 and upload is not None:  # it was a delivery before
        end_upload(transport, upload)
    return delivery_of(transport.parsed(answer), transport.language)


def wait_for(transport: Transport, delivery: str, seconds: float | None, tell: Tell) -> Delivery:
    """The delivery when it has ended or waits for a person's word; `Unfinished` after so many seconds."""
    path = f"{DELIVERIES}/{quote(delivery, safe='')}"
    until = None if seconds is None else time.monotonic() + seconds
    look, last = FIRST_LOOK, LAST_LOOKS
    for standing in _told(transport, f"{path}/progress", tell):
        settled = standing["state"] in ENDED | PAUSED
        if settled:
            # The outcome is committed before the work says its last steps.
            if standing["work"] != "running" or not last:
                return delivery_of(transport.json(path), transport.language)
            last, look = last - 1, FIRST_LOOK
        if standing["work"] in _FAILED:
            words = Words(
                f"交付 {delivery} 的处理未能完成", f"the work on delivery {delivery} did not end well"
            )
            remedy = Words("请平台运维查看日志", "ask the platform's operator, whose log tells why")
            raise ServerFailure(Problem(transport.say(words), field="delivery", remedy=transport.say(remedy)))
        if not settled and until is not None and time.monotonic() + look > until:
            words = Words(f"交付 {delivery} 仍在处理", f"delivery {delivery} goes on")
            remedy = Words("用 client.wait(…) 继续等待", "go on waiting with client.wait(…)")
            raise Unfinished(
                Problem(transport.say(words), field="delivery", limit=seconds, remedy=transport.say(remedy))
            )
        time.sleep(look)
        look = min(look * 1.5, LONGEST_LOOK)
    raise AssertionError("looks have no end")


def _told(transport: Transport, path: str, tell: Tell) -> Iterator[dict[str, Any]]:
    """How the work stands, at each look anew; ``tell`` hears each step that moved."""
    shown: list[Progress] = []
    while True:
        standing = transport.json(path)
        steps = progress_of(standing, transport.language)
        for step in steps:
            if step not in shown:
                tell(step)
        shown = steps
        yield standing


def act_on(transport: Transport, delivery: str, what: str, body: dict[str, Any]) -> Delivery:
    """Do something with a delivery; done again it is the same act."""
    answer = transport.post(f"{DELIVERIES}/{quote(delivery, safe='')}/{what}", body)
    return delivery_of(transport.parsed(answer), transport.language)


def _header(key: str) -> str:
    """A key as a header can hold it."""
    return key if key.isascii() and key.isprintable() else quote(key)
