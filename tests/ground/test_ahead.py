"""Streams whose items are made ahead."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from diban.ground import ahead


def test_items_come_in_order_and_none_is_lost() -> None:
    assert list(ahead(iter(range(1_000)))) == list(range(1_000))
    assert list(ahead(iter([None, None]))) == [None, None]
    assert list(ahead(iter(()))) == []


def test_items_are_made_while_the_caller_works_but_only_a_few() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    taken = ahead(items())
    assert next(taken) == 0
    until = time.monotonic() + 10
    while len(made) < 4 and time.monotonic() < until:
        time.sleep(0.005)
    time.sleep(0.05)
    assert len(made) == 4  # one taken, two waiting, one in hand


def test_a_fault_of_making_is_raised_behind_what_was_made() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("unreadable")

    taken = ahead(items())
    assert next(taken) == 1
    with pytest.raises(ValueError, match="unreadable"):
        next(taken)


def test_who_stops_early_stops_the_thread() -> None:
    before = threading.active_count()
    taken = ahead(iter(range(1_000_000)))
    assert next(taken) == 0
    taken.close()  # type: ignore[attr-defined]  # a generator's
    assert threading.active_count() == before
