"""Catalogued (编目): a resource is entered with its layers, ready to take deliveries."""

from __future__ import annotations

from typing import Any

from diban.app.journeys.surroundings import scope_of_provider, shows_codes
from diban.app.wiring import Platform
from diban.catalogue import Entry, Resource, State, entry_from_json
from diban.governance import Asker, Permission, may, refuse_closed
from diban.ground import AccountId, Denied, Missing, PartyId, Text, require_storable
from diban.store import Unit, reading, unit


def register(platform: Platform, description: dict[str, Any], asker: Asker) -> Resource:
    """Enter a resource and make its layers; again with the same description changes nothing.

    ``provider`` and ``owner`` are named by credit code or Chinese name. A changed description
    replaces a draft's; fields added to a layer that has rows make a new schema version.
    """
    require_storable(description, "")
    with reading(platform.database) as connection:
        named = {
            name: _party(platform, connection, str(description.get(name) or ""))
            for name in ("provider", "owner")
        }
    entry = entry_from_json({**description, **named})
    may(asker, Permission.ENTER_RESOURCE, entry.provider)
    _may_refer(platform, entry)
    by = asker.by()
    with unit(platform.database) as act:
        for field, party in (("provider", entry.provider), ("owner", entry.owner)):
            refuse_closed(act, party, field)
        before = _revision(platform, act, entry.slug)
        resource = platform.catalogue.enter(act, entry, AccountId(by.actor))
        _make_layers(platform, act, resource, entry)
        by.note(act, "resource.enter", resource.id, {"slug": resource.slug})
        if resource.revision != before:
            platform.feed.append(act, "resource.entered", resource.id, {"slug": resource.slug})
        return platform.catalogue.get(act.connection, resource.id)


def _may_refer(platform: Platform, entry: Entry) -> None:
    """Refuse a field whose codes are those of a published layer that the provider may not see whole.

    A layer that is not there yet is no fault: whoever examines a delivery asks again.
    """
    scope = scope_of_provider(platform, entry.provider)
    for field in (field for layer in entry.layers for field in layer.schema.fields):
        if (slug := field.constraint.reference) is None:
            continue
        try:
            with reading(platform.database) as connection:
                resource = platform.catalogue.by_layer_slug(connection, slug)
        except Missing:
            continue
        named = resource.layer(slug)
        if resource.state is not State.PUBLISHED or named.layer is None or named.schema.key is None:
            continue
        if not shows_codes(scope, named.layer, named.schema.key):
            raise Denied(
                Text(
                    zh=f"提供部门未获图层 {slug} 的完整授权，信息项“{field.name}”不能引用其代码",
                    en=f"the provider may not see layer {slug} whole; {field.name} cannot refer to its codes",
                ),
                field=field.name,
                remedy=Text(
                    zh=f"先申请图层 {slug} 全部行及其主键的授权",
                    en=f"ask for access to all rows of layer {slug} and their key first",
                ),
            )


def _revision(platform: Platform, act: Unit, slug: str) -> int:
    """The revision of the resource of that slug; 0 when there is none."""
    try:
        return platform.catalogue.by_slug(act.connection, slug).revision
    except Missing:
        return 0


def _make_layers(platform: Platform, act: Unit, resource: Resource, entry: Entry) -> None:
    for declared in entry.layers:
        known = resource.layer(declared.slug).layer
        if known is None:
            made = platform.base.create(act, declared.schema)
            platform.catalogue.attach_layer(act, resource, declared.slug, made)
        else:
            platform.base.evolve(act, known, declared.schema, {})


def _party(platform: Platform, connection: Any, known: str) -> PartyId:
    found = platform.parties.find(connection, known)
    if found is None:
        raise Missing(
            Text(zh=f"没有登记机构“{known}”", en=f"no party is registered as {known!r}"),
            field="provider",
            remedy=Text(zh="先用 diban organisation 导入机构", en="import it with diban organisation first"),
        )
    return found.id
