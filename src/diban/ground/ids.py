"""Identifiers that cannot be swapped by mistake: one type for each kind of thing."""

from __future__ import annotations

import os
import threading
import time
from typing import NewType

LayerId = NewType("LayerId", str)
VersionId = NewType("VersionId", str)
ResourceId = NewType("ResourceId", str)
DeliveryId = NewType("DeliveryId", str)
PartyId = NewType("PartyId", str)
AccountId = NewType("AccountId", str)
JobId = NewType("JobId", str)

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_SHIFTS = range(120, -1, -10)


class _Numbers:
    """Numbers that only rise: 48 bits of milliseconds, then 80 random bits."""

    def __init__(self) -> None:
        self._last, self._lock = 0, threading.Lock()

    def next(self) -> int:
        chance = os.urandom(18)
        fresh = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(chance[:10], "big")
        with self._lock:
            # Within a millisecond, or when the clock was set back: a random step on, so that none is guessed.
            after = self._last + 1 + int.from_bytes(chance[10:], "big")
            self._last = fresh if fresh >> 80 > self._last >> 80 else after
            return self._last


_NUMBERS = _Numbers()


def new_id(prefix: str) -> str:
    """A fresh identifier ``prefix_…``: 48 bits of milliseconds, then 80 random bits, in base 32.

    Those that a process makes sort in the order of making; unique across processes without asking anyone.
    """
    number = _NUMBERS.next()
    return prefix + "_" + "".join([_PAIRS[(number >> shift) & 1023] for shift in _SHIFTS])
