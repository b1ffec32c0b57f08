"""Catalogued (编目): a resource is entered with its layers, ready to take deliveries."""

from __future__ import annotations

from typing import Any

from diban.app.wiring import Platform
from diban.catalogue import Entry, Resource, entry_from_json
from diban.governance import Asker, Permission, may
from diban.ground import AccountId, Missing, PartyId, Text, require_storable
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
    by = asker.by()
    with unit(platform.database) as act:
        resource = platform.catalogue.enter(act, entry, AccountId(by.actor))
        _make_layers(platform, act, resource, entry)
        by.note(act, "resource.enter", resource.id, {"slug": resource.slug})
        return platform.catalogue.get(act.connection, resource.id)


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
