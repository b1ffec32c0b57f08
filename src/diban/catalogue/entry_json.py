"""The JSON form of an entry: how it is stored and how callers send it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from diban.catalogue.data_format import DataFormat
from diban.catalogue.entry import Entry, LayerEntry, required
from diban.catalogue.opening import Opening
from diban.catalogue.resource_code import Category
from diban.catalogue.sharing import Sharing
from diban.catalogue.sharing_method import SharingMethod
from diban.catalogue.update_cycle import UpdateCycle
from diban.ground import AssetKind, Invalid, PartyId, Schema, Text, asset_schema

_CONDITIONS = ("sharing_condition", "sharing_basis", "opening_condition")
_KEYS = frozenset(Entry.__dataclass_fields__)


def entry_as_json(entry: Entry) -> dict[str, object]:
    """A JSON form from which `entry_from_json` reads the same entry back."""
    conditions = {name: cast(Text | None, getattr(entry, name)) for name in _CONDITIONS}
    return {
        "slug": entry.slug,
        "title": entry.title.as_json(),
        "abstract": entry.abstract.as_json(),
        "category": str(entry.category),
        "provider": entry.provider,
        "owner": entry.owner,
        "format": entry.format.value,
        "sharing": entry.sharing.value,
        "opening": entry.opening.value,
        "cycle": entry.cycle.value,
        "licence": entry.licence.as_json(),
        "source": entry.source.as_json(),
        "method": entry.method.value if entry.method else None,
        **{name: text.as_json() if text else None for name, text in conditions.items()},
        "related": list(entry.related),
        "layers": [_layer_json(layer) for layer in entry.layers],
    }


def entry_from_json(value: Mapping[str, object]) -> Entry:
    """Read an entry; `Invalid` names what is missing, unknown or not in its list."""
    if unknown := sorted(set(value) - _KEYS):
        raise Invalid(
            Text(zh=f"不认识的字段：{unknown[0][:80]}", en=f"unknown field: {unknown[0][:80]}"),
            field=unknown[0][:80],
            limit=", ".join(sorted(_KEYS)),
            remedy=Text(zh="只用所列字段", en="use only those listed"),
        )
    conditions = {name: Text.from_json(value[name]) for name in _CONDITIONS if value.get(name)}
    return Entry(
        slug=_string(value, "slug"),
        title=_text(value, "title"),
        abstract=_text(value, "abstract"),
        category=Category.parse(_string(value, "category")),
        provider=PartyId(_string(value, "provider")),
        owner=PartyId(_string(value, "owner")),
        format=DataFormat.parse(_given(value, "format"), "format"),
        sharing=Sharing.parse(_given(value, "sharing"), "sharing"),
        opening=Opening.parse(_given(value, "opening"), "opening"),
        cycle=UpdateCycle.parse(_given(value, "cycle"), "cycle"),
        licence=_text(value, "licence"),
        source=_text(value, "source"),
        method=SharingMethod.parse(value["method"], "method") if value.get("method") else None,
        sharing_condition=conditions.get("sharing_condition"),
        sharing_basis=conditions.get("sharing_basis"),
        opening_condition=conditions.get("opening_condition"),
        related=tuple(str(code) for code in _sequence(value.get("related") or [], "related")),
        layers=tuple(_layer(item) for item in _sequence(_given(value, "layers"), "layers")),
    )


def _layer_json(layer: LayerEntry) -> dict[str, object]:
    """A layer of files is declared by their kind alone, from which its schema follows."""
    asset = layer.schema.asset
    said = {"schema": layer.schema.as_json()} if asset is None else {"asset": asset.value}
    return {"slug": layer.slug, "title": layer.title.as_json(), **said}


def _layer(item: object) -> LayerEntry:
    if not isinstance(item, dict):
        raise required("layers")
    if "asset" in item:
        return LayerEntry(_string(item, "slug"), _text(item, "title"), asset_schema(_asset(item)))
    try:
        schema = Schema.from_json(_given(item, "schema"))  # type: ignore[arg-type]  # checked by reading it
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError) as fault:
        raise Invalid(
            Text(zh="图层结构读不出来", en="the layer's schema cannot be read"),
            field="layers.schema",
            remedy=Text(zh="给出 fields 与 geometry", en="give fields and geometry"),
        ) from fault
    if schema.asset is not None:
        raise required("layers.asset")  # a schema that claims to be of a kind need not have its fields
    return LayerEntry(_string(item, "slug"), _text(item, "title"), schema)


def _asset(item: Mapping[str, object]) -> AssetKind:
    if "schema" in item:
        raise Invalid(
            Text(zh="asset 与 schema 只能给出一个", en="a layer has either asset or schema"),
            field="layers.asset",
            remedy=Text(zh="文件的信息项由类型决定，去掉 schema", en="leave out schema: the kind implies it"),
        )
    try:
        return AssetKind(_string(item, "asset"))
    except ValueError as fault:
        raise Invalid(
            Text(zh="没有这种文件类型", en="there is no such kind of file"),
            field="layers.asset",
            limit=", ".join(AssetKind),
            remedy=Text(zh="取值：栅格、文档、照片", en="use one of those listed"),
        ) from fault


def _given(value: Mapping[str, object], field: str) -> object:
    if (found := value.get(field)) in (None, "", []):
        raise required(field)
    return found


def _string(value: Mapping[str, object], field: str) -> str:
    return str(_given(value, field))


def _text(value: Mapping[str, object], field: str) -> Text:
    return Text.from_json(_given(value, field))


def _sequence(value: object, field: str) -> list[object]:
    if not isinstance(value, list):
        raise required(field)
    return value
