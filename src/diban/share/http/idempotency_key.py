"""``Idempotency-Key``: a sender's own word for an act, by which its repetition is known."""

from __future__ import annotations

from fastapi import Request

from diban.ground import Invalid, Text
from diban.share.http.described import header_parameter

KEY = "Idempotency-Key"
KEY_LENGTH = 200
IDEMPOTENCY = header_parameter(
    KEY,
    Text(zh="幂等键：同键即同一次办理", en="the same key is the same act"),
    schema={"type": "string", "minLength": 1, "maxLength": KEY_LENGTH},
    required=False,
)


def given_key(request: Request) -> str | None:
    """The word that goes with the request; None without one."""
    given = request.headers.get(KEY)
    if given is not None and not (0 < len(given) <= KEY_LENGTH):
        raise Invalid(
            Text(zh="幂等键过长或为空", en="the key is too long or empty"), field=KEY, limit=KEY_LENGTH
        )
    return given
