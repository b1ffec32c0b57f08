"""What holds for every request: an id, bounds, headers that protect the browser, a measure and a log line."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import structlog
from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from diban.ground import Invalid, Text, TooLarge, new_id
from diban.share.http.metrics import measure
from diban.share.http.pace import paced
from diban.share.http.problems import UNEXPECTED, problem, problem_of

NUL = "U+0000"
MAX_QUERY = 8192
MAX_PATH = 1024
MAX_BODY = 65_536
"""Bytes of a request's body, pieces of uploads aside."""
UPLOADS = "/api/uploads"
SECURITY = {
    "content-security-policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "worker-src 'self'; connect-src 'self'; object-src 'none'; frame-ancestors 'none'; "
        "base-uri 'none'; form-action 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
_ACCESS = structlog.get_logger("access")
_SECURITY = [(name.encode(), value.encode()) for name, value in SECURITY.items()]


class Guard:
    """The outermost layer of the application.

    HEAD is answered as GET is, without the body. An error that nobody foresaw becomes a problem
    document with the same id and headers as any other answer. The path of the installation's address is
    taken off, whether or not the server before this one has done so.
    """

    def __init__(self, app: ASGIApp, address: str = "") -> None:
        """``address``: where readers reach the services, when it is not as each request says."""
        self._app, self._address, self._path = app, address, urlsplit(address).path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        bare = scope["method"] == "HEAD"
        state = {"request_id": new_id("req"), "block": "other", "bare": bare, "address": self._address}
        inner = {**scope, "method": "GET" if bare else scope["method"], "state": state}
        if self._path and f"{scope['path']}/".startswith(f"{self._path}/"):
            inner["path"] = scope["path"].removeprefix(self._path) or "/"
            inner["raw_path"] = None
        answer = _Answer(send, state, bare)
        begun = time.perf_counter()
        before = structlog.contextvars.bind_contextvars(request_id=state["request_id"])
        try:
            await self._answer(inner, receive, answer)
        finally:
            seconds = time.perf_counter() - begun
            measure(str(state["block"]), answer.status, seconds)
            _log(scope, answer.status, seconds)
            structlog.contextvars.reset_contextvars(**before)

    async def _answer(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        request = Request(scope)
        piece = scope["method"] == "PATCH" and scope["path"].startswith(f"{UPLOADS}/")
        if (fault := _refusal(request, piece)) is not None:
            status = {"body": 413, NUL: 400}.get(str(fault.field), 414)
            await problem_of(request, fault, status)(scope, receive, answer.send)
            return
        try:
            await self._app(scope, receive if piece else _bounded(paced(receive)), answer.send)
        except Exception as error:
            structlog.get_logger("share").exception("unexpected", exc_info=error)
            if answer.status:  # half of it is out: only a cut connection can say so
                raise
            await problem(request, 500, "internal", UNEXPECTED)(scope, receive, answer.send)


@dataclass(slots=True)
class _Answer:
    """An answer on its way out: gets its headers, loses its body when only the head was asked for.

    A page may leave further ones, that stand on its refusals too, in the request's ``state.headers``.
    """

    out: Send
    state: dict[str, Any]
    bare: bool
    status: int = field(default=0)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            held = list(message.get("headers", ()))
            if not any(name.lower() == b"cache-control" for name, _ in held):
                held.append((b"cache-control", b"no-store"))
            held += [*_SECURITY, (b"x-request-id", self.state["request_id"].encode())]
            held += self.state.get("headers", ())
            message = {**message, "headers": held}
        elif self.bare:
            message = {
                "type": "http.response.body",
                "body": b"",
                "more_body": message.get("more_body", False),
            }
        await self.out(message)


def _bounded(receive: Receive) -> Receive:
    """The same, but a body without a stated length is cut off where it grows too large."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MAX_BODY:
            raise _too_large("body", MAX_BODY)
        return message

    return bounded


def _refusal(request: Request, piece: bool) -> Invalid | None:
    """The fault of a request that is too long to be looked at, or holds what no text can.

    ``piece``: it brings a piece of an upload, whose size is counted there.
    """
    path, query = request.scope["path"], request.scope["query_string"]
    # PostgreSQL has no text with it, so that no name, key or value can hold it.
    if "\0" in path or b"%00" in query or b"\0" in query:
        return Invalid(
            Text(zh="请求含有字符 U+0000", en="the request holds the character U+0000"),
            field=NUL,
            remedy=Text(zh="去掉该字符", en="leave it out"),
        )
    if len(query) > MAX_QUERY:
        return _too_large("query", MAX_QUERY)
    if len(request.scope.get("raw_path") or path.encode()) > MAX_PATH:
        return _too_large("path", MAX_PATH)
    if not piece and _stated(request.headers.get("content-length", "0")) > MAX_BODY:
        return _too_large("body", MAX_BODY)
    return None


def _stated(length: str) -> int:
    """The size that a request says its body has; whoever says something else is held to what comes."""
    if not length.isdecimal():
        return 0
    return int(length) if len(length) < 19 else MAX_BODY + 1


def _too_large(name: str, limit: int) -> TooLarge:
    words = {
        "query": Text(zh="查询串过长", en="the query string is too long"),
        "path": Text(zh="地址过长", en="the address is too long"),
        "body": Text(zh="请求内容过长", en="the body is too long"),
    }
    return TooLarge(words[name], field=name, limit=limit)


def _log(scope: Scope, status: int, seconds: float) -> None:
    _ACCESS.info(
        "request",
        method=scope["method"],
        path=scope["path"][:200],
        status=status,
        milliseconds=round(seconds * 1000, 1),
    )
