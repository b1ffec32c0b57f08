"""Share: what landed and was published, as services: OGC API Common, Features, Tiles; the portal's API.

A `Block` declares routes, conformance and links together; `api` puts them together over `Services`.
Collections are derived from what is published, never kept in step; every read stands under the
asker's `Scope` and is counted.

Not here: who is allowed what (governance), how rows are found (base), how it is started (app).

Imports: ground, store, base, catalogue, intake, governance; FastAPI, orjson, prometheus-client.
"""

from diban.share.api import api, blocks_of
from diban.share.block import Block, Link, Maturity, link
from diban.share.http.metrics import Measures, forget_measures
from diban.share.ogc.kept_files import forget_files
from diban.share.port import (
    CHANGE_KINDS,
    REPAIRS,
    Column,
    Condition,
    FileColumns,
    Health,
    Journey,
    Kept,
    LayerMapping,
    LayerStyle,
    NewGrant,
    Office,
    Rows,
    SettingLine,
    Standing,
    Step,
    Submission,
)
from diban.share.services import VERSION, Services

__all__ = [
    "CHANGE_KINDS",
    "REPAIRS",
    "VERSION",
    "Block",
    "Column",
    "Condition",
    "FileColumns",
    "Health",
    "Journey",
    "Kept",
    "LayerMapping",
    "LayerStyle",
    "Link",
    "Maturity",
    "Measures",
    "NewGrant",
    "Office",
    "Rows",
    "Services",
    "SettingLine",
    "Standing",
    "Step",
    "Submission",
    "api",
    "blocks_of",
    "forget_files",
    "forget_measures",
    "link",
]
