"""Whether an answer is one that the OpenAPI document tells of: its status, media type and shape."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from jsonschema import Draft202012Validator

DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "openapi.json"
"""Held to the code by ``tests/tools/test_reference.py``."""
_OUTSIDE = frozenset({405, 500})
"""Answers of the application and no route's: a method that is not taken, an error that nobody foresaw."""


@cache
def document() -> dict[str, Any]:
    """The document that is checked in."""
    read: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return read


def require_described(method: str, answer: httpx.Response) -> None:
    """Fail for an answer of a described route that is not as the document says."""
    path = urlsplit(str(answer.url)).path
    route = route_of(path)
    if route is None or answer.status_code in _OUTSIDE:
        return
    operation = document()["paths"][route].get("get" if method == "HEAD" else method.lower())
    if operation is None:
        return
    told = operation["responses"].get(str(answer.status_code))
    assert told is not None, f"{method} {route} answers {answer.status_code}, which is not described"
    kind = answer.headers.get("content-type", "").partition(";")[0]
    contents = {name.partition(";")[0]: name for name in told.get("content", {})}
    if method == "HEAD" or not contents:
        assert not answer.content, f"{method} {route} {answer.status_code} has a body"
        return
    assert kind in contents or "*/*" in contents, f"{method} {route} answers {kind}, not {set(contents)}"
    if "schema" in told["content"].get(contents.get(kind, ""), {}):
        faults = faults_of(route, method, answer.status_code, contents[kind], answer.json())
        assert not faults, f"{method} {route} {answer.status_code}: {'; '.join(faults)}"


@cache
def route_of(path: str) -> str | None:
    """The route that answers a path; the one with the fewest open parts goes first."""
    found = [route for route, pattern in _patterns() if pattern.fullmatch(path)]
    return min(found, key=lambda route: route.count("{"), default=None)


def faults_of(route: str, method: str, status: int, kind: str, body: object) -> list[str]:
    """Where a body is not of the shape that is told."""
    validator = _validator(route, method.lower(), status, kind)
    return [
        f"/{'/'.join(map(str, fault.absolute_path))} {fault.message[:300]}"
        for fault in validator.iter_errors(body)
    ][:5]


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [
        (route, re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(route))))
        for route in document()["paths"]
    ]


@cache
def _validator(route: str, method: str, status: int, kind: str) -> Draft202012Validator:
    told = document()["paths"][route][method]["responses"][str(status)]["content"][kind]["schema"]
    return Draft202012Validator({**_raised(told), "components": _components()})


@cache
def _components() -> dict[str, Any]:
    raised: dict[str, Any] = _raised({"schemas": document()["components"]["schemas"]})
    return raised


def _raised(schema: Any) -> Any:
    """A schema of OpenAPI 3.0 in today's JSON Schema: ``nullable`` is a union with null."""
    if isinstance(schema, list):
        return [_raised(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _raised(part) for name, part in schema.items() if name != "nullable"}
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") is True else made
