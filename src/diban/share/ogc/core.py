"""OGC API Common: landing page, conformance, collections (OGC 19-072, 20-024)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from diban.ground import CRS84, STORED, SUPPORTED, GeometryKind, Scope, Text
from diban.share.block import JSON, Block, link, read_route
from diban.share.http.answers import address
from diban.share.http.asking import Asking
from diban.share.http.document import document
from diban.share.http.html_page import STYLE
from diban.share.http.language import language_of
from diban.share.offered.desk import Answer, Asked, Desk
from diban.share.offered.directory import Directory, Offered
from diban.share.offered.holdings import Holdings
from diban.share.parameters.form import DOCUMENT_FORM, parse_form
from diban.share.parameters.given import given_parameters
from diban.share.services import Services
from diban.share.shapes.ogc import Collection, Collections, Conformance, Landing

CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
)
NAME = "core"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"


def core_block(
    blocks: Sequence[Block], asking: Asking, directory: Directory, desk: Desk, holdings: Holdings
) -> Block:
    """The block that holds the others together: it lists what they declare."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/ogc", tags=[NAME])
        pages = _Pages(services, tuple(blocks), asking, directory, desk, holdings)
        read_route(routes, "", pages.landing, DOCUMENT_FORM, answer=Landing)
        routes.add_api_route("/", pages.landing, methods=["GET"], include_in_schema=False)
        read_route(routes, "/api", pages.description, DOCUMENT_FORM, kind=OPENAPI)
        routes.add_api_route("/page.css", pages.style, methods=["GET"], include_in_schema=False)
        read_route(routes, "/conformance", pages.conformance, DOCUMENT_FORM, answer=Conformance)
        read_route(routes, "/collections", pages.collections, DOCUMENT_FORM, answer=Collections)
        one = "/collections/{collection}"
        read_route(routes, one, pages.collection, DOCUMENT_FORM, answer=Collection)
        return routes

    return Block(NAME, Text(zh="通用", en="Common"), router, CONFORMANCE)


class _Pages:
    def __init__(
        self,
        services: Services,
        blocks: tuple[Block, ...],
        asking: Asking,
        directory: Directory,
        desk: Desk,
        holdings: Holdings,
    ) -> None:
        self._services, self._blocks, self._asking = services, blocks, asking
        self._directory, self._desk, self._holdings = directory, desk, holdings

    def landing(self, request: Request) -> Response:
        """What this service is and where to go on."""
        _begin(request)
        root, language = address(request), language_of(request)
        links = [
            link("self", root, JSON),
            link("service-desc", f"{root}/api", OPENAPI),
            link("conformance", f"{root}/conformance", JSON),
            link("http://www.opengis.net/def/rel/ogc/1.0/conformance", f"{root}/conformance", JSON),
            link("data", f"{root}/collections", JSON),
            link("http://www.opengis.net/def/rel/ogc/1.0/data", f"{root}/collections", JSON),
        ]
        for block in self._blocks:
            links += [{**item, "href": root + item["href"]} for item in block.links]
        body = {"title": self._services.title.in_language(language), "links": links}
        return self._made(request, body)

    def description(self, request: Request) -> Response:
        """This document: every route with its parameters, in OpenAPI 3.0."""
        _begin(request)
        return self._made(request, request.app.openapi(), OPENAPI)

    def conformance(self, request: Request) -> Response:
        """The conformance classes of all blocks."""
        _begin(request)
        classes = [name for block in self._blocks for name in block.conformance]
        return self._made(request, {"conformsTo": [*CONFORMANCE, *classes]})

    def collections(self, request: Request) -> Response:
        """The layers that the asker may read."""
        _begin(request)
        scope = self._asking.scope(request)
        found = [item for item in self._directory.offered().values() if scope.allows(item.id)]
        root, language = address(request), language_of(request)
        body = {
            "title": Text(zh="图层", en="Collections").in_language(language),
            "links": [link("self", f"{root}/collections", JSON)],
            "numberMatched": len(found),
            "numberReturned": len(found),
            "collections": [self._document(item, scope, root, language) for item in found],
        }
        return self._made(request, body)

    def collection(self, request: Request, collection: str) -> Response:
        """One layer: what it holds, who provides it, under which licence, and its services."""

        def make(asked: Asked) -> Answer:
            _begin(request)
            found = self._document(asked.offered, asked.scope, asked.root, asked.language)
            return self._made(request, found), 0

        return self._desk.answer(request, NAME, collection, make)

    def style(self) -> Response:
        """How pages look."""
        return Response(STYLE, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})

    def _made(self, request: Request, body: dict[str, Any], kind: str = JSON) -> Response:
        return document(request, body, DOCUMENT_FORM, self._services.title, kind=kind)

    def _document(self, offered: Offered, scope: Scope, root: str, language: str) -> dict[str, Any]:
        layer, here = offered.layer, f"{root}/collections/{offered.layer.slug}"
        entry = f"{root.removesuffix('/ogc')}/api/resources/{offered.resource.slug}"
        links = [link("self", here, JSON), link("describedby", entry, JSON)]
        for block in self._blocks:
            links += block.of_collection(here, layer)
        extent = self._holdings.extent(layer, scope)
        box = {} if extent is None else {"spatial": {"bbox": [extent.as_list()], "crs": CRS84.uri}}
        placed = layer.schema.geometry is not GeometryKind.NONE
        return {
            "id": layer.slug,
            "title": layer.title.in_language(language),
            "description": offered.resource.entry.abstract.in_language(language),
            "itemType": "feature",
            "extent": box,
            "crs": [crs.uri for crs in SUPPORTED],
            **({"storageCrs": STORED.uri} if placed else {}),
            **offered.attribution(language),
            "links": links,
        }


def _begin(request: Request) -> None:
    request.state.block = NAME
    parse_form(given_parameters(request, DOCUMENT_FORM).get("f"), DOCUMENT_FORM)
