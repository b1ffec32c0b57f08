"""Conditional requests: a tag for what an answer is made from, 304 when the asker has it (RFC 9110)."""

from __future__ import annotations

from hashlib import blake2b

from fastapi import Request, Response

from diban.base import Snapshot, TileAddress

CACHING = "private, no-cache"
"""The asker may keep the answer, and asks each time whether it still may."""


def tag_of(snapshot: Snapshot, *parts: object) -> str:
    """An entity tag over the version, what may be seen of it, and the parts; the same in every process.

    It is weak: equal tags mean equal content, not equal bytes (time stamp, compression).
    """
    return tag_of_parts(_made_from(snapshot, snapshot.state, *parts))


MadeFrom = tuple[object, ...]
"""All that an answer is made from: equal ones give equal content, for whoever may see as much."""


def tile_made_from(snapshot: Snapshot, address: TileAddress) -> MadeFrom:
    """What a tile is made from, which a new version changes only where it touched what the tile shows."""
    # With the layer: tiles of two layers may otherwise be made from equal states.
    return _made_from(snapshot, snapshot.layer, snapshot.state_of(address), address)


def tag_of_parts(made_from: MadeFrom) -> str:
    """An entity tag over what an answer is made from."""
    digest = blake2b("\0".join(map(str, made_from)).encode(), digest_size=12)
    return f'W/"{digest.hexdigest()}"'


def _made_from(snapshot: Snapshot, *parts: object) -> MadeFrom:
    return (snapshot.schema.number, snapshot.scope.key, *parts)


def unchanged(request: Request, tag: str) -> Response | None:
    """304 when the asker's copy is this one."""
    given = request.headers.get("if-none-match")
    if given is None:
        return None
    opaque = tag.removeprefix("W/")
    held = [part.strip().removeprefix("W/") for part in given.split(",")]
    if opaque not in held and "*" not in held:
        return None
    return Response(status_code=304, headers={"ETag": tag, "Cache-Control": CACHING})


def tag_of_bytes(body: bytes) -> str:
    """A weak entity tag over an answer's own bytes."""
    return f'W/"{blake2b(body, digest_size=12).hexdigest()}"'
