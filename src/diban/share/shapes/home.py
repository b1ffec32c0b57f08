"""What the first page tells."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from diban.share.shapes.delivery_line import DeliveryOf
from diban.share.shapes.told import told
from diban.share.shapes.words import Moment, Text


@told
class HomeCounts(TypedDict):
    """How much there is, as far as the asker may see; deliveries of this month, null to nobody."""

    resources: int
    layers: int
    features: int
    agencies: int
    deliveries: int | None


@told
class News(TypedDict):
    """A resource that has something new."""

    resource: str
    title: Text
    at: Moment
    kind: Literal["landed", "published"]
    provider: Text


@told
class Home(TypedDict):
    """Figures, news, the last deliveries."""

    counts: HomeCounts
    news: list[News]
    deliveries: list[DeliveryOf] | None
    first: Literal["sign_in", "people", "deliver", "wait"] | None
    """What to do first, where there is nothing to be seen yet."""
