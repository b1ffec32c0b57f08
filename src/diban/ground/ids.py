"""Identifiers that cannot be swapped by mistake: one type for each kind of thing."""

from __future__ import annotations

import os
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


def new_id(prefix: str) -> str:
    """A fresh identifier ``prefix_…``: 48 bits of milliseconds, then 80 random bits, in base 32.

    Sorts by time of making; unique across processes without asking anyone.
    """
    number = (int(time.time() * 1000) << 80) | int.from_bytes(os.urandom(10), "big")
    return prefix + "_" + "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
