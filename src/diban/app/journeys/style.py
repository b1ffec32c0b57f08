"""How a layer is drawn: shown, and kept as its next version, by those who enter the provider's resources."""

from __future__ import annotations

from typing import Any

from diban.app.wiring import Platform
from diban.catalogue import KeptStyle, Resource, ResourceLayer, Style, default_style
from diban.governance import Asker, Permission, may
from diban.ground import (
    AccountId,
    Conflict,
    GeometryKind,
    Invalid,
    LayerId,
    Missing,
    Text,
    require_storable,
)
from diban.share import LayerStyle
from diban.store import reading, unit


def show_style(platform: Platform, slug: str, asker: Asker, number: int | None = None) -> LayerStyle:
    """The layer's present style, or an earlier version; its default where none was made."""
    resource, layer = _layer(platform, slug, asker)
    default = default_style(layer.schema)
    kept: KeptStyle | None = None
    versions: list[KeptStyle] = []
    with reading(platform.database) as connection:
        if layer.layer is not None:
            versions = platform.styles.versions(connection, layer.layer)
            kept = versions[0] if versions else None
        if number is not None:
            kept = platform.styles.get(connection, layer.layer or LayerId(""), number)
    style, shown = (default, 0) if kept is None else (kept.style, kept.number)
    return LayerStyle(resource, layer, shown, style, default, tuple(versions))


def save_style(
    platform: Platform, slug: str, value: dict[str, Any], why: str, asker: Asker, on: int | None = None
) -> KeptStyle:
    """Keep a style from its JSON form; the same again stays the same version.

    `Conflict` when the version ``on`` that it was made from is no longer the current one.
    """
    require_storable(value, "")
    require_storable(why, "why")
    resource, layer = _layer(platform, slug, asker)
    made = Style.from_json(value)
    made.check(layer.schema)
    if layer.layer is None:
        raise Conflict(
            Text(zh="该图层尚未注册完成", en="the layer is not registered yet"),
            field=slug,
            remedy=Text(zh="先完成注册", en="register it first"),
        )
    by = asker.by()
    with unit(platform.database) as act:
        kept = platform.styles.save(act, layer.layer, made, AccountId(by.actor), why, on=on)
        detail: dict[str, str | int] = {"number": kept.number, "provider": resource.entry.provider}
        by.note(act, "style.save", layer.layer, detail)
        platform.generation.bump(act)
    return kept


def _layer(platform: Platform, slug: str, asker: Asker) -> tuple[Resource, ResourceLayer]:
    """The layer, to those who may decide how it is drawn; to others it does not exist."""
    with reading(platform.database) as connection:
        try:
            resource = platform.catalogue.by_layer_slug(connection, slug)
        except Missing:
            resource = None
    if resource is None or not asker.allowed(Permission.ENTER_RESOURCE, resource.entry.provider):
        may(asker, Permission.ENTER_RESOURCE, asker.party)
        raise Missing(
            Text(zh=f"没有可设样式的图层“{slug[:80]}”", en=f"no layer {slug[:80]!r} to style"), field="layer"
        )
    layer = resource.layer(slug)
    if layer.schema.geometry is GeometryKind.NONE:
        raise Invalid(
            Text(zh="该图层没有几何，没有样式", en="the layer has no geometry, so no style"), field="layer"
        )
    return resource, layer
