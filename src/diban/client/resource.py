"""What the catalogue tells: resources, their layers, fields and codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from diban.client.words import Language, said


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a code list; values are text, leading zeros kept."""

    value: str
    title: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a layer.

    ``kind`` is ``text``, ``integer``, ``decimal``, ``float``, ``boolean``, ``date`` or ``instant``; of a
    decimal, ``digits`` in all and ``scale`` behind the point.
    """

    name: str
    title: str
    kind: str
    required: bool
    unique: bool
    unit: str | None
    codes: tuple[Code, ...]
    digits: int
    scale: int


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that a layer holds: its SHA-256, its bytes, and where they are taken from.

    ``version`` is the version of the layer that brought it, None for the present one. ``facts`` are
    the layer's other fields: ``media_type``, ``width``, ``pages`` and so on.
    """

    file_name: str
    digest: str
    size: int
    version: str | None
    facts: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """A layer as the catalogue tells it; ``readable`` says whether this client may read what it holds.

    ``holds`` is ``features``, ``raster``, ``document`` or ``photo``; ``geometry`` ``point``, ``line``,
    ``polygon``, ``any`` or ``none``; ``bbox`` west, south, east, north in degrees.
    """

    name: str
    title: str
    geometry: str
    holds: str
    readable: bool
    rows: int | None
    bbox: tuple[float, ...] | None
    version: str | None
    landed_at: str | None
    fields: tuple[Field, ...]
    asset: Asset | None


@dataclass(frozen=True, slots=True)
class Resource:
    """An entry of the catalogue, in the client's language; ``document`` is all of it, in both."""

    id: str
    slug: str
    code: str
    title: str
    abstract: str
    provider: str
    owner: str
    state: str
    sharing: str
    update_cycle: str
    licence: str
    source: str
    updated_at: str | None
    published_at: str | None
    layers: tuple[LayerInfo, ...]
    document: dict[str, Any] = field(repr=False)


def resource_of(document: dict[str, Any], language: Language) -> Resource:
    """The entry that a document tells."""
    plain = ("id", "slug", "code", "state", "updated_at", "published_at")
    texts = ("title", "abstract", "licence", "source")
    return Resource(
        **{name: document[name] for name in plain},
        **{name: said(document[name], language) for name in texts},
        provider=said(document["provider"]["name"], language),
        owner=said(document["owner"]["name"], language),
        sharing=document["sharing"]["value"],
        update_cycle=document["update_cycle"]["value"],
        layers=tuple(_layer(one, language) for one in document["layers"]),
        document=document,
    )


def asset_of(document: dict[str, Any], version: str | None) -> Asset:
    """The file that a document tells."""
    own = ("file_name", "digest", "size")
    facts = {name: value for name, value in document.items() if name not in (*own, "href")}
    return Asset(document["file_name"], document["digest"], document["size"], version, facts)


def _layer(document: dict[str, Any], language: Language) -> LayerInfo:
    held = document.get("asset")
    return LayerInfo(
        name=document["slug"],
        title=said(document["title"], language),
        geometry=document["geometry"],
        holds=document["holds"]["value"],
        readable=document["readable"],
        rows=document["rows"],
        bbox=None if document["bbox"] is None else tuple(document["bbox"]),
        version=document["version"],
        landed_at=document["landed_at"],
        fields=tuple(_field(one, language) for one in document["fields"]),
        asset=None if held is None else asset_of(held, None),
    )


def _field(document: dict[str, Any], language: Language) -> Field:
    return Field(
        **{name: document[name] for name in ("name", "kind", "required", "unique", "unit")},
        title=said(document["title"], language),
        codes=tuple(Code(one["value"], said(one["title"], language)) for one in document["codes"]),
        digits=document.get("digits", 0),
        scale=document.get("scale", 0),
    )
