"""``header``: whether the first row of a table names its columns, or is data already."""

from __future__ import annotations

from diban.ground import Invalid, Text
from diban.share.parameters.parameter import Parameter

_WORDS = {"true": True, "false": False}
HEADER = Parameter(
    "header",
    Text(
        zh="首行是（true）否（false）列名；不写则与交付时相同",
        en="whether the first row names the columns; left out, as it was delivered",
    ),
    {"type": "boolean"},
)


def parse_header(given: str | None) -> bool | None:
    """The word, None when nothing is said; `Invalid` for another one."""
    if given is not None and given not in _WORDS:
        raise Invalid(
            Text(zh="只能是 true 或 false", en="it is true or false"), field="header", limit=", ".join(_WORDS)
        )
    return None if given is None else _WORDS[given]
