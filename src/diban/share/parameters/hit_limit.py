"""``limit`` of a search: hits of each kind."""

from __future__ import annotations

from diban.ground import Invalid, Text
from diban.share.parameters.parameter import Parameter

MOST_HITS = 50
DEFAULT = 10
HIT_LIMIT = Parameter(
    "limit",
    Text(zh="每一类至多几条", en="hits of each kind at most"),
    {"type": "integer", "minimum": 1, "maximum": MOST_HITS, "default": DEFAULT},
)


def parse_hit_limit(text: str | None) -> int:
    """Hits of each kind, 1 to the maximum; `Invalid` otherwise."""
    if text is None:
        return DEFAULT
    if text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MOST_HITS:
        return int(text)
    raise Invalid(
        Text(zh="limit 超出范围", en="limit is out of range"),
        field="limit",
        limit=f"1–{MOST_HITS}",
        remedy=Text(zh="把名称写得更全以缩小范围", en="write more of the name to find less"),
    )
