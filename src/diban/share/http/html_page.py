"""Any document of the services as a page for people: the same content, with links to follow."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from diban.ground import Text

STYLE = Path(__file__).with_name("html_page.css").read_bytes()
_MOST = 1000
"""Entries of a list that are shown; the JSON has them all."""
_TERMS = {
    "title": Text(zh="名称", en="Title"),
    "description": Text(zh="说明", en="Description"),
    "source": Text(zh="来源", en="Source"),
    "licence": Text(zh="许可", en="Licence"),
    "version": Text(zh="版本", en="Version"),
    "crs": Text(zh="坐标系", en="CRS"),
    "storageCrs": Text(zh="存储坐标系", en="Storage CRS"),
    "extent": Text(zh="范围", en="Extent"),
    "links": Text(zh="链接", en="Links"),
    "collections": Text(zh="图层", en="Collections"),
    "features": Text(zh="要素", en="Features"),
    "properties": Text(zh="属性", en="Properties"),
    "geometry": Text(zh="几何", en="Geometry"),
    "numberMatched": Text(zh="符合条件", en="Matched"),
    "numberReturned": Text(zh="本页", en="On this page"),
    "timeStamp": Text(zh="生成时间", en="Made at"),
    "conformsTo": Text(zh="符合的标准条款", en="Conforms to"),
    "tilesets": Text(zh="瓦片集", en="Tilesets"),
    "itemType": Text(zh="内容", en="Holds"),
    "styles": Text(zh="样式", en="Styles"),
    "heading": Text(zh="字段", en="Field"),
    "unit": Text(zh="单位", en="Unit"),
    "entries": Text(zh="图例", en="Legend"),
    "colour": Text(zh="颜色", en="Colour"),
    "date": Text(zh="日期", en="Date"),
}
_RELATIONS = {
    "self": Text(zh="本页", en="This page"),
    "next": Text(zh="下一页", en="Next page"),
    "collection": Text(zh="所属图层", en="Its layer"),
    "alternate": Text(zh="其他格式", en="Other form"),
    "items": Text(zh="要素", en="Features"),
    "enclosure": Text(zh="整层下载", en="Download"),
    "data": Text(zh="图层", en="Layers"),
    "conformance": Text(zh="符合的标准条款", en="Conformance"),
    "service-desc": Text(zh="接口说明", en="Description of the API"),
    "tiling-schemes": Text(zh="瓦片网格", en="Tile grids"),
    "tilesets-vector": Text(zh="矢量瓦片", en="Vector tiles"),
    "styles": Text(zh="样式", en="Styles"),
    "stylesheet": Text(zh="样式文件", en="Style document"),
    "legend": Text(zh="图例", en="Legend"),
    "preview": Text(zh="图片", en="Picture"),
}
"""What links are, by the last part of their relation."""
_WITH_PAGE = ("application/json", "application/geo+json", "application/vnd.oai.openapi+json;version=3.0")
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above a page.

    The addresses of the same as JSON and of the landing page, the names of the installation and of the
    document, where it does not say its own.
    """

    json: str
    root: str
    service: str
    name: str = ""


def html_page(body: Mapping[str, Any], head: Head, language: str) -> bytes:
    """The page of a document, numbers as they were written.

    Nothing of the document is taken for HTML; only http(s) addresses become links.
    """
    said = json.loads(orjson.dumps(body), parse_float=Decimal)
    name = str(said.get("title") or head.name or said.get("id") or head.service)
    root, title = escape(head.root), escape(head.service)
    home = Text(zh="服务首页", en="Services").in_language(language)
    page = (
        f'<!doctype html><html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(name)} · {title}</title>"
        f'<link rel="icon" href="data:,"><link rel="stylesheet" href="{root}/page.css"></head><body>'
        f'<header><nav><a href="{root}?f=html">{title} · {home}</a></nav>'
        f'<a href="{escape(head.json)}" type="application/json">JSON</a></header>'
        f"<main><h1>{escape(name)}</h1>{_sections(said, language)}</main></body></html>"
    )
    return page.encode()


def _sections(body: Mapping[str, Any], language: str) -> str:
    """Plain values first, then each list or object under its own heading."""
    plain = {key: value for key, value in body.items() if not isinstance(value, list | dict)}
    made = _facts({key: value for key, value in plain.items() if key != "title"}, language)
    for key, value in body.items():
        if key not in plain:
            made += f"<h2>{_term(key, language)}</h2>{_value(key, value, language)}"
    return made


def _facts(values: Mapping[str, Any], language: str) -> str:
    if not values:
        return ""
    rows = "".join(
        f"<dt>{_term(key, language)}</dt><dd>{_value(key, value, language)}</dd>"
        for key, value in values.items()
    )
    return f"<dl>{rows}</dl>"


