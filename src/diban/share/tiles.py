"""OGC API Tiles: Mapbox vector tiles on the WebMercatorQuad grid, with TileJSON (OGC 20-057, 17-083r4)."""

from __future__ import annotations

import math
from typing import Any

from fastapi import APIRouter, Request, Response

from diban.base import TileAddress
from diban.ground import NOW, Invalid, Text
from diban.share.asking import Asking
from diban.share.block import Block, Link, link
from diban.share.conditional import CACHING, tag_of, unchanged
from diban.share.core import address, attribution, json_answer
from diban.share.counting import Answer, counted, looked_up
from diban.share.directory import Directory, Offered
from diban.share.parameters.moment import parse_moment
from diban.share.parameters.single import single_parameters
from diban.share.problems import language_of
from diban.share.services import Services

NAME = "tiles"
MVT = "application/vnd.mapbox-vector-tile"
GRID = "WebMercatorQuad"
MAX_ZOOM = 22
CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
)
# OGC 17-083r4, annex D.1: scale of level 0 at 0.28 mm per pixel, half the earth's equator in metres.
_SCALE, _HALF = 559_082_264.028717, math.pi * 6_378_137.0


def tiles_block(asking: Asking, directory: Directory) -> Block:
    """Vector tiles of every collection that has geometry."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/ogc", tags=[NAME])
        pages = _Pages(services, asking, directory)
        read = ["GET", "HEAD"]
        base = "/collections/{collection}/tiles"
        routes.add_api_route("/tileMatrixSets", pages.grids, methods=read)
        routes.add_api_route("/tileMatrixSets/{grid}", pages.grid, methods=read)
        routes.add_api_route(base, pages.tilesets, methods=read)
        routes.add_api_route(base + "/{grid}", pages.tileset, methods=read)
        routes.add_api_route(base + "/{grid}/{matrix}/{row}/{column}", pages.tile, methods=read)
        return routes

    grids = link(
        "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes", "/tileMatrixSets", "application/json"
    )
    return Block(NAME, Text(zh="瓦片", en="Tiles"), router, CONFORMANCE, (grids,), _links)


def _links(here: str) -> list[Link]:
    return [
        link("http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector", f"{here}/tiles", "application/json")
    ]


class _Pages:
    def __init__(self, services: Services, asking: Asking, directory: Directory) -> None:
        self._services, self._asking, self._directory = services, asking, directory

    def grids(self, request: Request) -> Response:
        """The tile grids that are answered."""
        single_parameters(request, ("f",))
        here = f"{address(request)}/tileMatrixSets/{GRID}"
        return json_answer(
            {"tileMatrixSets": [{"id": GRID, "links": [link("self", here, "application/json")]}]}
        )

    def grid(self, request: Request, grid: str) -> Response:
        """The definition of a tile grid."""
        single_parameters(request, ("f",))
        _require_grid(grid)
        return json_answer(_definition())

    def tilesets(self, request: Request, collection: str) -> Response:
        """The tilesets of a layer."""
        single_parameters(request, ("f",))
        _, offered = self._find(request, collection)
        return json_answer({"tilesets": [_tileset(request, offered)]})

    def tileset(self, request: Request, collection: str, grid: str) -> Response:
        """A tileset's document; TileJSON with ``f=tilejson``."""
        given = single_parameters(request, ("f",))
        _require_grid(grid)
        _, offered = self._find(request, collection)
        if given.get("f") == "tilejson":
            return json_answer(self._tilejson(request, offered))
        return json_answer(_tileset(request, offered))

    def tile(
        self, request: Request, collection: str, grid: str, matrix: str, row: str, column: str
    ) -> Response:
        """One tile; 204 when there is nothing in it."""
        _require_grid(grid)
        square = TileAddress(
            *(_number(part, name) for part, name in ((matrix, "matrix"), (row, "row"), (column, "column")))
        )
        asker, offered = self._find(request, collection)
        return counted(self._services, asker, offered, NAME, lambda: self._tile(request, offered, square))

    def _tile(self, request: Request, offered: Offered, square: TileAddress) -> Answer:
        given = single_parameters(request, ("f", "version", "known-at"))
        moment = parse_moment(None, given.get("version"), given.get("known-at"))
        snapshot = self._services.base.at(offered.id, moment, self._asking.scope(request))
        version = None if snapshot.version is None else snapshot.version.id
        tag = tag_of(version, snapshot.scope, square)
        if (held := unchanged(request, tag)) is not None:
            return held, 0
        headers = {"ETag": tag, "Cache-Control": CACHING}
        tile = snapshot.tile(offered.layer.slug, square)
        if tile.left_out:
            headers["Diban-Features-Left-Out"] = str(tile.left_out)
        if not tile.data:
            return Response(status_code=204, headers=headers), 0
        return Response(tile.data, media_type=MVT, headers=headers), tile.features

    def _find(self, request: Request, collection: str) -> Any:
        return looked_up(
            request,
            self._asking,
            lambda asker: self._directory.collection(collection, asker, self._asking.scope(request)),
            self._services,
            NAME,
        )

    def _tilejson(self, request: Request, offered: Offered) -> dict[str, Any]:
        """TileJSON 3.0 of the layer, with the fields that the asker may see."""
        snapshot = self._services.base.at(offered.id, NOW, self._asking.scope(request))
        language, extent = language_of(request), offered.layer.extent
        words = attribution(offered, language)
        fields = {field.name: field.title.in_language(language) for field in snapshot.schema.fields}
        return {
            "tilejson": "3.0.0",
            "name": offered.layer.title.in_language(language),
            "tiles": [_template(request, offered)],
            "vector_layers": [
                {"id": offered.layer.slug, "fields": fields, "minzoom": 0, "maxzoom": MAX_ZOOM}
            ],
            "attribution": f"{words['source']} · {words['licence']}",
            "version": "1.0.0",
            "data_version": words["version"],
            "minzoom": 0,
            "maxzoom": MAX_ZOOM,
            **({"bounds": extent.as_list()} if extent else {}),
        }


