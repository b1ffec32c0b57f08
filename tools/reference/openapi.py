"""The OpenAPI document of the HTTP API, which every installation answers at ``/ogc/api``."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from diban.app import Settings, found, serve_platform
from diban.ground import Extent


def openapi() -> str:
    """The document as a file, in a stable order."""
    return json.dumps(document(), ensure_ascii=False, indent=1)


@cache
def document() -> dict[str, Any]:
    """The document; nothing of the made-up installation that answers it is in it."""
    with tempfile.TemporaryDirectory() as folder:
        platform, _ = found(Settings(Path(folder), "样城", "Town", Extent(113.7, 22.4, 114.7, 22.9)))
        try:
            made: dict[str, Any] = serve_platform(platform).openapi()
        finally:
            platform.close()
    return made
