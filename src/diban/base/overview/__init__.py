"""Overviews (概览): the tiles in which too many features lie to read all of them, made beforehand.

One tile keeps the largest features that have room in it, as they are drawn there, with all their
fields: what an asker may not see is taken away when the tile is answered. Made by a job that follows
the feed; what landed since is laid over when the tile is read, so that it never lags behind. Beside
these lies the finished tile of every place with a few features, for who may see all of the layer.

Not here: where the tiles are kept (the engines), who may see what (`diban.base.snapshot`).

Imports: base's own parts below the snapshot; pyarrow, numpy.
"""

from diban.base.overview.build import Overviews, drawn_of, rows_of, stored
from diban.base.overview.drawing import Drawings, is_current, made_as, tile_of_drawn
from diban.base.overview.finishing import tile_of_kept
from diban.base.overview.kept import Kept
from diban.base.overview.laying import laid_over
from diban.base.overview.limits import DEEPEST, DENSE

__all__ = [
    "DEEPEST",
    "DENSE",
    "Drawings",
    "Kept",
    "Overviews",
    "drawn_of",
    "is_current",
    "laid_over",
    "made_as",
    "rows_of",
    "stored",
    "tile_of_drawn",
    "tile_of_kept",
]
