"""Unified social credit code (统一社会信用代码, GB 32100-2015): 17 characters and a check character."""

from __future__ import annotations

import pyarrow as pa

from diban.ground import Check, Invalid, Text


def check_credit_code(code: str) -> None:
    """Refuse a code of the wrong shape or whose check character does not fit."""
    if not Check.CREDIT_CODE.fits(pa.array([code]))[0]:
        raise Invalid(
            Text(
                zh=f"统一社会信用代码不成立：{code[:24]}", en=f"not a unified social credit code: {code[:24]}"
            ),
            field="code",
            limit=18,
            remedy=Text(zh="核对 18 位代码及校验位", en="check the 18 characters and the last one"),
        )
