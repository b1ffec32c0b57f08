"""Styles of collections, after OGC API Styles (draft, OGC 20-009): MapLibre documents, and legends."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from diban.catalogue import KeptStyle, ResourceLayer, Style, default_style, legend_of
from diban.ground import GeometryKind, Missing, Text
from diban.share.block import JSON, Block, Link, Maturity, link, read_route
from diban.share.http.conditional import CACHING, tag_of_bytes, unchanged
from diban.share.http.document import document
from diban.share.offered.desk import Answer, Asked, Desk
from diban.share.offered.seen_style import seen_style
from diban.share.ogc.legend_svg import SVG, legend_svg
from diban.share.ogc.maplibre import MAPLIBRE, maplibre_layers
from diban.share.ogc.tile_grid import GRID
from diban.share.parameters.form import DOCUMENT_FORM, JSON_FORM, form_of, parse_form
from diban.share.parameters.given import given_parameters
from diban.share.services import Services
from diban.share.shapes.drawing import Legend, MapLibreStyle, StyleList
from diban.store import reading

NAME = "styles"
CURRENT = "current"
LEGEND_FORM = form_of("json", "html", "svg")
_REL = "http://www.opengis.net/def/rel/ogc/1.0"


def styles_block(desk: Desk) -> Block:
    """How each collection that has geometry is drawn, in every version, and what its colours mean."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/ogc/collections/{collection}", tags=[NAME])
        pages = _Pages(services, desk)
        read_route(routes, "/styles", pages.index, DOCUMENT_FORM, answer=StyleList)
        style = "/styles/{style}"
        read_route(routes, style, pages.show, JSON_FORM, kind=MAPLIBRE, answer=MapLibreStyle, tagged=True)
        read_route(routes, "/legend", pages.legend, LEGEND_FORM, answer=Legend, kinds=[SVG])
        return routes

    title = Text(zh="样式", en="Styles")
    return Block(NAME, title, router, of_collection=_links, maturity=Maturity.TRIAL)


def _links(here: str, layer: ResourceLayer) -> list[Link]:
    if layer.schema.geometry is GeometryKind.NONE:
        return []
    return [link(f"{_REL}/styles", f"{here}/styles", JSON), link(f"{_REL}/legend", f"{here}/legend", JSON)]


