"""Overviews (概览): the tiles in which too many features lie to read all of them, made beforehand.

One tile keeps the largest features that have room in it, as they are drawn there, with all their
fields: what an asker may not see is taken away when the tile is answered. Made by a job that follows
the feed; what landed since is laid over when the tile is read, so that it never lags behind.

Not here: where the tiles are kept (the engines), who may see what (`diban.base.snapshot`).

Imports: base's own parts below the snapshot; pyarrow, numpy.
"""

from diban.base.overview.build import Overviews, drawn_of, rows_of, stored
from diban.base.overview.kept import Kept
from diban.base.overview.laying import laid_over
from diban.base.overview.limits import DEEPEST, DENSE

__all__ = ["DEEPEST", "DENSE", "Kept", "Overviews", "drawn_of", "laid_over", "rows_of", "stored"]
