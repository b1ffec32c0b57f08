"""Shared (共享): the provider grants and revokes; the data bureau too where sharing is unconditional."""

from __future__ import annotations

import sqlalchemy as sa

from diban.app.journeys.founding import PUBLIC
from diban.app.wiring import Platform
from diban.catalogue import Resource, Sharing
from diban.governance import Asker, Permission, list_grants, may
from diban.ground import LayerScope, Missing, PartyId, Text
from diban.store import Unit, setting, unit


def give(
    platform: Platform, layer: str, party: str, limits: LayerScope, purpose: str, basis: str, asker: Asker
) -> str:
    """Let a party (by code or Chinese name; "" the public) see a layer within limits; the grant's id."""
    by = asker.by()
    with unit(platform.database) as act:
        resource = platform.catalogue.by_layer_slug(act.connection, layer)
        _may_grant(asker, resource)
        held = resource.layer(layer).layer
        if held is None:
            raise Missing(Text(zh="该图层尚未注册完成", en="the layer is not registered yet"), field=layer)
        to = _party(platform, act, party)
        return platform.grants.give(
            act, by, party=to, layer=held, limits=limits, purpose=purpose, basis=basis
        )


def take_back(platform: Platform, layer: str, grant: str, why: str, asker: Asker) -> None:
    """Revoke a grant; it holds at the next request here and within a second in other processes."""
    with unit(platform.database) as act:
        resource = platform.catalogue.by_layer_slug(act.connection, layer)
        _may_grant(asker, resource)
        held = resource.layer(layer).layer
        if held is None or grant not in {given.id for given in list_grants(act.connection, layer=held)}:
            raise Missing(Text(zh="该图层没有这项授权", en="the layer has no such grant"), field="grant")
        platform.grants.revoke(act, asker.by(), grant, why)


def _may_grant(asker: Asker, resource: Resource) -> None:
    unconditional = resource.entry.sharing is Sharing.UNCONDITIONAL
    if not (unconditional and asker.allowed(Permission.GRANT_UNCONDITIONAL)):
        may(asker, Permission.GRANT, resource.entry.provider)


def _party(platform: Platform, act: Unit, known: str) -> PartyId:
    if not known:
        return public_party(act.connection)
    found = platform.parties.find(act.connection, known)
    if found is None:
        raise Missing(Text(zh=f"没有登记机构“{known}”", en=f"no party is {known!r}"), field="party")
    return found.id


def public_party(connection: sa.Connection) -> PartyId:
    """The party that stands for everybody."""
    return PartyId(
        connection.execute(sa.select(setting.c.value).where(setting.c.name == PUBLIC)).scalar_one()
    )
