"""What many documents are made of: words in two languages, codes with titles, parties, boxes, links."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from diban.share.shapes.told import told

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""RFC 3339 in UTC."""
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]
Bbox = Annotated[list[float], Field(min_length=4, max_length=4)]
"""West, south, east, north in degrees, longitude first."""
Point = Annotated[list[float], Field(min_length=2, max_length=2)]
"""Longitude, latitude."""
Pair = Annotated[list[float], Field(min_length=2, max_length=2)]
Span = Annotated[list[int], Field(min_length=2, max_length=2)]


@told
class Text(TypedDict):
    """Words in both languages."""

    zh: str
    en: str


@told
class Titled(TypedDict):
    """A code with its title."""

    value: str
    title: Text


@told
class PartyName(TypedDict):
    """A party as documents name it."""

    id: str
    name: Text


@told
class Link(TypedDict):
    """A link (RFC 8288)."""

    rel: str
    href: str
    type: str
    title: NotRequired[str]
    templated: NotRequired[bool]
