"""Which fields of a layer hold names: those that its schema declares, else those called like one."""

from __future__ import annotations

from diban.catalogue.search.folding import folded
from diban.ground import Field, GeometryKind, Kind, Schema

USUAL = frozenset(
    [
        "name",
        "name_zh",
        "name_cn",
        "name_en",
        "name_local",
        "fullname",
        "full_name",
        "short_name",
        "alias",
        "place_name",
        "poi_name",
        "road_name",
        "address",
        "addr",
        "std_address",
        "standard_address",
        "full_address",
        "mc",
        "bzmc",
        "xzqmc",
        "dz",
        "bzdz",
        "名称",
        "标准名称",
        "中文名称",
        "英文名称",
        "全称",
        "简称",
        "别名",
        "地名",
        "地名名称",
        "道路名称",
        "地址",
        "标准地址",
        "详细地址",
        "统一地址",
    ]
)
"""Names and Chinese titles by which a field counts as one of names: MC, BZMC, XZQMC, DZ and BZDZ are those
of the national and provincial field lists for 名称, 标准名称, 行政区名称, 地址 and 标准地址."""


def name_fields(schema: Schema) -> tuple[str, ...]:
    """The fields under whose values features are found.

    ``named_by`` of the schema says it; an empty list says that there are none. Where it says nothing, they
    are the fields of text called as in `USUAL`, of layers that have a place; coded values are no names.
    """
    if schema.named_by is not None:
        return schema.named_by
    if schema.asset is not None or schema.geometry is GeometryKind.NONE:
        return ()
    return tuple(field.name for field in schema.fields if _is_usual(field))


def _is_usual(field: Field) -> bool:
    if field.kind is not Kind.TEXT or field.codes or field.constraint.reference is not None:
        return False
    return field.name.casefold() in USUAL or folded(field.title.zh) in USUAL
