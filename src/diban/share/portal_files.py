"""The built portal at ``/``: hashed assets for ever, its page for every address of the portal."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from starlette.exceptions import HTTPException

_KINDS = {
    ".mjs": "text/javascript",
    ".js": "text/javascript",
    ".wasm": "application/wasm",
    ".svg": "image/svg+xml",
}
_SERVICES = ("/api/", "/ogc/")
_UNBUILT = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>Diban</title>
<h1>门户尚未构建 / The portal is not built</h1>
<p>运行 <code>make portal</code>（需要 Node 20）后刷新。服务在 <a href="/ogc">/ogc</a>。</p>
<p>Run <code>make portal</code> (it needs Node 20), then reload. The services are at <a href="/ogc">/ogc</a>.</p>
</html>"""


def serve_portal(app: FastAPI, static: Path | None) -> None:
    """Answer everything that is not a service with the portal."""

    def page(request: Request, path: str) -> Response:
        request.state.block = "portal"
        if f"/{path}/".startswith(_SERVICES):
            raise HTTPException(404)
        if static is None:
            return HTMLResponse(_UNBUILT)
        asset = (static / path).resolve()
        if path and asset.is_file() and asset.is_relative_to(static.resolve()):
            kind = _KINDS.get(asset.suffix) or mimetypes.guess_type(asset.name)[0]
            hashed = path.startswith("assets/")
            caching = "public, max-age=31536000, immutable" if hashed else "no-cache"
            return FileResponse(asset, media_type=kind, headers={"Cache-Control": caching})
        if "." in path.rsplit("/", 1)[-1]:
            raise HTTPException(404)
        return FileResponse(static / "index.html", headers={"Cache-Control": "no-cache"})

    app.add_api_route("/{path:path}", page, methods=["GET", "HEAD"], include_in_schema=False)
