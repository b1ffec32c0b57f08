"""The reason (理由) without which some acts are not done."""

from __future__ import annotations

from diban.ground import Invalid, Text

MOST_WHY = 500
"""Characters, without blanks around them."""


def require_reason(why: str, words: Text) -> str:
    """The reason as it is kept, without blanks around it; `Invalid` in these words where none is given, or
    one longer than `MOST_WHY`."""
    given = why.strip()
    if not 0 < len(given) <= MOST_WHY:
        raise Invalid(
            words,
            field="why",
            limit=MOST_WHY,
            remedy=Text(zh="例如机构改革文件号", en="such as the number of the order"),
        )
    return given
