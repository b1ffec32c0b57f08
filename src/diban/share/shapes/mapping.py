"""How a sender's columns become a layer's fields."""

from __future__ import annotations

from typing_extensions import TypedDict

from diban.ground import GeometryKind
from diban.share.shapes.field import Field
from diban.share.shapes.told import told
from diban.share.shapes.words import Moment, Text


@told
class MappingValue(TypedDict):
    """A mapping; ``number`` counts the saved versions, 0 for none."""

    number: int
    columns: dict[str, str]
    constants: dict[str, str]
    codes: dict[str, dict[str, str]]
    source_layer: str | None
    encoding: str | None
    x: str | None
    y: str | None
    shape: str | None
    header: bool | None
    """Whether the first row of a table names its columns, where a delivery does not say."""


@told
class MappingVersion(TypedDict):
    """A version of a mapping that was kept."""

    number: int
    at: Moment


@told
class LayerMapping(TypedDict):
    """A layer as its sender maps to it."""

    layer: str
    layer_title: Text
    resource: str
    resource_title: Text
    geometry: GeometryKind
    key: str | None
    fields: list[Field]
    mapping: MappingValue
    versions: list[MappingVersion]
