"""How OpenAPI tells what a route answers, and to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from diban.ground import Text
from diban.share.http.problems import PROBLEM, TITLES
from diban.share.parameters.parameter import TEXT
from diban.share.shapes import Shape, reference_to
from diban.share.shapes.problem import Problem

KEY, API_KEY, SESSION, GUARD = "key", "apiKey", "session", "guard"
_ANY = (400, 414, 503)
"""Refusals of every route: what no text can hold, an address that is too long, a database that is away."""
_BODIES = frozenset({"POST", "PUT", "PATCH"})
_READS = frozenset({"GET", "OPTIONS"})


class Access(StrEnum):
    """Of whom a route asks who they are."""

    OPEN = "open"
    """Of nobody."""
    ANYONE = "anyone"
    """Of whoever brings a credential; others see what the public sees."""
    ACCOUNT = "account"
    """Of everybody."""
    SIGNING_IN = "signing in"
    """Of whoever is signing in, with what they type."""
    PERSON = "person"
    """Of people who are signed in; no key will do."""


def answers(
    method: str,
    path: str,
    status: int,
    contents: Mapping[str, Shape | None],
    access: Access,
    refuses: Sequence[int],
) -> dict[int | str, dict[str, Any]]:
    """What a route answers: its contents by media type, and each status with which it may refuse."""
    told: dict[int | str, dict[str, Any]] = {status: {"description": "OK"}}
    if contents:
        told[status]["content"] = {kind: content_of(shape) for kind, shape in contents.items()}
    refusals = {*_ANY, *refuses}
    if access is not Access.OPEN:
        refusals |= {401, 403}
    if method in _BODIES:
        refusals |= {408, 413}
    if "{" in path:
        refusals.add(404)
    for refusal in sorted(refusals):
        told[refusal] = {"description": str(TITLES[refusal].en), "content": {PROBLEM: content_of(Problem)}}
    return told


def security(access: Access, method: str) -> list[dict[str, list[str]]]:
    """What a request may bring so as to be known; a cookie alone changes nothing."""
    guarded = {} if method in _READS else {GUARD: list[str]()}
    session = {SESSION: list[str](), **guarded}
    if access is Access.OPEN:
        return []
    if access is Access.SIGNING_IN:
        return [guarded]
    if access is Access.PERSON:
        return [session]
    known = [{KEY: list[str]()}, {API_KEY: list[str]()}, session]
    return [{}, *known] if access is Access.ANYONE else known


def content_of(shape: Shape | None) -> dict[str, Any]:
    """The content of an answer of this shape; None for what is no JSON."""
    return {} if shape is None else {"schema": reference_to(shape)}


def header_parameter(
    name: str, words: Text, *, schema: Mapping[str, Any] = TEXT, required: bool = True
) -> dict[str, Any]:
    """A header of a request as an OpenAPI object."""
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": str(words),
        "schema": dict(schema),
    }
