"""Vector tiles: Arrow batches → Mapbox Vector Tile 2.1, whole layers at once.

`encode_tile` takes features in longitude and latitude and gives the bytes of one tile of
WebMercatorQuad, `fit_tile` the same within a budget of bytes; `TileAddress` says which tile, and in
which box to look for candidates; `lie_in` says which features are counted in a tile. Pure functions,
alike for both engines.

Not here: reading features, caching, overviews, compression, HTTP.

Imports: numpy, pyarrow, shapely, and `diban.ground`.
"""

from diban.base.mvt.address import MAX_ZOOM, TileAddress
from diban.base.mvt.encode import encode_tile
from diban.base.mvt.fitting import Fitted, draw_tile, fit_drawing, fit_tile
from diban.base.mvt.geometry import Drawing
from diban.base.mvt.homes import lie_in
from diban.base.mvt.summary import SUMMARY, SUMMARY_BYTES, summary_of

__all__ = [
    "MAX_ZOOM",
    "SUMMARY",
    "SUMMARY_BYTES",
    "Drawing",
    "Fitted",
    "TileAddress",
    "draw_tile",
    "encode_tile",
    "fit_drawing",
    "fit_tile",
    "lie_in",
    "summary_of",
]
