"""Pages of other origins may read the open services: CORS for what stands under ``/ogc`` (Fetch standard).

Without cookies: a page of another origin sees what the public sees, or what its own key opens, never
what the person at the browser may see.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN = "/ogc"
SENT = ["Authorization", "X-API-Key", "If-None-Match", "Accept-Language"]
"""Headers that a page may send beyond the plain ones."""
READ = [
    *("ETag", "Link", "Retry-After", "X-Request-Id"),
    *("Content-Crs", "Content-Disposition", "Content-Range", "Accept-Ranges", "X-Diban-Version"),
    *("Diban-Features-Counted", "Diban-Features-Left-Out", "Diban-Features-Simplified"),
]
"""Headers of the answer that a page may read, beyond those that any page may."""
_REMEMBERED = 3600  # seconds a browser need not ask again


_SHOWN = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", ", ".join(READ).encode()),
]
_VARIES = [(b"vary", b"Origin")]


class CrossOrigin:
    """Around everything else, so that refusals can be read by the page as well.

    What a browser asks beforehand the framework's layer answers; it would take longer over each answer
    than an answer from memory takes.
    """

    def __init__(self, app: ASGIApp, address: str = "") -> None:
        """``address``: that of the installation, below whose path the services may stand."""
        self._app, self._path = app, urlsplit(address).path
        self._asked_before = CORSMiddleware(
            app,
            allow_origins=["*"],
            allow_methods=["GET", "HEAD"],
            allow_headers=SENT,
            max_age=_REMEMBERED,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not self._is_open(scope["path"]):
            await self._app(scope, receive, send)
        elif scope["method"] == "OPTIONS":
            await self._asked_before(scope, receive, send)
        else:
            foreign = any(name == b"origin" for name, _ in scope["headers"])
            await self._app(scope, receive, _adding(_SHOWN if foreign else _VARIES, send))

    def _is_open(self, path: str) -> bool:
        own = path.removeprefix(self._path) if f"{path}/".startswith(f"{self._path}/") else path
        return f"{own}/".startswith(f"{OPEN}/")


def _adding(headers: list[tuple[bytes, bytes]], send: Send) -> Send:
    """The same with these headers on the answer."""

    async def added(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *headers]}
        await send(message)

    return added
