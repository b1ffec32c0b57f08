"""Faults as RFC 9457 problem details: the one table from the tree of errors to HTTP."""

from __future__ import annotations

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from diban.ground import (
    Conflict,
    Damaged,
    Denied,
    Fault,
    Invalid,
    Missing,
    Text,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unsafe,
)

STATUS: tuple[tuple[type[Fault], int], ...] = (
    (TooLarge, 413),
    (Invalid, 400),
    (Unsafe, 400),
    (Unauthenticated, 401),
    (Denied, 403),
    (Missing, 404),
    (Conflict, 409),
    (Unavailable, 503),
    (Damaged, 500),
)
RETRY_SECONDS = "5"
_UNEXPECTED = Text(zh="平台内部错误，已记录", en="an internal error; it is recorded")
_PLAIN = {
    404: Text(zh="没有这个地址", en="there is nothing at this address"),
    405: Text(zh="该地址不支持这种方法", en="this address does not take that method"),
}


def status_of(fault: Fault) -> int:
    """The HTTP status of a fault."""
    return next((status for kind, status in STATUS if isinstance(fault, kind)), 500)


def language_of(request: Request) -> str:
    """``zh`` unless the asker prefers English."""
    wanted = request.headers.get("accept-language", "zh").lower()
    return "en" if wanted.startswith("en") else "zh"


def problem(request: Request, status: int, code: str, words: Text, fault: Fault | None = None) -> Response:
    """A problem document in the asker's language, with the request's id."""
    language = language_of(request)
    body: dict[str, object] = {
        "type": f"urn:diban:problem:{code}",
        "title": code,
        "status": status,
        "detail": words.in_language(language),
        "request_id": getattr(request.state, "request_id", None),
    }
    if fault is not None:
        known = {"field": fault.field, "limit": fault.limit}
        body |= {name: value for name, value in known.items() if value is not None}
        if fault.remedy is not None:
            body["remedy"] = fault.remedy.in_language(language)
    headers = {"Retry-After": RETRY_SECONDS} if status == 503 else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(orjson.dumps(body), status, headers, "application/problem+json")


def answer_faults(app: FastAPI) -> None:
    """Let the application answer every fault, and everything unforeseen, with a problem document."""

    @app.exception_handler(Fault)
    def _fault(request: Request, fault: Fault) -> Response:
        return problem(request, status_of(fault), fault.code, fault.message, fault)

    @app.exception_handler(RequestValidationError)
    def _validation(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        words = Text(zh=f"请求不合要求：{place}", en=f"not as required: {place}: {first['msg']}")
        return problem(request, 400, "invalid", words, Invalid(words, field=place))

    @app.exception_handler(HTTPException)
    def _plain(request: Request, error: HTTPException) -> Response:
        words = _PLAIN.get(error.status_code, Text(zh="请求无法完成", en=str(error.detail)))
        return problem(
            request, error.status_code, "missing" if error.status_code == 404 else "refused", words
        )

    @app.exception_handler(Exception)
    def _unexpected(request: Request, error: Exception) -> Response:
        structlog.get_logger("share").error("unexpected", exc_info=error)
        return problem(request, 500, "internal", _UNEXPECTED)
