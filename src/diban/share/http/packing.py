"""Which answers are compressed, how much, and for whom (RFC 9110, 12.5.3)."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache

from fastapi import Request

PACKED_FROM = 1024
"""Bytes from which an answer is compressed."""
LEVEL = 1
"""The level of compression: 4 takes twice as long for 7 % less."""
_GZIP_FORM = 16 + zlib.MAX_WBITS
_NONE = re.compile(r"q=0(\.0{0,3})?")


def takes_gzip(request: Request) -> bool:
    """Whether the asker takes gzip."""
    return _takes_gzip(request.headers.get("accept-encoding", ""))


def packed(body: bytes) -> bytes:
    """The body in gzip."""
    packing = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP_FORM)
    return packing.compress(body) + packing.flush()


@lru_cache(256)
def _takes_gzip(header: str) -> bool:
    for term in header.split(","):
        coding, _, weight = term.partition(";")
        if coding.strip().lower() == "gzip":
            return _NONE.fullmatch(weight.strip().lower()) is None
    return False
