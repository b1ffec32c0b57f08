"""Entries of a made-up city."""

from __future__ import annotations

from dataclasses import replace

from diban.catalogue import (
    Category,
    DataFormat,
    Entry,
    LayerEntry,
    Opening,
    Sharing,
    SharingMethod,
    UpdateCycle,
)
from diban.ground import AccountId, Field, GeometryKind, Kind, PartyId, Schema, Text

STEWARD = AccountId("account_steward")
APPROVER = AccountId("account_approver")
CITY = AccountId("account_city")
BUILDINGS = Schema(
    (
        Field("code", Kind.TEXT, Text(zh="编号", en="code"), unique=True),
        Field("floors", Kind.INTEGER, Text(zh="层数", en="floors")),
        Field("height", Kind.DECIMAL, Text(zh="高度", en="height"), unit="m", digits=6, scale=2),
    ),
    geometry=GeometryKind.POLYGON,
    key="code",
    vertical_datum="1985",
)


def layer(slug: str = "buildings") -> LayerEntry:
    """A layer of buildings."""
    return LayerEntry(slug, Text(zh="建筑物", en="Buildings"), BUILDINGS)


ENTRY = Entry(
    slug="housing-buildings",
    title=Text(zh="建筑物普查", en="Building census"),
    abstract=Text(zh="全市建筑物的轮廓与层数", en="Outlines and storeys of all buildings"),
    category=Category("3", "07", "001", "02"),
    provider=PartyId("party_housing"),
    owner=PartyId("party_planning"),
    format=DataFormat.GRAPHIC,
    sharing=Sharing.CONDITIONAL,
    opening=Opening.CLOSED,
    cycle=UpdateCycle.HALF_YEARLY,
    licence=Text(zh="政务共享", en="government use"),
    source=Text(zh="住房建设局", en="housing bureau"),
    layers=(layer(),),
    method=SharingMethod.SERVICE,
    sharing_condition=Text(zh="限业务办理", en="for official business only"),
)


def entry(slug: str, *layers: str, provider: str = "party_housing") -> Entry:
    """The same entry under another slug, with other layers."""
    declared = tuple(layer(name) for name in layers or (slug,))
    return replace(ENTRY, slug=slug, layers=declared, provider=PartyId(provider))
