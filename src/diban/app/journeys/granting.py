"""Shared (共享): the provider grants and withdraws; the data bureau too where sharing is unconditional."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

import sqlalchemy as sa

from diban.app.journeys.founding import PUBLIC
from diban.app.wiring import Platform
from diban.base import require_fitting
from diban.catalogue import Resource
from diban.governance import Asker, find_grant, grants_on, list_grants, may_give, may_grant
from diban.ground import Conflict, Invalid, LayerId, LayerScope, Missing, PartyId, Schema, Text
from diban.share import NewGrant
from diban.store import Unit, setting, unit

MOST_WORDS = 500
"""Characters of a purpose, a basis or a reason."""


def give(
    platform: Platform, layer: str, party: str, limits: LayerScope, purpose: str, basis: str, asker: Asker
) -> str:
    """Let a party (by code or Chinese name; "" the public) see a layer within limits; the grant's id."""
    return give_once(platform, NewGrant(party, layer, limits, purpose, basis), asker)[0]


def give_once(
    platform: Platform, wanted: NewGrant, asker: Asker, once: str | None = None
) -> tuple[str, bool]:
    """The grant's id, and whether it is a new one.

    Asked again with the same word ``once``: the grant that was given then; `Conflict` for another one.
    """
    may_give(asker)
    said = None if once is None else f"grant:{asker.account}:{once}"
    with unit(platform.database) as act:
        resource = platform.catalogue.by_layer_slug(act.connection, wanted.layer)
        may_grant(asker, resource, wanted.layer)
        layer, schema = _held(resource, wanted.layer)
        to = _party(platform, act, wanted.party)
        before = None if said is None else act.done(said)
        if before is not None:
            return _same(act, str(before["grant"]), wanted, to, layer), False
        _fit(wanted, schema)
        made = platform.grants.give(
            act,
            asker.by(),
            party=to,
            layer=layer,
            limits=wanted.limits,
            purpose=wanted.purpose.strip(),
            basis=wanted.basis.strip(),
            until=_end(wanted.last_day, platform.settings.timezone),
        )
        if said is not None:
            act.remember(said, {"grant": made})
    return made, True


def take_back(platform: Platform, layer: str, grant: str, why: str, asker: Asker) -> None:
    """Withdraw a grant on this layer; it ends at the next request here, elsewhere within a second."""
    with unit(platform.database) as act:
        resource = platform.catalogue.by_layer_slug(act.connection, layer)
        may_grant(asker, resource, layer)
        held = resource.layer(layer).layer
        if held is None or grant not in {given.id for given in list_grants(act.connection, layer=held)}:
            raise Missing(Text(zh="该图层没有这项授权", en="the layer has no such grant"), field="grant")
        platform.grants.revoke(act, asker.by(), grant, _reason(why))


def withdraw_grant(platform: Platform, grant: str, why: str, asker: Asker) -> None:
    """Withdraw a grant by its id; again by the same person for the same reason changes nothing.

    `Missing` for whoever may not know of it; of two at once one wins, the other gets `Conflict`.
    """
    may_give(asker)
    reason = _reason(why)
    with unit(platform.database) as act:
        held = find_grant(act.connection, grant)
        resource = None if held is None else _resource(platform, act, held.layer)
        if held is None or resource is None or not grants_on(asker, resource):
            raise Missing(Text(zh="没有这项授权", en="there is no such grant"), field="grant")
        if (held.revoked_by, held.revoked_why) == (asker.by().actor, reason):
            return
        platform.grants.revoke(act, asker.by(), grant, reason)


def public_party(connection: sa.Connection) -> PartyId:
    """The party that stands for everybody."""
    return PartyId(
        connection.execute(sa.select(setting.c.value).where(setting.c.name == PUBLIC)).scalar_one()
    )


def _held(resource: Resource, slug: str) -> tuple[LayerId, Schema]:
    """The base's layer of that slug, and its fields."""
    declared = resource.layer(slug)
    if declared.layer is None:
        raise Missing(Text(zh="该图层尚未注册完成", en="the layer is not registered yet"), field=slug)
    return declared.layer, declared.schema


def _resource(platform: Platform, act: Unit, layer: LayerId) -> Resource | None:
    try:
        return platform.catalogue.by_layer(act.connection, layer)
    except Missing:
        return None


def _same(act: Unit, grant: str, wanted: NewGrant, party: PartyId, layer: LayerId) -> str:
    """The grant that the same word gave before, if that is what is asked again."""
    before = find_grant(act.connection, grant)
    assert before is not None, "grants are never deleted"
    if (before.party, before.layer, before.limits, before.purpose, before.basis) != (
        *(party, layer, wanted.limits),
        *(wanted.purpose.strip(), wanted.basis.strip()),
    ):
        raise Conflict(
            Text(zh="同一幂等键已用于另一项授权", en="this key was used for another grant"),
            field="Idempotency-Key",
            remedy=Text(zh="换一个键", en="use another key"),
        )
    return before.id


def _fit(wanted: NewGrant, schema: Schema) -> None:
    """Refuse limits that name what the layer does not have: such a limit would hold nothing back."""
    limits = wanted.limits
    named = [*sorted(limits.fields or ()), *(name for name, _ in limits.masks)]
    if limits.fields is not None and not limits.fields:
        raise Invalid(
            Text(zh="没有授予任何信息项", en="no field is granted"),
            field="fields",
            remedy=Text(zh="至少选择一项", en="choose one at least"),
        )
    for name in named:
        schema.field(name)
    if limits.rows is not None:
        require_fitting(limits.rows, schema)
    for words, name in ((wanted.purpose, "purpose"), (wanted.basis, "basis")):
        _worded(words, name)


def _reason(why: str) -> str:
    return _worded(why, "why")


def _worded(words: str, name: str) -> str:
    if not 0 < len(words.strip()) <= MOST_WORDS:
        raise Invalid(
            Text(zh="须写明用途、依据或理由", en="a purpose, a basis or a reason is told in words"),
            field=name,
            limit=MOST_WORDS,
            remedy=Text(zh=f"写 1–{MOST_WORDS} 字", en=f"write 1 to {MOST_WORDS} characters"),
        )
    return words.strip()


def _end(last_day: date | None, zone: tzinfo) -> datetime | None:
    """The city's midnight after the last day on which it holds."""
    return None if last_day is None else datetime.combine(last_day + timedelta(days=1), time.min, zone)


def _party(platform: Platform, act: Unit, known: str) -> PartyId:
    if not known:
        return public_party(act.connection)
    found = platform.parties.find(act.connection, known)
    if found is None:
        raise Missing(Text(zh=f"没有登记机构“{known}”", en=f"no party is {known!r}"), field="party")
    return found.id
