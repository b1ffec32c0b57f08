"""OGC API Features Part 1 and Part 2: pages of features and single ones (OGC 17-069r4, 18-058r1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from diban.base import Page, Query, Snapshot
from diban.ground import Crs, Invalid, Text, VersionId, now
from diban.share.asking import Asking
from diban.share.block import Block, Link, link
from diban.share.conditional import CACHING, tag_of, unchanged
from diban.share.core import address, attribution, json_answer
from diban.share.counting import Answer, counted, looked_up
from diban.share.directory import Directory, Offered
from diban.share.geojson import features_of
from diban.share.parameters.bbox import parse_bbox
from diban.share.parameters.crs import parse_output_crs
from diban.share.parameters.filters import parse_filters
from diban.share.parameters.limit import parse_limit
from diban.share.parameters.moment import parse_moment
from diban.share.parameters.properties import parse_properties
from diban.share.parameters.single import single_parameters
from diban.share.parameters.sortby import parse_sortby
from diban.share.problems import language_of
from diban.share.services import Services

NAME = "features"
GEOJSON = "application/geo+json"
CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
)
RESERVED = frozenset(
    (
        "f",
        "bbox",
        "bbox-crs",
        "crs",
        "limit",
        "datetime",
        "version",
        "known-at",
        "properties",
        "sortby",
        "after",
    )
)
SINGLE = frozenset(("f", "crs", "version", "known-at", "datetime"))


def features_block(asking: Asking, directory: Directory) -> Block:
    """Features of every collection, page by page over one immutable version."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/ogc/collections/{collection}", tags=[NAME])
        pages = _Pages(services, asking, directory)
        routes.add_api_route(
            "/items",
            pages.items,
            methods=["GET", "HEAD"],
            openapi_extra={"parameters": _documented(RESERVED)},
        )
        routes.add_api_route(
            "/items/{feature}",
            pages.item,
            methods=["GET", "HEAD"],
            openapi_extra={"parameters": _documented(SINGLE)},
        )
        return routes

    return Block(NAME, Text(zh="要素", en="Features"), router, CONFORMANCE, of_collection=_links)


def _links(here: str) -> list[Link]:
    return [link("items", f"{here}/items", GEOJSON)]


def _documented(names: frozenset[str]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}
        for name in sorted(names)
    ]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request for features, understood."""

    request: Request
    offered: Offered
    snapshot: Snapshot
    given: dict[str, str]
    crs: Crs

    @property
    def here(self) -> str:
        return f"{address(self.request)}/collections/{self.offered.layer.slug}"

    def headers(self, tag: str) -> dict[str, str]:
        return {"ETag": tag, "Cache-Control": CACHING, "Content-Crs": f"<{self.crs.uri}>"}

    def attribution(self) -> dict[str, Any]:
        version = self.snapshot.version
        known = attribution(self.offered, language_of(self.request))
        return {**known, "version": None if version is None else version.id}


class _Pages:
    def __init__(self, services: Services, asking: Asking, directory: Directory) -> None:
        self._services, self._asking, self._directory = services, asking, directory

    def items(self, request: Request, collection: str) -> Response:
        """Features of a layer: by box, by moment, by value, in any supported CRS, page by page."""
        asker, offered = self._find(request, collection)
        return counted(self._services, asker, offered, NAME, lambda: self._items(request, offered))

    def item(self, request: Request, collection: str, feature: str) -> Response:
        """One feature."""
        asker, offered = self._find(request, collection)
        return counted(self._services, asker, offered, NAME, lambda: self._item(request, offered, feature))

    def _find(self, request: Request, collection: str) -> Any:
        return looked_up(
            request,
            self._asking,
            lambda asker: self._directory.collection(collection, asker, self._asking.scope(request)),
            self._services,
            NAME,
        )

    def _asked(self, request: Request, offered: Offered, known: frozenset[str]) -> _Asked:
        fields = frozenset() if known is SINGLE else frozenset(offered.layer.schema.names())
        given = single_parameters(request, known | fields)
        if given.get("f", "json") not in ("json", "geojson"):
            raise Invalid(Text(zh="只提供 JSON", en="JSON only"), field="f", limit="json")
        moment = parse_moment(given.get("datetime"), given.get("version"), given.get("known-at"))
        snapshot = self._services.base.at(offered.id, moment, self._asking.scope(request))
        return _Asked(request, offered, snapshot, given, parse_output_crs(given.get("crs")))

    def _items(self, request: Request, offered: Offered) -> Answer:
        asked = self._asked(request, offered, RESERVED)
        given, schema = asked.given, asked.snapshot.schema
        query = Query(
            bbox=parse_bbox(given.get("bbox"), given.get("bbox-crs")),
            where=parse_filters(given, schema, RESERVED),
            fields=parse_properties(given.get("properties"), schema),
            order=parse_sortby(given.get("sortby"), schema),
            limit=parse_limit(given.get("limit")),
            after=given.get("after"),
        )
        tag = tag_of(
            _version(asked.snapshot), asked.snapshot.scope, sorted(given.items()), language_of(request)
        )
        if (held := unchanged(request, tag)) is not None:
            return held, 0
        page = asked.snapshot.page(query)
        body = self._collection(asked, query, page)
        return json_answer(body, GEOJSON, asked.headers(tag)), page.batch.num_rows

    def _collection(self, asked: _Asked, query: Query, page: Page) -> dict[str, Any]:
        return {
            "type": "FeatureCollection",
            "numberMatched": asked.snapshot.count(query),
            "numberReturned": page.batch.num_rows,
            "timeStamp": now().isoformat(timespec="seconds").replace("+00:00", "Z"),
            **asked.attribution(),
            "links": _page_links(asked, page.after),
            "features": features_of(page.batch, asked.crs),
        }

    def _item(self, request: Request, offered: Offered, feature: str) -> Answer:
        asked = self._asked(request, offered, SINGLE)
        tag = tag_of(
            _version(asked.snapshot), asked.snapshot.scope, feature, asked.crs.code, language_of(request)
        )
        batch = asked.snapshot.feature(_number(feature))
        if (held := unchanged(request, tag)) is not None:
            return held, 0
        body = features_of(batch, asked.crs)[0]
        body |= asked.attribution()
        body["links"] = [
            link("self", f"{asked.here}/items/{feature}", GEOJSON),
            link("collection", asked.here, "application/json"),
        ]
        return json_answer(body, GEOJSON, asked.headers(tag)), 1


def _number(feature: str) -> int:
    if not feature.isascii() or not feature.isdigit() or len(feature) > 16:
        raise Invalid(
            Text(zh="要素号是正整数", en="a feature number is a positive integer"), field="featureId"
        )
    return int(feature)


def _version(snapshot: Snapshot) -> VersionId | None:
    return None if snapshot.version is None else snapshot.version.id


def _page_links(asked: _Asked, after: str | None) -> list[Link]:
    """Links of a page; the next one names the version, so that pages never mix two."""
    here = f"{asked.here}/items"
    given = asked.given
    links = [
        link("self", f"{here}?{urlencode(given)}" if given else here, GEOJSON),
        link("collection", asked.here, "application/json"),
    ]
    version = _version(asked.snapshot)
    if after is not None and version is not None:
        further = {name: value for name, value in given.items() if name != "known-at"}
        further |= {"after": after, "version": version}
        links.append(link("next", f"{here}?{urlencode(further)}", GEOJSON))
    return links
