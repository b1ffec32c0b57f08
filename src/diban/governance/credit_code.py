"""Unified social credit code (统一社会信用代码, GB 32100-2015): 17 characters and a check character."""

from __future__ import annotations

import re

from diban.ground import Invalid, Text

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SHAPE = re.compile(f"[{_ALPHABET}]{{18}}")


def check_credit_code(code: str) -> None:
    """Refuse a code of the wrong shape or whose check character does not fit (weights 3ⁱ mod 31)."""
    if _SHAPE.fullmatch(code):
        total = sum(_ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:17]))
        if _ALPHABET[-total % 31] == code[17]:
            return
    raise Invalid(
        Text(zh=f"统一社会信用代码不成立：{code[:24]}", en=f"not a unified social credit code: {code[:24]}"),
        field="code",
        limit=18,
        remedy=Text(zh="核对 18 位代码及校验位", en="check the 18 characters and the last one"),
    )
