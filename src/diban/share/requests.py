"""What holds for every request: an id, a bounded address, headers that protect the browser, a log line."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import structlog
from fastapi import FastAPI, Request, Response
from starlette.middleware.gzip import GZipMiddleware

from diban.ground import Text, TooLarge, new_id
from diban.share.metrics import measure
from diban.share.problems import problem

MAX_QUERY = 8192
MAX_PATH = 1024
SECURITY = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "worker-src 'self'; connect-src 'self'; object-src 'none'; frame-ancestors 'none'; "
        "base-uri 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

Next = Callable[[Request], Awaitable[Response]]


def guard_requests(app: FastAPI) -> None:
    """Add to the application what holds for every request."""
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=4)

    @app.middleware("http")
    async def _every(request: Request, call: Next) -> Response:
        request.state.request_id = new_id("req")
        begun = time.perf_counter()
        structlog.contextvars.bind_contextvars(request_id=request.state.request_id)
        response = _refused(request) or await call(request)
        seconds = time.perf_counter() - begun
        response.headers.update(SECURITY)
        response.headers["X-Request-Id"] = request.state.request_id
        block = getattr(request.state, "block", "other")
        measure(block, response.status_code, seconds)
        structlog.get_logger("access").info(
            "request",
            method=request.method,
            path=request.url.path[:200],
            status=response.status_code,
            milliseconds=round(seconds * 1000, 1),
        )
        structlog.contextvars.clear_contextvars()
        return response


def _refused(request: Request) -> Response | None:
    """A problem for an address that is too long to be looked at."""
    query, path = len(request.url.query), len(request.url.path)
    if query <= MAX_QUERY and path <= MAX_PATH:
        return None
    field, limit = ("query", MAX_QUERY) if query > MAX_QUERY else ("path", MAX_PATH)
    fault = TooLarge(Text(zh="地址过长", en="the address is too long"), field=field, limit=limit)
    return problem(request, 414, fault.code, fault.message, fault)
