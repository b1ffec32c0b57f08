"""Faults as RFC 9457 problem details: the one table from the tree of errors to HTTP."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
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
from diban.share.http.language import language_of

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
TITLES = {
    400: Text(zh="请求无效", en="The request is not valid"),
    401: Text(zh="未认证", en="Nobody has said who is asking"),
    403: Text(zh="未获授权", en="Not allowed"),
    404: Text(zh="没有找到", en="Not found"),
    405: Text(zh="方法不适用", en="Method not taken"),
    408: Text(zh="传输过慢", en="Too slow"),
    409: Text(zh="状态冲突", en="Conflict with the present state"),
    412: Text(zh="协议版本不符", en="Another version of the protocol"),
    413: Text(zh="内容过大", en="Too large"),
    414: Text(zh="地址过长", en="Address too long"),
    415: Text(zh="内容类型不符", en="Another type of content"),
    460: Text(zh="校验和不符", en="Checksum mismatch"),
    500: Text(zh="内部错误", en="Internal error"),
    503: Text(zh="暂不可用", en="Not available now"),
}
PROBLEM = "application/problem+json"
RETRY_SECONDS = "5"
UNEXPECTED = Text(zh="平台内部错误，已记录", en="an internal error; it is recorded")
_PLAIN = {
    400: ("invalid", Text(zh="请求内容无法读取", en="the body cannot be read")),
    404: ("missing", Text(zh="没有这个地址", en="there is nothing at this address")),
    405: ("refused", Text(zh="该地址不支持这种方法", en="this address does not take that method")),
    408: ("too-slow", Text(zh="请求内容到达过慢，已断开", en="the body came too slowly; cut off")),
}
_REFUSED = Text(zh="请求无法完成", en="the request cannot be answered")
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


def status_of(fault: Fault, method: str = "GET") -> int:
    """The HTTP status of a fault; 413 speaks of a body, so without one what is too large is a bad request."""
    status = next((status for kind, status in STATUS if isinstance(fault, kind)), 500)
    return 400 if status == 413 and method not in _WITH_BODY else status


def problem_of(request: Request, fault: Fault, status: int | None = None) -> Response:
    """A fault as a problem document: what is wrong, with which field, against which limit, what helps."""
    known: dict[str, object] = {"field": fault.field, "limit": fault.limit}
    if fault.remedy is not None:
        known["remedy"] = fault.remedy.in_language(language_of(request))
    return problem(request, status or status_of(fault, request.method), fault.code, fault.message, known)


def problem(
    request: Request,
    status: int,
    code: str,
    words: Text,
    known: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document in the asker's language, with the request's id."""
    language = language_of(request)
    body: dict[str, object] = {
        "type": f"urn:diban:problem:{code}",
        "title": TITLES.get(status, _REFUSED).in_language(language),
        "status": status,
        "detail": words.in_language(language),
        "request_id": request.state.request_id,
        **{name: value for name, value in (known or {}).items() if value is not None},
    }
    held = {"Content-Language": language, **(headers or {})}
    if status == 503:
        held["Retry-After"] = RETRY_SECONDS
    if status == 401:
        held["WWW-Authenticate"] = "Bearer"
    return Response(orjson.dumps(body), status, held, PROBLEM)


def answer_faults(app: FastAPI) -> None:
    """Let the application answer every fault with a problem document; what is unforeseen, `Guard` answers."""

    @app.exception_handler(Fault)
    async def _fault(request: Request, fault: Fault) -> Response:
        return problem_of(request, fault)

    @app.exception_handler(RequestValidationError)
    async def _validation(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])[:200]
        words = Text(zh=f"请求不合要求：{place}", en=f"not as required: {place}: {first['msg']}")
        limits = {name: value for name, value in first.get("ctx", {}).items() if isinstance(value, int)}
        return problem_of(request, Invalid(words, field=place, limit=next(iter(limits.values()), None)))

    @app.exception_handler(HTTPException)
    async def _plain(request: Request, error: HTTPException) -> Response:
        code, words = _PLAIN.get(error.status_code, ("refused", _REFUSED))
        known = {"field": "body"} if error.status_code in (400, 408) else {}
        return problem(request, error.status_code, code, words, known, error.headers)
