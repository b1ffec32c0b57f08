"""Conditional requests: a strong tag for what an answer is made from, 304 when the asker has it (RFC 9110)."""

from __future__ import annotations

from hashlib import blake2b

from fastapi import Request, Response

CACHING = "private, no-cache"
"""The asker may keep the answer, and asks each time whether it still may."""


def tag_of(*parts: object) -> str:
    """A strong entity tag over everything that the answer depends on."""
    return '"' + blake2b("\0".join(map(str, parts)).encode(), digest_size=12).hexdigest() + '"'


def unchanged(request: Request, tag: str) -> Response | None:
    """304 when the asker's copy is this one."""
    held = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
    if tag not in held and "*" not in held:
        return None
    return Response(status_code=304, headers={"ETag": tag, "Cache-Control": CACHING})
