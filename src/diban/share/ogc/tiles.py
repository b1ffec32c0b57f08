"""OGC API Tiles: Mapbox vector tiles on the WebMercatorQuad grid, with TileJSON (OGC 20-057, 17-083r4)."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from fastapi import APIRouter, Request, Response

from diban.base import SUMMARY, TILE_BYTES, TILE_FEATURES, Snapshot, TileAddress
from diban.catalogue import ResourceLayer
from diban.ground import NOW, GeometryKind, Missing, Moment, Text
from diban.share.block import JSON, Block, Link, link, read_route
from diban.share.http.answers import address
from diban.share.http.document import document, form_wanted
from diban.share.http.packing import MVT
from diban.share.offered.desk import Answer, Asked, Desk
from diban.share.offered.holdings import Holdings
from diban.share.ogc.tile_grid import (
    GRID,
    GRID_URI,
    MAX_ZOOM,
    MERCATOR_URI,
    definition,
    require_grid,
    tile_address,
)
from diban.share.ogc.tile_reads import TileReads
from diban.share.parameters.form import DOCUMENT_FORM, form_of, parse_form
from diban.share.parameters.given import given_parameters
from diban.share.parameters.version import KNOWN_AT, VERSION, parse_moment
from diban.share.services import Services
from diban.share.shapes.tiles import Grid, Grids, TilesetForms, Tilesets

NAME = "tiles"
CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
    "http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
)
_TILE = re.compile("/ogc/collections/([^/]+)/tiles/([^/]+)/([^/]+)/([^/]+)/([^/]+)")
OF_TILE = form_of("mvt")
OF_SET = form_of("json", "tilejson", "html")
_REL = "http://www.opengis.net/def/rel/ogc/1.0"
BUDGET = {
    "bytes": TILE_BYTES,
    "features": TILE_FEATURES,
    "kept": "largest",
    "merged": False,
    "summary_layer": SUMMARY,
}
"""What TileJSON says of every tile: how large it may be, and where it says what it leaves out."""


def tiles_block(services: Services, desk: Desk, holdings: Holdings) -> Block:
    """Vector tiles of every collection that has geometry."""
    pages = _Pages(services, desk, holdings)

    def router(_services: Services) -> APIRouter:
        routes = APIRouter(prefix="/ogc", tags=[NAME])
        base = "/collections/{collection}/tiles"
        read_route(routes, "/tileMatrixSets", pages.grids, DOCUMENT_FORM, answer=Grids)
        read_route(routes, "/tileMatrixSets/{grid}", pages.grid, DOCUMENT_FORM, answer=Grid)
        read_route(routes, base, pages.tilesets, DOCUMENT_FORM, answer=Tilesets)
        read_route(routes, base + "/{grid}", pages.tileset, OF_SET, answer=TilesetForms)
        tile = base + "/{grid}/{matrix}/{row}/{column}"
        read_route(routes, tile, pages.tile, OF_TILE, VERSION, KNOWN_AT, kind=MVT, tagged=True, empty=True)
        return routes

    grids = link(f"{_REL}/tiling-schemes", "/tileMatrixSets", JSON)
    words = Text(zh="瓦片", en="Tiles")
    return Block(NAME, words, router, CONFORMANCE, (grids,), _links, remembered=pages.remembered)


def _links(here: str, layer: ResourceLayer) -> list[Link]:
    if layer.schema.geometry is GeometryKind.NONE:
        return []
    return [link(f"{_REL}/tilesets-vector", f"{here}/tiles", JSON)]


class _Pages:
    def __init__(self, services: Services, desk: Desk, holdings: Holdings) -> None:
        self._base, self._desk, self._holdings = services.base, desk, holdings
        self._tiles, self._title = TileReads(services), services.title

    def grids(self, request: Request) -> Response:
        """The tile grids that are answered."""
        _begin(request)
        here = f"{address(request)}/tileMatrixSets/{GRID}"
        links = [link("self", here, JSON), link(f"{_REL}/tiling-scheme", here, JSON)]
        body = {"links": [links[0]], "tileMatrixSets": [{"id": GRID, "uri": GRID_URI, "links": links}]}
        return document(request, body, DOCUMENT_FORM, self._title)

    def grid(self, request: Request, grid: str) -> Response:
        """The definition of a tile grid."""
        _begin(request)
        require_grid(grid)
        return document(request, definition(), DOCUMENT_FORM, self._title)

    def tilesets(self, request: Request, collection: str) -> Response:
        """The tilesets of a layer."""

        def make(asked: Asked) -> Answer:
            _begin(request)
            _require_geometry(asked)
            links = [link("self", f"{asked.here}/tiles", JSON)]
            body = {"links": links, "tilesets": [_tileset(asked)]}
            return document(request, body, DOCUMENT_FORM, self._title, name=_name(asked)), 0

        return self._desk.answer(request, NAME, collection, make)

    def tileset(self, request: Request, collection: str, grid: str) -> Response:
        """A tileset's document; TileJSON with ``f=tilejson``."""

        def make(asked: Asked) -> Answer:
            given_parameters(request, OF_SET)
            wanted = form_wanted(request, OF_SET)
            require_grid(grid)
            _require_geometry(asked)
            body = self._tilejson(asked) if wanted == "tilejson" else _tileset(asked)
            return document(request, body, OF_SET, self._title), 0

        return self._desk.answer(request, NAME, collection, make)

    def tile(
        self, request: Request, collection: str, grid: str, matrix: str, row: str, column: str
    ) -> Response:
        """One tile; 204 when there is nothing in it."""

        def make(asked: Asked) -> Answer:
            return self._tiles.read(asked, *_understood(asked, grid, matrix, row, column))

        return self._desk.answer(request, NAME, collection, make)

    def remembered(self, request: Request) -> Response | None:
        """What `tile` would answer, where nothing has to be read."""
        named = _TILE.fullmatch(request.scope["path"])
        if named is None:
            return None
        collection, *place = named.groups()

        def make(asked: Asked) -> Answer | None:
            square, moment = _understood(asked, *place)
            return self._tiles.remembered(asked, square) if moment == NOW else None

        return self._desk.remembered(request, NAME, collection, make)

    def _tilejson(self, asked: Asked) -> dict[str, Any]:
        """TileJSON 3.0 of the layer, with the fields that the asker may see."""
        offered, language = asked.offered, asked.language
        snapshot = self._base.at(offered.id, NOW, asked.scope)
        extent = self._holdings.extent(offered.layer, asked.scope)
        words = offered.attribution(language)
        fields = {field.name: field.title.in_language(language) for field in snapshot.schema.fields}
        low, high = snapshot.scope.min_zoom, min(MAX_ZOOM, snapshot.scope.max_zoom)
        return {
            "tilejson": "3.0.0",
            "name": offered.layer.title.in_language(language),
            "tiles": [f"{asked.here}/tiles/{GRID}/{{z}}/{{y}}/{{x}}?f=mvt"],
            "vector_layers": [{"id": offered.layer.slug, "fields": fields, "minzoom": low, "maxzoom": high}],
            # Viewers put the attribution into their page as HTML.
            "attribution": escape(f"{words['source']} · {words['licence']}"),
            "version": "1.0.0",
            "data_version": words["version"],
            "minzoom": low,
            "maxzoom": high,
            "diban:budget": BUDGET,
            "diban:zooms": _zooms(snapshot, self._holdings.rows(offered.layer, asked.scope), low, high),
            **({} if extent is None else {"bounds": extent.as_list()}),
        }


