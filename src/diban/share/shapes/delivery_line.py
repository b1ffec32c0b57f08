"""A delivery in a list."""

from __future__ import annotations

from typing_extensions import TypedDict

from diban.intake import DeliveryState
from diban.share.shapes.told import told
from diban.share.shapes.words import Moment, Text


@told
class DeliveryHead(TypedDict):
    """What is told of a delivery wherever it is named."""

    id: str
    file_name: str
    received_at: Moment
    moved_at: Moment
    state: DeliveryState
    state_title: Text
    dry_run: bool
    score: float | None


@told
class DeliveryLine(DeliveryHead):
    """A delivery in a list, with the number of its findings."""

    findings: int


@told
class DeliveryOf(DeliveryLine):
    """A line of a list that spans resources."""

    resource: str
    resource_title: Text


@told
class DeliveryList(TypedDict):
    """A page of deliveries; ``next`` is the address that leads on."""

    deliveries: list[DeliveryOf]
    next: str | None
