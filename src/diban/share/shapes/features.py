"""Features as GeoJSON (RFC 7946), with what the standards and this platform add."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from diban.share.shapes.told import told
from diban.share.shapes.words import Link, Moment

Coordinates = Annotated[list[Any], Field(json_schema_extra={"minItems": 0})]
"""Numbers, nested as deep as the kind of geometry has it (RFC 7946, 3.1)."""


@told
class Shape(TypedDict):
    """A geometry of one kind."""

    type: Literal["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]
    coordinates: Coordinates


@told
class Collected(TypedDict):
    """Geometries of several kinds."""

    type: Literal["GeometryCollection"]
    geometries: list[Shape]


Geometry = Shape | Collected
Value = str | float | bool | None
"""Whole numbers and decimals keep all their digits."""


@told
class Feature(TypedDict):
    """A feature; ``id`` is its number, or words where it has none yet."""

    type: Literal["Feature"]
    id: int | str
    geometry: Geometry | None
    properties: dict[str, Value]


@told
class OneFeature(Feature):
    """A feature alone, with its source, licence, version and links."""

    source: str
    licence: str
    version: str | None
    links: list[Link]


@told
class FeaturePage(TypedDict):
    """A page of features of one immutable version."""

    type: Literal["FeatureCollection"]
    numberMatched: int
    numberReturned: int
    timeStamp: Moment
    source: str
    licence: str
    version: str | None
    links: list[Link]
    features: list[Feature]


@told
class FeatureFile(TypedDict):
    """A whole layer, or a box of one, as a file."""

    type: Literal["FeatureCollection"]
    source: str
    licence: str
    version: str | None
    features: list[Feature]


@told
class ChangedFeatures(TypedDict):
    """What a delivery adds, changes or removes, a page of it."""

    type: Literal["FeatureCollection"]
    numberMatched: int
    numberKept: int
    """How many of them are kept to be read page by page."""
    numberReturned: int
    features: list[Feature]
    next: str | None


@told
class RepairedProperties(TypedDict):
    """Which row, and on which side of the repair."""

    _row: int
    side: Literal["delivered", "proposed"]


@told
class RepairedFeature(TypedDict):
    """The geometry of a row as it was sent, or as it would be repaired."""

    type: Literal["Feature"]
    id: int | str
    geometry: Geometry
    properties: RepairedProperties


@told
class RepairedShapes(TypedDict):
    """Shapes as they were sent and as they would be repaired, a pair for each row."""

    type: Literal["FeatureCollection"]
    numberMatched: int
    numberKept: int
    numberReturned: int
    features: list[RepairedFeature]
    next: str | None