def _value(key: str, value: Any, language: str) -> str:
    if key == "links" and isinstance(value, list):
        return _links(value, language)
    if key == "features" and isinstance(value, list):
        return _features(value, language)
    if key == "entries" and isinstance(value, list):
        return _legend(value)
    if key == "geometry" and isinstance(value, dict):
        return _shape(value)
    if isinstance(value, dict):
        return _facts(value, language)
    if isinstance(value, list):
        return _list(value, language)
    return _plain(value)


def _list(values: Sequence[Any], language: str) -> str:
    if values and all(isinstance(one, dict) for one in values):
        return "".join(_entry(one, language) for one in values[:_MOST])
    if values and all(_is_number(one) for one in values):
        return ", ".join(map(_plain, values))
    return "<ul>" + "".join(f"<li>{_value('', one, language)}</li>" for one in values[:_MOST]) + "</ul>"


def _entry(value: Mapping[str, Any], language: str) -> str:
    """One of several objects: its name leads to it."""
    own = next((_as_page(one) for one in value.get("links", ()) if one.get("rel") == "self"), "")
    name = escape(str(value.get("title") or value.get("id") or ""))
    head = f'<h2><a href="{escape(own)}">{name}</a></h2>' if own and name else f"<h2>{name}</h2>"
    shown = ("description", "source", "licence", "version")
    facts = {key: value[key] for key in shown if value.get(key)}
    return head + (_facts(facts, language) or _facts({"links": value.get("links", [])}, language))


def _links(links: Sequence[Mapping[str, Any]], language: str) -> str:
    lines = []
    for one in links:
        href, kind = str(one.get("href", "")), str(one.get("type", ""))
        words = escape(str(one.get("title") or _relation(str(one.get("rel", "")), language)))
        target = f'<a href="{escape(_as_page(one))}">{words}</a>' if _linked(href, one) else words
        lines.append(f'<li>{target} <span class="faint">{escape(href)} · {escape(kind)}</span></li>')
    return f"<ul>{''.join(lines)}</ul>"


def _legend(entries: Sequence[Mapping[str, Any]]) -> str:
    """Colours with what they mean; drawn, since a page may carry no style of its own."""
    mark = '<svg width="24" height="14" aria-hidden="true"><rect width="24" height="14" fill="{}"/></svg>'
    lines = [
        f"<li>{mark.format(escape(str(one.get('colour'))))} {escape(str(one.get('title')))}</li>"
        for one in entries[:_MOST]
    ]
    return f"<ul>{''.join(lines)}</ul>"


def _relation(rel: str, language: str) -> str:
    last = rel.rsplit("/", 1)[-1]
    known = _RELATIONS.get(last)
    return known.in_language(language) if known else last


def _linked(href: str, said: Mapping[str, Any]) -> bool:
    return _ADDRESS.fullmatch(href) is not None and not said.get("templated")


def _features(features: Sequence[Mapping[str, Any]], language: str) -> str:
    """A table of features, whose numbers lead to them."""
    if not features:
        return f'<p class="faint">{Text(zh="没有要素", en="none").in_language(language)}</p>'
    names = list(features[0].get("properties") or {})
    head = "".join(f"<th>{escape(name)}</th>" for name in ["id", *names])
    rows = "".join(_row(one, names) for one in features)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _row(feature: Mapping[str, Any], names: Sequence[str]) -> str:
    values, number = feature.get("properties") or {}, escape(str(feature.get("id")))
    cells = "".join(
        f"<td{' class=num' if _is_number(values.get(name)) else ''}>{_plain(values.get(name))}</td>"
        for name in names
    )
    return f'<tr><td><a href="./items/{number}?f=html">{number}</a></td>{cells}</tr>'


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _shape(geometry: Mapping[str, Any]) -> str:
    text = json.dumps(geometry.get("coordinates", []), default=str).replace('"', "")
    shown = text if len(text) <= 400 else text[:399] + "…"
    return f"{escape(str(geometry.get('type')))} <code>{escape(shown)}</code>"


def _plain(value: Any) -> str:
    if value is None:
        return '<span class="faint">–</span>'
    if isinstance(value, bool):
        return "✓" if value else "✗"
    text = str(value)
    return f'<a href="{escape(text)}">{escape(text)}</a>' if _ADDRESS.fullmatch(text) else escape(text)


def _as_page(said: Mapping[str, Any]) -> str:
    """Where a link leads; to the page of a document that has one."""
    href = str(said.get("href", ""))
    if "f=" in href or "/ogc" not in urlsplit(href).path or said.get("type") not in _WITH_PAGE:
        return href
    return f"{href}{'&' if '?' in href else '?'}f=html"


def _term(key: str, language: str) -> str:
    known = _TERMS.get(key)
    return escape(known.in_language(language) if known else key)
