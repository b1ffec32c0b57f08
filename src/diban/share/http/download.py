"""A file on its way out: whole or one range, under its own name, counted as sent (RFC 9110, RFC 6266)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from fastapi.responses import FileResponse
from starlette.types import Message, Receive, Scope, Send

_ONE_RANGE = re.compile(rb"bytes=(\d{1,18}-\d{0,18}|-\d{1,18})")
_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")

Told = Callable[[int, int, int], None]
"""Takes the status, how many features were made while it was sent, and the bytes sent."""


class Download(FileResponse):
    """Streams a file; `counted` names who is told the status and the bytes sent, however it ends."""

    def __init__(self, path: Path, media_type: str, name: str, headers: dict[str, str]) -> None:
        # Said to be encoded already, so that no packing breaks ranges and lengths.
        own = {"Content-Disposition": disposition(name), "Content-Encoding": "identity", **headers}
        super().__init__(path, media_type=media_type, headers=own, stat_result=path.stat())
        self._told: Told | None = None

    def counted(self, told: Told) -> None:
        """Tell ``told`` once, when nothing more is sent."""
        self._told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One range is answered as such; several, or what is none, as the whole file (RFC 9110, 14.2)."""
        headers = [(name, value) for name, value in scope["headers"] if name != b"range" or _one(value)]
        status = sent = 0

        async def counting(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.pathsend":
                sent = int(self.headers["content-length"])
            await send(message)
            sent += len(message.get("body", b""))

        try:
            await super().__call__({**scope, "headers": headers}, receive, counting)
        finally:
            if self._told is not None:
                self._told(status or 500, 0, sent)


def _one(value: bytes) -> bool:
    return _ONE_RANGE.fullmatch(value) is not None


def disposition(name: str) -> str:
    """``Content-Disposition`` for a name of any script (RFC 6266, RFC 8187); never shown in the page."""
    plain = _PLAIN.sub("_", name).strip("._") or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
