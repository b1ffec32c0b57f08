"""The data specification (数据说明) of the buildings, as the housing bureau would write it: two issues."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from diban.app.sample_city.formats.docx import Block, Document, Paragraph, Sheet
from diban.app.sample_city.layers import SCHEMAS
from diban.app.sample_city.resources import RESOURCE_OF, Resource
from diban.ground import Field, Text

_LAYER = "buildings"
_ISSUED = datetime(2026, 4, 30, 8, 0, tzinfo=UTC)
_REVISED = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
_TYPES = {
    "text": "文本 text",
    "integer": "整数 integer",
    "decimal": "定点小数 decimal",
    "float": "浮点数 float",
    "boolean": "是否 yes or no",
    "date": "日期 date",
    "instant": "时刻 instant",
}
_CHANGES = {"added": "新增 added", "removed": "拆除 removed", "changed": "变更 changed"}


def specification(rows: int, changes: Mapping[str, int] | None = None) -> Document:
    """The first issue of a layer with so many rows; with ``changes`` by kind, the one a month on."""
    resource = RESOURCE_OF[_LAYER]
    title = f"{resource.title.zh}数据说明 {resource.title.en}: data specification"
    blocks: list[Block] = [
        Paragraph(title, "Title"),
        *_about(resource, rows, "1.0" if changes is None else "1.1"),
        *_fields(),
        *_code_lists(),
        *_demands(),
        *([] if changes is None else _month(changes)),
        *_issues(revised=changes is not None),
    ]
    made = _ISSUED if changes is None else _REVISED
    return Document(title, resource.provider.name.zh, made, tuple(blocks))


def _about(resource: Resource, rows: int, issue: str) -> list[Block]:
    provider, licence = resource.provider.name, resource.licence
    return [
        _chapter(1, "概述", "Overview"),
        Paragraph(resource.abstract.zh),
        Paragraph(resource.abstract.en),
        _sheet(
            (1, 3),
            ("项目 Item", "内容 Content"),
            ("版本 Issue", issue),
            ("提供方 Provider", _both(provider)),
            ("坐标系 CRS", "CGCS2000（EPSG:4490），经度、纬度 longitude, latitude"),
            ("高程基准 Datum of heights", "1985 国家高程基准 1985 National Height Datum"),
            ("几何 Geometry", "面，外墙基底线 Polygon, the outline of the outer walls"),
            ("主键 Key", f"{SCHEMAS[_LAYER].key}：建筑编码，不重复、不复用 never used twice"),
            ("更新周期 Update cycle", "每月 monthly"),
            ("要素数 Features", f"{rows:,}"),
            ("许可 Licence", _both(licence)),
        ),
    ]


def _fields() -> list[Block]:
    rows = [
        (one.name, _both(one.title), _TYPES[one.kind.value], one.unit or "", _must(one), _values(one))
        for one in SCHEMAS[_LAYER].fields
    ]
    head = ("字段 Field", "名称 Title", "类型 Type", "单位 Unit", "必填 Required", "取值 Values")
    return [_chapter(2, "信息项", "Fields"), _sheet((3, 4, 3, 2, 2, 6), head, *rows)]


def _must(field: Field) -> str:
    return "是 yes" if field.required else "否 no"


def _values(field: Field) -> str:
    """What the values of a field must meet, in both languages."""
    must, said = field.constraint, []
    if field.codes:
        said.append("见代码表 see the code lists")
    if must.minimum is not None or must.maximum is not None:
        said.append(f"{must.minimum or ''} – {must.maximum or ''}")
    if must.pattern is not None:
        said.append(must.pattern)
    if must.reference is not None:
        said.append(f"须见于 one of {must.reference}")
    return "；".join(said)


def _code_lists() -> list[Block]:
    blocks: list[Block] = [_chapter(3, "代码表", "Code lists")]
    for field in SCHEMAS[_LAYER].fields:
        if field.codes:
            rows = [(code.value, code.title.zh, code.title.en) for code in field.codes]
            blocks.append(Paragraph(_both(field.title), "Heading2"))
            blocks.append(_sheet((2, 5, 7), ("代码 Code", "名称", "Title"), *rows))
    return blocks


def _demands() -> list[Block]:
    return [
        _chapter(4, "质量要求", "Quality"),
        Paragraph(
            "基底面之间不重叠，落在所属宗地之内；平面位置中误差不大于 0.5 米，建筑高度中误差不大于 0.3 米。"
        ),
        Paragraph(
            "Footprints do not overlap and lie in the parcel they name; the standard error is at most 0.5 m "
            "in plan and 0.3 m in height."
        ),
    ]


def _month(changes: Mapping[str, int]) -> list[Block]:
    rows = [(_CHANGES[kind], f"{count:,}") for kind, count in sorted(changes.items())]
    head = ("变化 Change", "建筑物 Buildings")
    return [_chapter(5, "本期变化", "Changes of the month"), _sheet((1, 1), head, *rows)]


def _issues(*, revised: bool) -> list[Block]:
    rows = [("1.0", f"{_ISSUED:%Y-%m-%d}", "首次发布 first issue")]
    if revised:
        rows.append(
            ("1.1", f"{_REVISED:%Y-%m-%d}", "增加“本期变化”一章 with the chapter “Changes of the month”")
        )
    head = ("版本 Issue", "日期 Date", "说明 Note")
    return [_chapter(6 if revised else 5, "版本记录", "Issues"), _sheet((1, 1, 3), head, *rows)]


def _chapter(number: int, zh: str, en: str) -> Paragraph:
    return Paragraph(f"{number} {zh} {en}", "Heading1")


def _both(text: Text) -> str:
    return f"{text.zh} {text.en}"


def _sheet(widths: tuple[int, ...], *rows: tuple[str, ...]) -> Sheet:
    return Sheet(rows, widths)
