"""The number of a feature, as it stands in an address."""

from __future__ import annotations

from diban.ground import Missing, Text

_DIGITS = 16


def feature_number(text: str) -> int:
    """The number that the text is; a text that is none names no feature (`Missing`)."""
    if not text.isascii() or not text.isdigit() or len(text) > _DIGITS:
        shown = text[:40]
        raise Missing(Text(zh=f"没有要素 {shown}", en=f"there is no feature {shown}"), field="featureId")
    return int(text)
