"""Transferred (移交): another party becomes responsible for a resource, as after a re-organisation."""

from __future__ import annotations

from diban.app.journeys.reason import require_reason
from diban.app.wiring import Platform
from diban.catalogue import Resource
from diban.governance import Asker, Permission, may, refuse_closed
from diban.ground import AccountId, Conflict, Missing, Text
from diban.store import Unit, unit


def transfer(platform: Platform, slug: str, to: str, why: str, asker: Asker) -> Resource:
    """Let a party (by id, code or Chinese name) provide the resource from now on; that very one already
    changes nothing. Its grants, versions and address stay; what was delivered stays under its sender.

    The act of those who approve for the city. `Conflict` while a delivery of it is under way.
    """
    may(asker, Permission.APPROVE_CITY)
    reason = require_reason(why, Text(zh="移交须写明理由", en="a transfer needs a reason"))
    with unit(platform.database) as act:
        seen = platform.catalogue.by_slug(act.connection, slug)
        party = platform.parties.find(act.connection, to)
        if party is None:
            raise Missing(Text(zh=f"没有登记机构“{to}”", en=f"no party is {to!r}"), field="party")
        former = seen.entry.provider
        if former == party.id:
            return seen
        refuse_closed(act, party.id)
        _nothing_under_way(platform, act, seen)
        by = asker.by()
        given = platform.catalogue.transfer(act, seen, party.id, AccountId(by.actor), reason)
        by.note(act, "resource.transfer", seen.id, {"before": former, "after": party.id})
        platform.feed.append(act, "resource.entered", seen.id, {"slug": seen.slug})
        platform.generation.bump(act)
    return given


def _nothing_under_way(platform: Platform, act: Unit, resource: Resource) -> None:
    latest = platform.deliveries.of_resource(act.connection, resource.id)
    if open_ := [delivery.id for delivery in latest if not delivery.state.ended]:
        raise Conflict(
            Text(zh=f"还有 {len(open_)} 次交付在办", en=f"deliveries of it are under way: {len(open_)}"),
            field="resource",
            limit=", ".join(open_[:10]),
            remedy=Text(zh="先办结或撤回", en="settle or withdraw them first"),
        )
