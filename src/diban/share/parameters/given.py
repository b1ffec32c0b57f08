"""What a request gives: each parameter once, and only known ones (Features Part 1, 7.6 and 7.15.5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import urlencode

from fastapi import Request

from diban.ground import Invalid, Text, TooLarge
from diban.share.parameters.parameter import Parameter

MAX_PARAMETERS = 100
NOTHING: Mapping[str, str] = MappingProxyType({})
_SHOWN = 80


def given_parameters(request: Request, *known: Parameter) -> dict[str, str]:
    """The request's parameters, all of them known; `Invalid` otherwise."""
    given = parameters_of(request)
    require_known(given, [parameter.name for parameter in known])
    return given


def parameters_of(request: Request) -> dict[str, str]:
    """The request's parameters, known or not; `Invalid` for doubled or too many ones."""
    if not request.scope["query_string"]:
        return {}
    pairs = request.query_params.multi_items()
    if len(pairs) > MAX_PARAMETERS:
        raise TooLarge(Text(zh="参数过多", en="too many parameters"), field="query", limit=MAX_PARAMETERS)
    given = dict(pairs)
    if len(given) < len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in given if names.count(name) > 1)[:_SHOWN]
        raise Invalid(
            Text(zh=f"参数重复：{doubled}", en=f"given more than once: {doubled}"),
            field=doubled,
            limit=1,
            remedy=Text(
                zh="每个参数只写一次，多个值用逗号分隔", en="give it once, several values with commas"
            ),
        )
    return given


def with_query(path: str, given: Mapping[str, str], further: Mapping[str, str] = NOTHING) -> str:
    """An address that gives these parameters, ``further`` ones last and in place of those of their name."""
    kept = tuple((name, value) for name, value in given.items() if name not in further)
    texts = [text for text in (_encoded(kept), _encoded(tuple(further.items()))) if text]
    return f"{path}?{'&'.join(texts)}" if texts else path


@lru_cache(256)
def _encoded(pairs: tuple[tuple[str, str], ...]) -> str:
    """Remembered, since the links of an answer mostly repeat what its request gave."""
    return urlencode(pairs)


def require_known(given: Collection[str], known: Collection[str]) -> None:
    """`Invalid` for the first parameter that is not known."""
    if given and (unknown := sorted(set(given) - set(known))):
        name = unknown[0][:_SHOWN]
        raise Invalid(
            Text(zh=f"不认识的参数：{name}", en=f"unknown parameter: {name}"),
            field=name,
            limit=", ".join(sorted(known)) or "–",
            remedy=Text(zh="去掉该参数", en="leave it out"),
        )
