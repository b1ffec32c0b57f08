"""Which answers are compressed, how much, and for whom (RFC 9110, 12.5.3)."""

from __future__ import annotations

import re
from functools import lru_cache

from fastapi import Request

from diban.base import LEVEL, PACKED_FROM, packed

__all__ = ["LEVEL", "PACKED_FROM", "packed", "takes_gzip"]

_NONE = re.compile(r"q=0(\.0{0,3})?")


def takes_gzip(request: Request) -> bool:
    """Whether the asker takes gzip."""
    return _takes_gzip(request.headers.get("accept-encoding", ""))


@lru_cache(256)
def _takes_gzip(header: str) -> bool:
    for term in header.split(","):
        coding, _, weight = term.partition(";")
        if coding.strip().lower() == "gzip":
            return _NONE.fullmatch(weight.strip().lower()) is None
    return False
