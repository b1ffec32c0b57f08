"""The built portal at ``/``: hashed assets for ever, its page for every address of the portal."""

from __future__ import annotations

import gzip
import mimetypes
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

NAME = "portal"
PAGE = "index.html"
_KINDS = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
}
_PACKED = frozenset({".woff2", ".png", ".jpg", ".webp"})
_SERVICES = ("/api/", "/ogc/")
_UNBUILT = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>Diban</title>
<h1>门户尚未构建 / The portal is not built</h1>
<p>运行 <code>make portal</code>（需要 Node 20）后重新启动。服务在 <a href="/ogc">/ogc</a>。</p>
<p>Run <code>make portal</code> (it needs Node 20), then start again. The services are at
<a href="/ogc">/ogc</a>.</p>
</html>"""


@dataclass(frozen=True, slots=True)
class _File:
    """A file of the portal as it is sent."""

    plain: bytes
    packed: bytes | None
    tag: str
    kind: str


def serve_portal(app: FastAPI, static: Path | None) -> None:
    """Answer everything that is not a service with the portal.

    The files are listed once: no text of a request ever becomes a path.
    """
    paths = {} if static is None else {str(path.relative_to(static)): path for path in _files(static)}

    def page(request: Request, path: str) -> Response:
        request.state.block = NAME
        if f"/{path}/".startswith(_SERVICES):
            raise HTTPException(404)
        if PAGE not in paths:
            return HTMLResponse(_UNBUILT)
        if path not in paths and "." in path.rpartition("/")[2]:
            raise HTTPException(404)
        name = path if path in paths else PAGE
        return _sent(request, _file(paths[name]), hashed=name.startswith("assets/"))

    app.add_api_route("/{path:path}", page, methods=["GET"], include_in_schema=False)


def _files(static: Path) -> list[Path]:
    """The files inside; links that lead out are left aside."""
    inside = static.resolve()
    return [path for path in static.rglob("*") if path.is_file() and path.resolve().is_relative_to(inside)]


@cache
def _file(path: Path) -> _File:
    plain = path.read_bytes()
    packed = None if path.suffix in _PACKED else gzip.compress(plain, 6, mtime=0)
    kind = _KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return _File(plain, packed, f'W/"{blake2b(plain, digest_size=12).hexdigest()}"', kind)


def _sent(request: Request, file: _File, *, hashed: bool) -> Response:
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if hashed else "no-cache",
        "ETag": file.tag,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    if file.packed is None or "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(file.plain, media_type=file.kind, headers=headers)
    return Response(file.packed, media_type=file.kind, headers={**headers, "Content-Encoding": "gzip"})
