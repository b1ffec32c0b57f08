"""A catalogue entry as a value: the national core metadata of a resource and its layers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from diban.catalogue.data_format import DataFormat
from diban.catalogue.item_type import ITEM_TYPE_OF, ItemType
from diban.catalogue.opening import Opening
from diban.catalogue.resource_code import Category, ResourceCode
from diban.catalogue.sharing import Sharing
from diban.catalogue.sharing_method import SharingMethod
from diban.catalogue.update_cycle import UpdateCycle
from diban.ground import GEOMETRY, GeometryKind, Invalid, PartyId, Schema, Text

SLUG_LENGTH = 64
TITLE_LENGTH = 200
TEXT_LENGTH = 4000
MOST_LAYERS = 64
_SLUG = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class LayerEntry:
    """A layer of a resource as declared; its slug names the collection in every service.

    The schema carries the information items (信息项), the geometry kind and the vertical datum.
    """

    slug: str
    title: Text
    schema: Schema

    def __post_init__(self) -> None:
        check_slug(self.slug, "layers.slug")
        _check_text(self.title, "layers.title", TITLE_LENGTH)

    def items(self) -> tuple[tuple[str, Text, ItemType], ...]:
        """The information items: name, title and national type letter."""
        fields = tuple((field.name, field.title, ITEM_TYPE_OF[field.kind]) for field in self.schema.fields)
        if self.schema.geometry is GeometryKind.NONE:
            return fields
        return (*fields, (GEOMETRY, Text(zh="几何", en="geometry"), ItemType.GENERAL))


@dataclass(frozen=True, slots=True)
class Entry:
    """What a provider says of a resource; `Invalid` names the field, the limit and the remedy.

    ``owner`` (权属单位) is a field apart from ``provider`` (提供方): consent is the owner's.
    ``related`` holds codes of related resources.
    """

    slug: str
    title: Text
    abstract: Text
    category: Category
    provider: PartyId
    owner: PartyId
    format: DataFormat
    sharing: Sharing
    opening: Opening
    cycle: UpdateCycle
    licence: Text
    source: Text
    layers: tuple[LayerEntry, ...]
    method: SharingMethod | None = None
    sharing_condition: Text | None = None
    sharing_basis: Text | None = None
    opening_condition: Text | None = None
    related: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_slug(self.slug, "slug")
        _check_text(self.title, "title", TITLE_LENGTH)
        for name in ("abstract", "licence", "source"):
            _check_text(getattr(self, name), name, TEXT_LENGTH)
        for name in ("provider", "owner"):
            if not getattr(self, name):
                raise required(name)
        for name in self._demanded():
            if getattr(self, name) is None:
                raise required(name)
        for name in ("sharing_condition", "sharing_basis", "opening_condition"):
            if (text := getattr(self, name)) is not None:
                _check_text(text, name, TEXT_LENGTH)
        for code in self.related:
            ResourceCode.parse(code)
        self._check_layers()

    def _demanded(self) -> tuple[str, ...]:
        """What the sharing type and the open attribute demand beside themselves."""
        of_sharing = {
            Sharing.UNCONDITIONAL: ("method",),
            Sharing.CONDITIONAL: ("method", "sharing_condition"),
            Sharing.WITHHELD: ("sharing_basis",),
        }[self.sharing]
        return (*of_sharing, "opening_condition") if self.opening is Opening.CONDITIONAL else of_sharing

    def _check_layers(self) -> None:
        slugs = [layer.slug for layer in self.layers]
        if not 1 <= len(slugs) <= MOST_LAYERS or len(set(slugs)) < len(slugs):
            raise Invalid(
                Text(zh="图层数量或标识不成立", en="the number or the slugs of the layers do not hold"),
                field="layers",
                limit=MOST_LAYERS,
                remedy=Text(zh="1–64 个图层，标识互不相同", en="1 to 64 layers with different slugs"),
            )


def check_slug(slug: str, field: str) -> None:
    """Refuse what cannot stand in an address."""
    if not _SLUG.fullmatch(slug) or len(slug) > SLUG_LENGTH:
        raise Invalid(
            Text(zh=f"标识不可用：“{slug[:80]}”", en=f"not usable as a slug: {slug[:80]!r}"),
            field=field,
            limit=SLUG_LENGTH,
            remedy=Text(
                zh="小写字母、数字，中间可用 - 或 _ 连接",
                en="lower-case letters and digits, joined by - or _",
            ),
        )


def _check_text(text: Text, field: str, most: int) -> None:
    if not text.zh.strip() or not text.en.strip():
        raise required(field)
    if max(len(text.zh), len(text.en)) > most:
        raise Invalid(
            Text(zh=f"{field} 过长", en=f"{field} is too long"),
            field=field,
            limit=most,
            remedy=Text(zh=f"至多 {most} 字", en=f"at most {most} characters"),
        )


def required(field: str) -> Invalid:
    """The fault of a field that is not filled in, with what to write there."""
    remedies = {
        "sharing_basis": Text(zh="不予共享须写明法律依据", en="cite the law that forbids sharing"),
        "sharing_condition": Text(zh="有条件共享须写明条件", en="state the condition of sharing"),
        "opening_condition": Text(zh="有条件开放须写明条件", en="state the condition of opening"),
        "sharing": Text(zh="共享类型没有默认值，请选定", en="choose a sharing type; there is no default"),
    }
    return Invalid(
        Text(zh=f"缺少 {field}", en=f"{field} is missing"),
        field=field,
        limit="required",
        remedy=remedies.get(field, Text(zh="请填写", en="fill it in")),
    )
