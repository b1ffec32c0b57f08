"""OGC API Common: landing page, conformance, collections (OGC 19-072, 20-024)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from diban.ground import CRS84, SUPPORTED, Text
from diban.share.asking import Asking
from diban.share.block import Block, link
from diban.share.counting import looked_up
from diban.share.directory import Directory, Offered
from diban.share.parameters.single import single_parameters
from diban.share.problems import language_of
from diban.share.services import Services

CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
)
NAME = "core"


def core_block(blocks: Sequence[Block], asking: Asking, directory: Directory) -> Block:
    """The block that holds the others together: it lists what they declare."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/ogc", tags=[NAME])
        pages = _Pages(services, tuple(blocks), asking, directory)
        routes.add_api_route("", pages.landing, methods=["GET", "HEAD"], name="landing page")
        routes.add_api_route("/conformance", pages.conformance, methods=["GET", "HEAD"])
        routes.add_api_route("/collections", pages.collections, methods=["GET", "HEAD"])
        routes.add_api_route("/collections/{collection}", pages.collection, methods=["GET", "HEAD"])
        return routes

    return Block(NAME, Text(zh="通用", en="Common"), router, CONFORMANCE)


class _Pages:
    def __init__(
        self, services: Services, blocks: tuple[Block, ...], asking: Asking, directory: Directory
    ) -> None:
        self._services, self._blocks, self._asking, self._directory = services, blocks, asking, directory

    def landing(self, request: Request) -> Response:
        """What this service is and where to go on."""
        single_parameters(request, ("f",))
        request.state.block = NAME
        root = address(request)
        links = [
            link("self", root, "application/json"),
            link("service-desc", f"{root}/api", "application/vnd.oai.openapi+json;version=3.0"),
            link("conformance", f"{root}/conformance", "application/json"),
            link("data", f"{root}/collections", "application/json"),
        ]
        for block in self._blocks:
            links += [{**item, "href": root + item["href"]} for item in block.links]
        language = language_of(request)
        return json_answer({"title": self._services.title.in_language(language), "links": links})

    def conformance(self, request: Request) -> Response:
        """The conformance classes of all blocks."""
        single_parameters(request, ("f",))
        request.state.block = NAME
        classes = [name for block in self._blocks for name in block.conformance]
        return json_answer({"conformsTo": [*CONFORMANCE, *classes]})

    def collections(self, request: Request) -> Response:
        """The layers that the asker may read."""
        single_parameters(request, ("f", "limit"))
        request.state.block = NAME
        scope = self._asking.scope(request)
        found = [item for item in self._directory.offered().values() if scope.allows(item.id)]
        root = address(request)
        return json_answer(
            {
                "links": [link("self", f"{root}/collections", "application/json")],
                "numberMatched": len(found),
                "numberReturned": len(found),
                "collections": [self._document(request, item) for item in found],
            }
        )

    def collection(self, request: Request, collection: str) -> Response:
        """One layer: what it holds, who provides it, under which licence, and its services."""
        single_parameters(request, ("f",))

        def find(asker: Any) -> Offered:
            return self._directory.collection(collection, asker, self._asking.scope(request))

        _, offered = looked_up(request, self._asking, find, self._services, NAME)
        return json_answer(self._document(request, offered))

    def _document(self, request: Request, offered: Offered) -> dict[str, Any]:
        language, here = language_of(request), f"{address(request)}/collections/{offered.layer.slug}"
        entry, layer = offered.resource.entry, offered.layer
        links = [link("self", here, "application/json")]
        for block in self._blocks:
            links += block.of_collection(here)
        extent = [] if layer.extent is None else [layer.extent.as_list()]
        return {
            "id": layer.slug,
            "title": layer.title.in_language(language),
            "description": entry.abstract.in_language(language),
            "itemType": "feature",
            "extent": {"spatial": {"bbox": extent, "crs": CRS84.uri}} if extent else {},
            "crs": [crs.uri for crs in SUPPORTED],
            "storageCrs": CRS84.uri,
            **attribution(offered, language),
            "links": links,
        }


def attribution(offered: Offered, language: str) -> dict[str, Any]:
    """Source, licence and version, which every answer carries (注明来源)."""
    entry = offered.resource.entry
    return {
        "source": entry.source.in_language(language),
        "licence": entry.licence.in_language(language),
        "version": offered.layer.version,
    }


def address(request: Request) -> str:
    """The address of the service's landing page, as the asker reached it."""
    return f"{request.url.scheme}://{request.url.netloc}/ogc"


def json_answer(body: Any, kind: str = "application/json", headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(body), media_type=kind, headers=headers)
