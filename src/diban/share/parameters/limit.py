"""``limit``: features per page (Features Part 1 7.15.2): more than the maximum gets the maximum."""

from __future__ import annotations

from diban.base import MAX_PAGE
from diban.ground import Invalid, Text

DEFAULT = 10


def parse_limit(text: str | None) -> int:
    """Features per page, 1 to the maximum."""
    if text is None:
        return DEFAULT
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < 1:
        raise Invalid(
            Text(zh="limit 应为正整数", en="limit is a positive integer"),
            field="limit",
            limit=f"1–{MAX_PAGE}",
            remedy=Text(zh="更多要素请用 next 链接翻页", en="follow the next links for more"),
        )
    return min(int(text), MAX_PAGE)
