"""Documents of OGC API Common: landing page, conformance, collections."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from diban.share.shapes.told import told
from diban.share.shapes.words import Bbox, Link


@told
class Landing(TypedDict):
    """What the service is and where to go on."""

    title: str
    links: list[Link]


@told
class Conformance(TypedDict):
    """The classes of requirements that are met."""

    conformsTo: list[str]


@told
class SpatialExtent(TypedDict):
    """Boxes, the first of which holds all."""

    bbox: list[Bbox]
    crs: str


@told
class CollectionExtent(TypedDict):
    """Where a collection lies, if that may be told."""

    spatial: NotRequired[SpatialExtent]


@told
class Collection(TypedDict):
    """A layer: what it holds, who provides it, under which licence, and its services."""

    id: str
    title: str
    description: str
    itemType: Literal["feature"]
    extent: CollectionExtent
    crs: list[str]
    storageCrs: NotRequired[str]
    source: str
    licence: str
    version: str | None
    links: list[Link]


@told
class Collections(TypedDict):
    """The layers that the asker may read."""

    title: str
    links: list[Link]
    numberMatched: int
    numberReturned: int
    collections: list[Collection]
