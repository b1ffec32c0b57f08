"""Vector tiles: Arrow batches → Mapbox Vector Tile 2.1, whole layers at once.

`encode_tile` takes features in longitude and latitude and gives the bytes of one tile of
WebMercatorQuad; `TileAddress` says which tile, and in which box to look for candidates. Pure
functions, alike for both engines.

Not here: reading features, caching, choosing what to show at low zooms, compression, HTTP.

Imports: numpy, pyarrow, shapely, and `diban.ground`.
"""

from diban.base.mvt.address import TileAddress
from diban.base.mvt.encode import encode_tile

__all__ = ["TileAddress", "encode_tile"]
