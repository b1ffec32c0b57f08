"""Which answers are compressed, how much, and for whom (RFC 9110, 12.5.3)."""

from __future__ import annotations

import re
from functools import lru_cache, partial

from fastapi import Request, Response
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from diban.base import LEVEL, PACKED_FROM, packed

__all__ = ["MVT", "PACKED_FROM", "Packing", "pack", "takes_gzip"]

MVT = "application/vnd.mapbox-vector-tile"
"""Vector tiles, which are kept compressed and answered as they lie."""

_AS_IT_IS = (*DEFAULT_EXCLUDED_CONTENT_TYPES, MVT)
"""Kinds of content that are compressed already, or by whoever answers with them."""

Packing = partial(
    GZipMiddleware, minimum_size=PACKED_FROM, compresslevel=LEVEL, exclude_content_types=_AS_IT_IS
)
"""Compresses what an application answers, while it is sent."""

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


def pack(request: Request, response: Response) -> Response:
    """A response whose body is there as a whole, compressed as `Packing` would, where it is made.

    A response may be given to many: it is not changed, but for the word that its form depends on the asker.
    """
    if len(response.body) < PACKED_FROM or _stays(response):
        return response
    if "vary" not in response.headers:
        response.headers["Vary"] = "Accept-Encoding"
    elif "accept-encoding" not in response.headers["vary"].lower():
        response.headers.add_vary_header("Accept-Encoding")
    if not takes_gzip(request):
        return response
    made = Response(packed(bytes(response.body)), response.status_code, background=response.background)
    made.raw_headers = [*response.raw_headers, (b"content-encoding", b"gzip")]
    made.headers["Content-Length"] = str(len(made.body))
    return made


def _stays(response: Response) -> bool:
    """Whether it is compressed already, or a part of something: its bytes are those of the whole (206)."""
    kind = response.headers.get("content-type", "").partition(";")[0]
    known = kind in _AS_IT_IS or f"{kind.partition('/')[0]}/*" in _AS_IT_IS
    return known or "content-encoding" in response.headers or response.status_code == 206