class _Pages:
    def __init__(self, services: Services, desk: Desk) -> None:
        self._services, self._desk = services, desk

    def index(self, request: Request, collection: str) -> Response:
        """The styles of a layer: the present one, and every version that was kept."""

        def make(asked: Asked) -> Answer:
            self._begin(asked)
            return self._made(request, self._list(asked)), 0

        return self._desk.answer(request, NAME, collection, make)

    def show(self, request: Request, collection: str, style: str) -> Response:
        """A style as a MapLibre style document over the layer's tiles."""

        def make(asked: Asked) -> Answer:
            parse_form(given_parameters(request, JSON_FORM).get("f"), JSON_FORM)
            _require_geometry(asked)
            body = self._document(asked, self._style(asked, style))
            return document(request, body, JSON_FORM, self._services.title, kind=MAPLIBRE), 0

        return self._desk.answer(request, NAME, collection, make)

    def legend(self, request: Request, collection: str) -> Response:
        """What the colours of the present style mean."""

        def make(asked: Asked) -> Answer:
            form = parse_form(given_parameters(request, LEGEND_FORM).get("f"), LEGEND_FORM)
            _require_geometry(asked)
            if form == "svg":
                return self._picture(asked), 0
            return document(request, self._legend(asked), LEGEND_FORM, self._services.title), 0

        return self._desk.answer(request, NAME, collection, make)

    def _begin(self, asked: Asked) -> None:
        parse_form(given_parameters(asked.request, DOCUMENT_FORM).get("f"), DOCUMENT_FORM)
        _require_geometry(asked)

    def _made(self, request: Request, body: dict[str, Any]) -> Response:
        return document(request, body, DOCUMENT_FORM, self._services.title)

    def _list(self, asked: Asked) -> dict[str, Any]:
        with reading(self._services.database) as connection:
            kept = self._services.styles.versions(connection, asked.offered.id)
        present = Text(zh="现行样式", en="Present style").in_language(asked.language)
        named = [(CURRENT, present), *((str(one.number), _title(one, asked.language)) for one in kept)]
        root = f"{asked.here}/styles"
        return {
            "default": CURRENT,
            "styles": [
                {
                    "id": name,
                    "title": title,
                    "links": [link("stylesheet", f"{root}/{name}", MAPLIBRE, "MapLibre")],
                }
                for name, title in named
            ],
            "links": [
                link("self", root, JSON),
                link(f"{_REL}/legend", f"{asked.here}/legend", JSON),
            ],
        }

    def _document(self, asked: Asked, style: Style) -> dict[str, Any]:
        layer = asked.offered.layer
        tiles = f"{asked.here}/tiles/{GRID}?f=tilejson"
        return {
            "version": 8,
            "name": layer.title.in_language(asked.language),
            "metadata": {"diban:legend": f"{asked.here}/legend", **asked.offered.attribution(asked.language)},
            "sources": {layer.slug: {"type": "vector", "url": tiles}},
            "layers": maplibre_layers(style, layer.schema.geometry, layer.slug),
        }

    def _picture(self, asked: Asked) -> Response:
        """The legend as SVG."""
        layer, style = asked.offered.layer, self._style(asked, CURRENT)
        legend, title = legend_of(style, layer.schema), layer.title.in_language(asked.language)
        body = legend_svg(legend, style, layer.schema.geometry, title, asked.language).encode()
        tag = tag_of_bytes(body)
        headers = {"ETag": tag, "Cache-Control": CACHING, "Vary": "Accept, Accept-Language"}
        held = unchanged(asked.request, tag)
        return held if held is not None else Response(body, media_type=SVG, headers=headers)

    def _legend(self, asked: Asked) -> dict[str, Any]:
        offered, language = asked.offered, asked.language
        legend = legend_of(self._style(asked, CURRENT), offered.layer.schema)
        heading = legend.full_heading
        landed = offered.layer.landed_at
        return {
            "title": offered.layer.title.in_language(language),
            "heading": None if heading is None else heading.in_language(language),
            "unit": legend.unit,
            "entries": [
                {"colour": one.colour, "title": one.title.in_language(language)} for one in legend.entries
            ],
            "date": None if landed is None else landed.date().isoformat(),
            **offered.attribution(language),
            "links": [
                link("self", f"{asked.here}/legend", JSON),
                link("preview", f"{asked.here}/legend?f=svg", SVG),
                link(f"{_REL}/styles", f"{asked.here}/styles", JSON),
            ],
        }

    def _style(self, asked: Asked, name: str) -> Style:
        """The style of that name as the asker may see it; `Missing` when there is none."""
        schema, layer = asked.offered.layer.schema, asked.offered.id
        number = int(name) if name.isascii() and name.isdecimal() and len(name) < 10 else 0
        if name != CURRENT and number < 1:
            raise Missing(Text(zh="没有这个样式", en="there is no such style"), field="style", limit=CURRENT)
        with reading(self._services.database) as connection:
            kept = (
                self._services.styles.current(connection, layer)
                if name == CURRENT
                else self._services.styles.get(connection, layer, number)
            )
        made = default_style(schema) if kept is None else kept.style
        return seen_style(made, schema, asked.scope.on(layer))


def _title(kept: KeptStyle, language: str) -> str:
    day = kept.at.date().isoformat()
    return Text(zh=f"第 {kept.number} 版，{day}", en=f"Version {kept.number}, {day}").in_language(language)


def _require_geometry(asked: Asked) -> None:
    if asked.offered.layer.schema.geometry is GeometryKind.NONE:
        raise Missing(
            Text(zh="该图层没有几何，没有样式", en="the layer has no geometry, so no style"),
            field="collection",
            remedy=Text(zh="用 items 读取", en="read its items"),
        )
