"""A page of another origin: MapLibre takes the platform's style document by its address, and draws."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from diban.app import give
from diban.ground import LayerScope
from tests.app.town import APPROVER, founded
from tests.needs import absent
from tests.served import serving

LIBRARY = Path(__file__).parents[2] / "portal" / "node_modules" / "maplibre-gl" / "dist"
LAYER = "districts"
DRAW = """async (style) => {
  const library = await import('/maplibre-gl.mjs')
  library.setWorkerUrl('/maplibre-gl-worker.mjs')
  const box = document.body.appendChild(document.createElement('div'))
  Object.assign(box.style, { width: '800px', height: '500px' })
  const map = new library.Map({ container: box, style, center: [114.1, 22.65], zoom: 10 })
  const errors = []
  map.on('error', (event) => errors.push(String(event.error)))
  await new Promise((settled) => map.once('idle', settled))
  const found = map.queryRenderedFeatures()
  return { errors, count: found.length, codes: [...new Set(found.map((one) => one.properties.code))].sort() }
}"""


class _Page(SimpleHTTPRequestHandler):
    """The library's files, and nothing in the log."""

    extensions_map = {  # noqa: RUF012 - as the library declares it
        **SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
    }

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def foreign() -> Iterator[str]:
    """Another origin, with MapLibre on it and nothing else."""
    if not LIBRARY.is_dir():
        absent("MapLibre", "`make portal` fetches it")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Page, directory=str(LIBRARY))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_foreign_page_draws_a_layer_by_its_style(chromium: Browser, foreign: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with founded(home) as town:
        give(town.platform, LAYER, "", LayerScope(), "test", "test", town.asker(APPROVER))
    with serving(home) as url:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(f"{foreign}/LICENSE.txt" if (LIBRARY / "LICENSE.txt").is_file() else f"{foreign}/")
        told = page.evaluate(DRAW, f"{url}/ogc/collections/{LAYER}/styles/current")
        context.close()
    assert told["errors"] == []
    assert told["count"] > 0
    assert told["codes"] == ["440301", "440302"]
