"""Grants: who may see what of which layer."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict

from diban.ground import Kind
from diban.share.shapes.person import Person
from diban.share.shapes.told import told
from diban.share.shapes.words import Bbox, Day, Moment, PartyName, Text, Titled


@told
class GrantedResource(TypedDict):
    """A resource as grants name it."""

    id: str
    slug: str
    title: Text


@told
class GrantedLayer(TypedDict):
    """A layer as grants name it."""

    slug: str
    title: Text


@told
class GrantMask(TypedDict):
    """A field that is shown in part, and how."""

    field: str
    mask: Titled


@told
class GrantLimits(TypedDict):
    """What of the layer may be seen; null sets no limit."""

    fields: list[str] | None
    rows: dict[str, Any] | None
    """The condition that rows meet, as CQL2-JSON."""
    bbox: Bbox | None
    """The box of the area that a feature meets."""
    whole_box: bool
    """Whether the area is that very box."""
    decimals: int | None
    """Of a degree, to which coordinates are rounded."""
    masks: list[GrantMask]
    min_zoom: int
    max_zoom: int
    titles: dict[str, Text]
    """The titles of the fields that the limits name."""


@told
class GrantWithdrawn(TypedDict):
    """Who withdrew a grant, when and why."""

    at: Moment
    by: Person
    why: str


@told
class Grant(TypedDict):
    """A grant, and how it stands."""

    id: str
    party: PartyName
    party_closed: bool
    """Whether the party is closed: the grant then opens nothing."""
    resource: GrantedResource | None
    layer: GrantedLayer
    state: Titled
    limits: GrantLimits
    purpose: str
    basis: str
    until: Moment | None
    last_day: Day | None
    """The last day of the city on which it holds."""
    given_by: Person
    given_at: Moment
    withdrawn: GrantWithdrawn | None
    may_withdraw: bool


@told
class GrantPage(TypedDict):
    """Grants, newest first; ``next`` leads on, ``total`` counts all that match."""

    grants: list[Grant]
    total: int
    next: str | None
    party: PartyName | None
    """The party that was asked for."""
    resource: GrantedResource | None
    """The resource that was asked for."""
    states: list[Titled]
    parties: list[PartyName]
    """Those to which something is or was granted, whatever was asked for."""
    resources: list[GrantedResource]
    """Those of which something is or was granted, whatever was asked for."""


@told
class GrantableParty(PartyName):
    """A party to which may be granted."""

    kind: Titled


@told
class GrantableField(TypedDict):
    """A field that can be granted."""

    name: str
    title: Text
    kind: Kind


@told
class GrantableLayer(TypedDict):
    """A layer that can be granted; ``placed`` tells whether its features have a place."""

    slug: str
    title: Text
    placed: bool
    fields: list[GrantableField]


@told
class GrantableResource(GrantedResource):
    """A resource on which the asker may grant."""

    provider: PartyName
    sharing: Titled
    layers: list[GrantableLayer]


@told
class GrantChoices(TypedDict):
    """What a grant can be made of; ``more`` says that further resources match."""

    parties: list[GrantableParty]
    resources: list[GrantableResource]
    more: bool
    masks: list[Titled]
