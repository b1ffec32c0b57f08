"""What became of one feature, from version to version."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from diban.share.shapes.delivery_line import DeliveryLine
from diban.share.shapes.features import Geometry, Value
from diban.share.shapes.told import told
from diban.share.shapes.words import Moment, Text


@told
class FieldChange(TypedDict):
    """A field's value before and after; of the geometry (``field`` null) both shapes."""

    field: str | None
    before: Geometry | Value
    after: Geometry | Value


@told
class EventKind(TypedDict):
    """What happened, in words too."""

    value: Literal["added", "changed", "removed"]
    title: Text


@told
class HistoryEvent(TypedDict):
    """What a version did to the feature."""

    event: EventKind
    version: str
    at: Moment | None
    delivery: DeliveryLine | None
    """What brought it, told to those who may see deliveries."""
    changes: list[FieldChange]


@told
class FeatureHistory(TypedDict):
    """What became of the feature, the latest first; ``whole`` when nothing earlier is left out."""

    collection: str
    feature: int
    provider: Text
    partial: bool
    """Whether the asker sees less than all of the layer."""
    whole: bool
    events: list[HistoryEvent]