def _template(request: Request, offered: Offered) -> str:
    return f"{address(request)}/collections/{offered.layer.slug}/tiles/{GRID}/{{z}}/{{y}}/{{x}}?f=mvt"


def _tileset(request: Request, offered: Offered) -> dict[str, Any]:
    root, language = address(request), language_of(request)
    here = f"{root}/collections/{offered.layer.slug}/tiles/{GRID}"
    template = {
        "rel": "item",
        "href": here + "/{tileMatrix}/{tileRow}/{tileCol}?f=mvt",
        "type": MVT,
        "templated": True,
    }
    return {
        "title": offered.layer.title.in_language(language),
        "dataType": "vector",
        "crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
        "tileMatrixSetURI": f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{GRID}",
        **attribution(offered, language),
        "links": [
            link("self", here, "application/json"),
            link(
                "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme",
                f"{root}/tileMatrixSets/{GRID}",
                "application/json",
            ),
            link("describedby", f"{here}?f=tilejson", "application/json", "TileJSON"),
            template,
        ],
    }


def _definition() -> dict[str, Any]:
    """WebMercatorQuad as OGC 17-083r4 writes it."""
    levels = [
        {
            "id": str(zoom),
            "scaleDenominator": _SCALE / 2**zoom,
            "cellSize": 2 * _HALF / 256 / 2**zoom,
            "cornerOfOrigin": "topLeft",
            "pointOfOrigin": [-_HALF, _HALF],
            "tileWidth": 256,
            "tileHeight": 256,
            "matrixWidth": 2**zoom,
            "matrixHeight": 2**zoom,
        }
        for zoom in range(MAX_ZOOM + 1)
    ]
    return {
        "id": GRID,
        "title": "Google Maps Compatible for the World",
        "uri": f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{GRID}",
        "crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": levels,
    }


def _require_grid(grid: str) -> None:
    if grid != GRID:
        raise Invalid(
            Text(zh="没有这种瓦片网格", en="no such tile grid"), field="tileMatrixSetId", limit=GRID
        )


def _number(text: str, field: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid(
            Text(zh="瓦片编号是非负整数", en="tile numbers are whole numbers"), field=field, limit=MAX_ZOOM
        )
    return int(text)
