"""The catalogue: resources, their layers and versions."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from diban.catalogue import State
from diban.ground import AssetKind, GeometryKind
from diban.share.shapes.delivery_line import DeliveryLine
from diban.share.shapes.field import Field
from diban.share.shapes.style import NumberedStyle
from diban.share.shapes.told import told
from diban.share.shapes.words import Bbox, Moment, PartyName, Text, Titled


@told
class Asset(TypedDict):
    """A file that landed whole: the facts that are known of it, and where to take it."""

    kind: AssetKind
    file_name: str
    media_type: str
    digest: str
    size: int
    width: NotRequired[int]
    height: NotRequired[int]
    bands: NotRequired[int]
    sample_type: NotRequired[str]
    source_crs: NotRequired[str]
    pixel_width: NotRequired[float]
    pixel_height: NotRequired[float]
    pages: NotRequired[int]
    taken_at: NotRequired[Moment]
    href: str


@told
class Layer(TypedDict):
    """A layer; what it holds is told only to those who may read it."""

    slug: str
    title: Text
    geometry: GeometryKind
    holds: Titled
    """What the layer is made of: ``features``, or a file of a kind."""
    asset: NotRequired[Asset | None]
    """The file, told on the resource's own page to those who may have it whole."""
    readable: bool
    """Whether the asker may read what it holds; if not, nothing of it is told."""
    rows: int
    bbox: Bbox | None
    version: str | None
    landed_at: Moment | None
    style: NumberedStyle | None
    """How its provider has it drawn, as far as the asker may see; null where nobody has said."""
    fields: list[Field]


@told
class Resource(TypedDict):
    """An entry of the catalogue."""

    id: str
    slug: str
    code: str
    title: Text
    abstract: Text
    provider: PartyName
    owner: PartyName
    state: State
    state_title: Text
    sharing: Titled
    update_cycle: Titled
    licence: Text
    source: Text
    updated_at: Moment | None
    published_at: Moment | None
    layers: list[Layer]


@told
class ResourceList(TypedDict):
    """The resources that the asker may know of."""

    resources: list[Resource]
    total: int


@told
class VersionLine(TypedDict):
    """A version of a layer; its sums are null for who does not see every row."""

    id: str
    asset: Asset | None
    layer: str
    landed_at: Moment
    delivery: str | None
    rows: int | None
    added: int | None
    changed: int | None
    removed: int | None


@told
class MayResource(TypedDict):
    """What the asker may do with a resource beyond reading."""

    style: bool
    grants: bool
    """Whether the asker sees who was granted what of it."""


@told
class ResourceDetail(Resource):
    """One resource with its versions and, for its own people, its deliveries."""

    may: MayResource
    versions: list[VersionLine]
    deliveries: list[DeliveryLine]


@told
class Moved(TypedDict):
    """A resource after its move."""

    id: str
    resource: str
    state: State
    state_title: Text
    code: str
