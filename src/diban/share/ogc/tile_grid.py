"""WebMercatorQuad: the one tile grid that is answered (OGC 17-083r4, annex D.1)."""

from __future__ import annotations

import math
from typing import Any

from diban.base import TileAddress
from diban.ground import Invalid, Missing, Text

GRID = "WebMercatorQuad"
GRID_URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{GRID}"
MERCATOR_URI = "http://www.opengis.net/def/crs/EPSG/0/3857"
MAX_ZOOM = 22
# The scale of level 0 at 0.28 mm a pixel, and half the earth's equator in metres.
_SCALE, _HALF = 559_082_264.028717, math.pi * 6_378_137.0


def definition() -> dict[str, Any]:
    """The grid as the standard writes it, from level 0 to `MAX_ZOOM`."""
    levels = [
        {
            "id": str(zoom),
            "scaleDenominator": _SCALE / 2**zoom,
            "cellSize": 2 * _HALF / 256 / 2**zoom,
            "cornerOfOrigin": "topLeft",
            "pointOfOrigin": [-_HALF, _HALF],
            "tileWidth": 256,
            "tileHeight": 256,
            "matrixWidth": 2**zoom,
            "matrixHeight": 2**zoom,
        }
        for zoom in range(MAX_ZOOM + 1)
    ]
    return {
        "id": GRID,
        "title": "Google Maps Compatible for the World",
        "uri": GRID_URI,
        "crs": MERCATOR_URI,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": levels,
    }


def require_grid(grid: str) -> None:
    """`Missing` for any other grid."""
    if grid != GRID:
        raise Missing(Text(zh="没有这种瓦片网格", en="no such tile grid"), field="grid", limit=GRID)


def tile_address(matrix: str, row: str, column: str) -> TileAddress:
    """The tile that an address names; `Invalid` when there is none."""
    zoom = _number(matrix, "matrix", MAX_ZOOM)
    last = 2**zoom - 1
    return TileAddress(zoom, _number(row, "row", last), _number(column, "column", last))


def _number(text: str, field: str, last: int) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 9 and int(text) <= last:
        return int(text)
    raise Invalid(
        Text(zh=f"没有这个瓦片：{field}={text[:20]}", en=f"there is no such tile: {field}={text[:20]}"),
        field=field,
        limit=last,
        remedy=Text(zh=f"取 0 到 {last} 之间的整数", en=f"take a whole number from 0 to {last}"),
    )
