"""Documents of OGC API Tiles: grids, tilesets, TileJSON."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from diban.share.shapes.told import told
from diban.share.shapes.words import Bbox, Link, Point


@told
class GridLine(TypedDict):
    """A grid in the list."""

    id: str
    uri: str
    links: list[Link]


@told
class Grids(TypedDict):
    """The tile grids that are answered."""

    links: list[Link]
    tileMatrixSets: list[GridLine]


@told
class TileMatrix(TypedDict):
    """A level of a grid."""

    id: str
    scaleDenominator: float
    cellSize: float
    cornerOfOrigin: Literal["topLeft"]
    pointOfOrigin: Point
    tileWidth: int
    tileHeight: int
    matrixWidth: int
    matrixHeight: int


@told
class Grid(TypedDict):
    """The definition of a tile grid."""

    id: str
    title: str
    uri: str
    crs: str
    orderedAxes: list[str]
    wellKnownScaleSet: str
    tileMatrices: list[TileMatrix]
    links: NotRequired[list[Link]]


@told
class Tileset(TypedDict):
    """A tileset of a layer."""

    title: str
    dataType: Literal["vector"]
    crs: str
    tileMatrixSetURI: str
    source: str
    licence: str
    version: str | None
    links: list[Link]


@told
class Tilesets(TypedDict):
    """The tilesets of a layer."""

    links: list[Link]
    tilesets: list[Tileset]


@told
class VectorLayer(TypedDict):
    """A layer inside the tiles, with the titles of its fields."""

    id: str
    fields: dict[str, str]
    minzoom: int
    maxzoom: int


@told
class TileBudget(TypedDict):
    """How large a tile may be, and where it says what it leaves out."""

    bytes: int
    features: int
    kept: Literal["largest"]
    merged: bool
    summary_layer: str


@told
class ZoomLine(TypedDict):
    """What a zoom shows."""

    zoom: int
    features: int
    state: str
    left_out: NotRequired[int]


TileJson = TypedDict(
    "TileJson",
    {
        "tilejson": Literal["3.0.0"],
        "name": str,
        "tiles": list[str],
        "vector_layers": list[VectorLayer],
        "attribution": str,
        "version": str,
        "data_version": str | None,
        "minzoom": int,
        "maxzoom": int,
        "diban:budget": TileBudget,
        "diban:zooms": list[ZoomLine],
        "bounds": NotRequired[Bbox],
    },
)
told(TileJson)
"""TileJSON 3.0."""
TilesetForms = Tileset | TileJson
"""A tileset's document; TileJSON with ``f=tilejson``."""
