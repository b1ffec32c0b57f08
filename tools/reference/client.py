"""The Python client: its classes with signatures and docstrings, its values, its errors."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import diban.client
from diban.client import Client, ClientError, Features, Layer
from tools.reference.markdown import code, table
from tools.reference.source import first_line

_HEAD = """# Python client

`diban.client` speaks to a platform over HTTP only. The [notebook page](../client.md) shows it at work.
All names below are imported from `diban.client`; titles and messages come in the client's language."""
_AT_WORK: tuple[type, ...] = (Client, Layer, Features)


def client() -> str:
    """The page."""
    things = [getattr(diban.client, name) for name in diban.client.__all__]
    values = [thing for thing in things if is_dataclass(thing) and isinstance(thing, type)]
    return "\n\n".join(
        [
            _HEAD,
            *(part for kind in _AT_WORK for part in _class(kind)),
            "## Values",
            "Immutable; what the platform tells, and nothing that acts.",
            *(part for kind in values for part in _value(kind)),
            "## Errors",
            "Each has `message`, `status`, `code`, `field`, `limit`, `remedy` and `request_id`, as far as "
            "they are known; the platform's own words for them are its [errors](errors.md).",
            table(("error", "meaning"), _errors(ClientError, 0)),
        ]
    )


def _class(kind: type) -> Iterator[str]:
    yield f"## {kind.__name__}"
    yield _text(kind)
    if kind is Client:
        yield _typed(f"Client{_signature(kind.__init__)}")
    for name, member in vars(kind).items():
        shown = member.fget if isinstance(member, property) else member
        if name.startswith("_") or not inspect.isfunction(shown):
            continue
        yield f"### {kind.__name__}.{name}"
        yield _typed(
            f"{name}: {_returns(shown)}" if isinstance(member, property) else f"{name}{_signature(shown)}"
        )
        yield _text(shown)


def _value(kind: Any) -> Iterator[str]:
    yield f"### {kind.__name__}"
    yield _text(kind)
    held = [(code(one.name), code(one.type)) for one in fields(kind)]
    asked = [
        (code(name), f"{code(_returns(member.fget))} {first_line(member.fget)}")
        for name, member in vars(kind).items()
        if isinstance(member, property)
    ]
    yield table(("member", "type"), [*held, *asked])


def _errors(kind: type[ClientError], depth: int) -> Iterator[tuple[str, str]]:
    yield "&emsp;" * depth + code(kind.__name__), first_line(kind)
    for below in kind.__subclasses__():
        yield from _errors(below, depth + 1)


def _signature(function: Any) -> str:
    """As it is written, without ``self``; annotations stay text, so that every Python writes the same."""
    parts: list[str] = []
    named = False
    for one in list(inspect.signature(function).parameters.values())[1:]:
        if one.kind is one.KEYWORD_ONLY and not named:
            parts, named = [*parts, "*"], True
        default = "" if one.default is one.empty else f" = {one.default!r}"
        parts.append(f"{one.name}: {one.annotation}{default}")
    whole = f"({', '.join(parts)})"
    if len(whole) > 60:
        whole = "(\n" + "".join(f"    {part},\n" for part in parts) + ")"
    return f"{whole} -> {_returns(function)}" if function.__name__ != "__init__" else whole


def _returns(function: Any) -> str:
    return str(inspect.signature(function).return_annotation)


def _typed(text: str) -> str:
    return f"```python\n{text}\n```"


def _text(thing: object) -> str:
    return inspect.getdoc(thing) or ""
