"""Documents of OGC API Styles: the list, MapLibre documents, legends."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from diban.share.shapes.told import told
from diban.share.shapes.words import Day, Link


@told
class StyleLine(TypedDict):
    """A style in the list."""

    id: str
    title: str
    links: list[Link]


@told
class StyleList(TypedDict):
    """The styles of a layer: the present one, and every version that was kept."""

    default: str
    styles: list[StyleLine]
    links: list[Link]


@told
class MapLibreStyle(TypedDict):
    """A MapLibre style document, version 8, over the layer's tiles."""

    version: Literal[8]
    name: str
    metadata: dict[str, str | None]
    sources: dict[str, dict[str, str]]
    layers: list[dict[str, Any]]


@told
class LegendEntry(TypedDict):
    """A colour and what it means."""

    colour: str
    title: str


@told
class Legend(TypedDict):
    """What the colours of a layer mean, with unit, date and source."""

    title: str
    heading: str | None
    unit: str | None
    entries: list[LegendEntry]
    date: Day | None
    source: str
    licence: str
    version: str | None
    links: list[Link]
