"""What parts of a style must meet; each refusal names the part, the limit and the remedy."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from diban.ground import Invalid, Text

MOST_CLASSES = 40
"""Colours of one style; an eye tells far fewer apart."""
LAST_ZOOM = 24
TITLE_LENGTH = 100
VALUE_LENGTH = 200
_COLOUR = re.compile(r"#[0-9a-f]{6}")


def require_number(value: object, field: str, least: float, most: float) -> None:
    """Refuse what is no number from ``least`` to ``most``."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise Invalid(
            Text(zh=f"样式中的“{field}”不成立", en=f"{field!r} does not hold in a style"),
            field=field,
            limit=f"{least:g}–{most:g}",
            remedy=Text(
                zh=f"写 {least:g} 到 {most:g} 之间的数", en=f"give a number from {least:g} to {most:g}"
            ),
        )


def require_colour(value: object, field: str) -> None:
    """Refuse what is no colour as ``#rrggbb``."""
    if not isinstance(value, str) or not _COLOUR.fullmatch(value):
        raise Invalid(
            Text(zh=f"“{field}”不是颜色", en=f"{field!r} is no colour"),
            field=field,
            limit="#rrggbb",
            remedy=Text(zh="写 # 和六位小写十六进制数", en="write # and six lower-case hexadecimal digits"),
        )


def require_text(value: object, field: str, most: int) -> None:
    """Refuse what is no text of at most so many characters."""
    if not isinstance(value, str) or len(value) > most:
        raise Invalid(
            Text(zh=f"“{field}”须为不超过 {most} 字的文本", en=f"{field!r} is a text of at most {most}"),
            field=field,
            limit=most,
            remedy=Text(zh="写短一些", en="write less"),
        )


def require_members(value: object, field: str, known: Collection[str]) -> dict[str, Any]:
    """A JSON object of which every member is known."""
    if not isinstance(value, dict):
        raise Invalid(
            Text(zh=f"“{field}”须为对象", en=f"{field!r} is an object"),
            field=field,
            limit=", ".join(known),
            remedy=Text(zh="写成 JSON 对象", en="write a JSON object"),
        )
    if unknown := sorted(set(value) - set(known)):
        named = f"{field}.{unknown[0][:80]}"
        raise Invalid(
            Text(zh=f"不认识的成员：{named}", en=f"unknown member: {named}"),
            field=named,
            limit=", ".join(known),
            remedy=Text(zh="去掉它", en="leave it out"),
        )
    return value


def require_list(value: object, field: str, most: int) -> list[Any]:
    """A JSON array of 1 to ``most`` members."""
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        raise Invalid(
            Text(zh=f"“{field}”须有 1–{most} 项", en=f"{field!r} has 1 to {most} members"),
            field=field,
            limit=most,
            remedy=Text(zh="合并一些类别", en="put some classes together"),
        )
    return value


def title_of(value: object, field: str) -> Text | None:
    """A title in both languages from its JSON form; None where there is none."""
    if value is None:
        return None
    given = require_members(value, field, ("zh", "en"))
    for language in ("zh", "en"):
        require_text(given.get(language), f"{field}.{language}", TITLE_LENGTH)
        if not given[language].strip():
            raise Invalid(
                Text(zh=f"缺少 {field}.{language}", en=f"{field}.{language} is missing"),
                field=f"{field}.{language}",
                limit="required",
                remedy=Text(zh="中英文都写，或都不写", en="give both languages, or no title"),
            )
    return Text(zh=given["zh"], en=given["en"])
