"""What every answer is made with: the service's own address, and JSON."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import orjson
from fastapi import Request, Response

from diban.ground import Invalid, Text

_HOST = re.compile(r"[A-Za-z0-9._-]{1,255}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")


def address(request: Request) -> str:
    """The landing page's address: the installation's own, else as the asker reached it.

    `Invalid` for a host that is none. What ``X-Forwarded-…`` or ``Forwarded`` say is never believed.
    """
    if request.state.address:
        return f"{request.state.address}/ogc"
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        raise Invalid(
            Text(zh="请求头 Host 不是主机名", en="the header Host is no name of a host"),
            field="Host",
            limit=255,
            remedy=Text(zh="写明主机名，可带端口", en="name the host, with a port if need be"),
        )
    return f"{request.scope['scheme']}://{host}/ogc"


def below_address(request: Request, path: str) -> str:
    """A path of this application as readers reach it: below the path of the installation's address."""
    base: str = request.state.address
    return urlsplit(base).path + path


def json_answer(body: Any, kind: str = "application/json", headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(body), media_type=kind, headers=headers)
