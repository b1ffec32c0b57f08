"""How a provider's columns meet a layer's fields: shown, and saved for the deliveries to come."""

from __future__ import annotations

from typing import Any

from diban.app.wiring import Platform
from diban.governance import Asker, Permission, may
from diban.ground import AccountId, Conflict, Invalid, LayerId, PartyId, Text, require_storable
from diban.intake import Mapping
from diban.store import reading, unit


def show_mapping(platform: Platform, layer: str, asker: Asker) -> Mapping:
    """The mapping that the layer's next delivery takes; for those who may deliver to it."""
    known, _ = _layer(platform, layer, asker)
    with reading(platform.database) as connection:
        return platform.mappings.current(connection, known)


def save_mapping(platform: Platform, layer: str, value: dict[str, Any], asker: Asker) -> Mapping:
    """Keep a mapping from its JSON form; the same again stays the same version."""
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
        saved = platform.mappings.save(act, known, made, AccountId(by.actor))
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
