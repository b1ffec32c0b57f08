"""Base: the versioned spatial base (空间底板): layers whose rows know which version brought and ended them.

`Base` makes layers, compares deliveries, lands them by a flip, and answers reads through a
`Snapshot` that always stands under a `Scope`. The port `RowStore` is what an engine must do; its
adapters `embedded` (SQLite) and `postgis` are chosen by `diban.app` alone.

Not here: what a layer is called or who provides it (catalogue), who may see it (governance), HTTP.

Imports: ground, store; pyarrow, numpy, shapely, SQLAlchemy.
"""

from diban.base.base import OVERVIEW, TIDY, Base
from diban.base.compare import CHANGED, NEW, load_plan
from diban.base.conditions import require_fitting
from diban.base.landing import Staged
from diban.base.lives import MOST_LIVES, Life, Lives, differing
from diban.base.mvt import SUMMARY, TileAddress
from diban.base.packing import LEVEL, PACKED_FROM, packed
from diban.base.port import Moved, RowStore
from diban.base.query import MAX_PAGE, Order, Page, Query
from diban.base.records import Version
from diban.base.snapshot import LOOKED_AT, Snapshot
from diban.base.tiles import TILE_BYTES, TILE_FEATURES, Tile

__all__ = [
    "CHANGED",
    "LEVEL",
    "LOOKED_AT",
    "MAX_PAGE",
    "MOST_LIVES",
    "NEW",
    "OVERVIEW",
    "PACKED_FROM",
    "SUMMARY",
    "TIDY",
    "TILE_BYTES",
    "TILE_FEATURES",
    "Base",
    "Life",
    "Lives",
    "Moved",
    "Order",
    "Page",
    "Query",
    "RowStore",
    "Snapshot",
    "Staged",
    "Tile",
    "TileAddress",
    "Version",
    "differing",
    "load_plan",
    "packed",
    "require_fitting",
]
