"""Pages of other origins may read the open services: CORS for what stands under ``/ogc`` (Fetch standard).

Without cookies: a page of another origin sees what the public sees, or what its own key opens, never
what the person at the browser may see.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

OPEN = "/ogc"
SENT = ["Authorization", "X-API-Key", "If-None-Match", "Accept-Language"]
"""Headers that a page may send beyond the plain ones."""
READ = ["ETag", "Link", "Content-Crs", "Content-Disposition", "X-Request-Id", "Retry-After"]
"""Headers of the answer that a page may read."""
_REMEMBERED = 3600  # seconds a browser need not ask again


class CrossOrigin:
    """Around everything else, so that refusals can be read by the page as well."""

    def __init__(self, app: ASGIApp, address: str = "") -> None:
        """``address``: that of the installation, below whose path the services may stand."""
        self._app, self._path = app, urlsplit(address).path
        self._open = CORSMiddleware(
            app,
            allow_origins=["*"],
            allow_methods=["GET", "HEAD"],
            allow_headers=SENT,
            expose_headers=READ,
            max_age=_REMEMBERED,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        app = self._open if scope["type"] == "http" and self._is_open(scope["path"]) else self._app
        await app(scope, receive, send)

    def _is_open(self, path: str) -> bool:
        own = path.removeprefix(self._path) if f"{path}/".startswith(f"{self._path}/") else path
        return f"{own}/".startswith(f"{OPEN}/")
