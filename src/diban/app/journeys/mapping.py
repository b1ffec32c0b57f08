"""How a provider's columns meet a layer's fields: shown, and saved for the deliveries to come."""

from __future__ import annotations

from typing import Any

from diban.app.wiring import Platform
from diban.governance import Asker, Permission, may
from diban.ground import AccountId, Conflict, Invalid, LayerId, PartyId, Text, require_storable
from diban.intake import Mapping, Saved
from diban.store import reading, unit


def show_mapping(platform: Platform, layer: str, asker: Asker, number: int | None = None) -> Mapping:
    """The mapping that the layer's next delivery takes, or an earlier one; for those who deliver to it."""
    known, _ = _layer(platform, layer, asker)
    with reading(platform.database) as connection:
        if number is not None:
            return platform.mappings.get(connection, known, number)
        return platform.mappings.current(connection, known)


def mapping_versions(platform: Platform, layer: str, asker: Asker) -> list[Saved]:
    """The versions that were saved, newest first; for those who may deliver to the layer."""
    known, _ = _layer(platform, layer, asker)
    with reading(platform.database) as connection:
        return platform.mappings.versions(connection, known)


def save_mapping(
    platform: Platform, layer: str, value: dict[str, Any], asker: Asker, on: int | None = None
) -> Mapping:
    """Keep a mapping from its JSON form; the same again stays the same version.

    `Conflict` when the version ``on`` that it was made from is no longer the current one.
    """
    require_storable(value, "")
    known, provider = _layer(platform, layer, asker)
    schema = platform.base.schema(known)
    if schema.asset is not None:
        raise Invalid(
            Text(zh="文件图层没有可映射的列", en="a layer of files has no columns to map"),
            field="layer",
            limit=schema.asset,
        )
    made = Mapping.from_json(value, schema)
    by = asker.by()
    with unit(platform.database) as act:
        saved = platform.mappings.save(act, known, made, AccountId(by.actor), on=on)
        by.note(act, "mapping.save", known, {"number": saved.number, "provider": provider})
    return saved


def _layer(platform: Platform, slug: str, asker: Asker) -> tuple[LayerId, PartyId]:
    with reading(platform.database) as connection:
        resource = platform.catalogue.by_layer_slug(connection, slug)
    may(asker, Permission.DELIVER, resource.entry.provider)
    layer = resource.layer(slug).layer
    if layer is None:
        raise Conflict(
            Text(zh="该图层尚未注册完成", en="the layer is not registered yet"),
            field=slug,
            remedy=Text(zh="先完成注册", en="register it first"),
        )
    return layer, resource.entry.provider
