"""A stream whose items are made a little ahead of whoever takes them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import TypeVar

_AHEAD = 2
_PAUSE, _PATIENCE = 0.1, 5.0  # seconds

Item = TypeVar("Item")


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items in the same order, made by a thread that stays at most `_AHEAD` before the caller.

    So the work behind the items and that of the caller overlap where they leave the interpreter's lock.
    What making them raises is raised here, behind the items that were made before. A caller who stops
    early stops the thread with the item that it is at.
    """
    waiting: queue.Queue[tuple[Item] | BaseException | None] = queue.Queue(_AHEAD)
    stopped = threading.Event()

    def hand_over(made: tuple[Item] | BaseException | None) -> None:
        while not stopped.is_set():
            try:
                return waiting.put(made, timeout=_PAUSE)
            except queue.Full:
                continue

    def make() -> None:
        try:
            for item in items:
                hand_over((item,))
                if stopped.is_set():
                    return
            hand_over(None)
        except BaseException as fault:  # noqa: BLE001 - handed to the caller, who raises it
            hand_over(fault)

    thread = threading.Thread(target=make, name="ahead", daemon=True)
    thread.start()
    try:
        while (made := waiting.get()) is not None:
            if isinstance(made, BaseException):
                raise made
            yield made[0]
    finally:
        stopped.set()
        thread.join(timeout=_PATIENCE)
