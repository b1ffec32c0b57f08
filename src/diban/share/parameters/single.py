"""Each parameter at most once, and only known ones (OGC API - Features Part 1, 7.6 and 7.15.5)."""

from __future__ import annotations

from collections.abc import Collection

from fastapi import Request

from diban.ground import Invalid, Text

MAX_PARAMETERS = 100


def single_parameters(request: Request, known: Collection[str]) -> dict[str, str]:
    """The request's parameters; `Invalid` for unknown, doubled or too many of them."""
    pairs = request.query_params.multi_items()
    given = dict(pairs)
    if len(pairs) > MAX_PARAMETERS or len(given) < len(pairs):
        raise Invalid(
            Text(zh="参数重复或过多", en="parameters are doubled or too many"),
            field="query",
            limit=MAX_PARAMETERS,
        )
    if unknown := sorted(set(given) - set(known)):
        raise Invalid(
            Text(zh=f"不认识的参数：{unknown[0][:80]}", en=f"unknown parameter: {unknown[0][:80]}"),
            field=unknown[0][:80],
            limit=", ".join(sorted(known)),
            remedy=Text(zh="去掉该参数", en="leave it out"),
        )
    return given