def _zooms(snapshot: Snapshot, rows: int, low: int, high: int) -> list[dict[str, Any]]:
    """What each zoom shows of the features that the asker may see.

    ``thinned`` with the number where the overview knows it; elsewhere each tile says whether it is
    complete, which nearly all are.
    """
    left_out = snapshot.left_out()
    return [
        {"zoom": zoom, "features": rows, "state": "thinned", "left_out": left_out[zoom]}
        if left_out.get(zoom)
        else {"zoom": zoom, "features": rows, "state": "as each tile says"}
        for zoom in range(low, high + 1)
    ]


def _begin(request: Request) -> None:
    request.state.block = NAME
    parse_form(given_parameters(request, DOCUMENT_FORM).get("f"), DOCUMENT_FORM)


def _understood(asked: Asked, grid: str, matrix: str, row: str, column: str) -> tuple[TileAddress, Moment]:
    """Which tile is asked for, as of when."""
    require_grid(grid)
    _require_geometry(asked)
    square = tile_address(matrix, row, column)
    given = given_parameters(asked.request, OF_TILE, VERSION, KNOWN_AT)
    parse_form(given.get("f"), OF_TILE)
    return square, parse_moment(given)


def _name(asked: Asked) -> str:
    return asked.offered.layer.title.in_language(asked.language)


def _require_geometry(asked: Asked) -> None:
    if asked.offered.layer.schema.geometry is GeometryKind.NONE:
        raise Missing(
            Text(zh="该图层没有几何，不提供瓦片", en="the layer has no geometry, so no tiles"),
            field="collection",
            remedy=Text(zh="用 items 读取", en="read its items"),
        )


def _tileset(asked: Asked) -> dict[str, Any]:
    here = f"{asked.here}/tiles/{GRID}"
    template = {
        "rel": "item",
        "href": here + "/{tileMatrix}/{tileRow}/{tileCol}?f=mvt",
        "type": MVT,
        "templated": True,
    }
    return {
        "title": asked.offered.layer.title.in_language(asked.language),
        "dataType": "vector",
        "crs": MERCATOR_URI,
        "tileMatrixSetURI": GRID_URI,
        **asked.offered.attribution(asked.language),
        "links": [
            link("self", here, JSON),
            link(f"{_REL}/tiling-scheme", f"{asked.root}/tileMatrixSets/{GRID}", JSON),
            link("describedby", f"{here}?f=tilejson", JSON, "TileJSON"),
            template,
        ],
    }
