"""What a search found."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from diban.share.shapes.told import told
from diban.share.shapes.words import Bbox, Point, Span, Text


@told
class Match(TypedDict):
    """Why a name was found, the best first."""

    value: Literal["exact", "prefix", "contains", "pinyin", "initials", "fuzzy"]
    title: Text


@told
class FoundText(TypedDict):
    """Where it was found; ``spans`` are the places of ``value`` that have what was typed."""

    value: str
    spans: list[Span]


@told
class FoundField(FoundText):
    """The same, with the title of the field."""

    field: Text


@told
class Named(TypedDict):
    """A resource or a layer by its slug."""

    slug: str
    title: Text


@told
class ResourceHit(TypedDict):
    """A resource that a search found."""

    kind: Literal["resource"]
    title: Text
    label: str
    """The title in the reader's language."""
    match: Match
    found: FoundText
    resource: Named
    bbox: None
    href: str
    page: str


@told
class PlaceHit(TypedDict):
    """A feature that a search found, with its layer and its place."""

    kind: Literal["place"]
    title: Text
    label: str
    """The title in the reader's language."""
    match: Match
    found: FoundField
    resource: Named
    layer: Named
    fid: int
    version: str
    indexed_version: str | None
    bbox: Bbox | None
    point: Point | None
    href: str
    page: str


@told
class Found(TypedDict):
    """Resources and places, the best first."""

    resources: list[ResourceHit]
    places: list[PlaceHit]
