"""Text that any database can hold: PostgreSQL has none with U+0000, and no encoding has half a pair."""

from __future__ import annotations

import re

from diban.ground.errors import Invalid
from diban.ground.text import Text

_NEVER = re.compile("[\0\ud800-\udfff]")


def require_storable(value: object, field: str) -> None:
    """Refuse U+0000 and lone surrogates in a text or in a JSON value, names of members too.

    `Invalid` names where it stands, from ``field`` on: ``layers.0.title.zh``.
    """
    waiting: list[tuple[object, str]] = [(value, field)]
    while waiting:  # no recursion: what comes from outside may be nested as deeply as it likes
        held, path = waiting.pop()
        if isinstance(held, str) and (met := _NEVER.search(held)):
            point = f"U+{ord(met[0]):04X}"
            raise Invalid(
                Text(zh=f"文本含有字符 {point}", en=f"the text holds the character {point}"),
                field=_NEVER.sub("", path),
                limit=point,
                remedy=Text(zh="去掉该字符", en="leave it out"),
            )
        if isinstance(held, dict):
            waiting += [(name, f"{path}.{name}".lstrip(".")) for name in held]
            waiting += [(inner, f"{path}.{name}".lstrip(".")) for name, inner in held.items()]
        elif isinstance(held, list):
            waiting += [(inner, f"{path}.{place}".lstrip(".")) for place, inner in enumerate(held)]
