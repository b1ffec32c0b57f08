"""``limit``: features per page (Features Part 1, 7.15.2); more than the maximum gets the maximum."""

from __future__ import annotations

from diban.base import MAX_PAGE
from diban.ground import Invalid, Text
from diban.share.parameters.parameter import Parameter

DEFAULT = 10
LIMIT = Parameter(
    "limit",
    Text(zh="每页要素数", en="features per page"),
    {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": DEFAULT},
)


def parse_limit(text: str | None) -> int:
    """Features per page, 1 to the maximum."""
    if text is None:
        return DEFAULT
    number = text.lstrip("0")
    if not text.isascii() or not text.isdigit() or not number:
        raise Invalid(
            Text(zh="limit 应为正整数", en="limit is a positive integer"),
            field="limit",
            limit=f"1–{MAX_PAGE}",
            remedy=Text(zh="更多要素请用 next 链接翻页", en="follow the next links for more"),
        )
    return MAX_PAGE if len(number) > 9 else min(int(number), MAX_PAGE)
