"""OGC API Features Part 1 and Part 2: pages of features and single ones (OGC 17-069r4, 18-058r1)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from diban.base import Query, Snapshot
from diban.catalogue import ResourceLayer
from diban.ground import Text, now
from diban.share.block import JSON, Block, Link, link, read_route
from diban.share.http.conditional import unchanged
from diban.share.http.document import document, form_wanted
from diban.share.http.geojson import features_of
from diban.share.offered.counts import Counts
from diban.share.offered.desk import Answer, Asked, Desk
from diban.share.offered.feature_number import feature_number
from diban.share.ogc.feature_read import FeatureRead, query_of, read_features
from diban.share.parameters.after import AFTER
from diban.share.parameters.bbox import BBOX, BBOX_CRS
from diban.share.parameters.crs import CRS
from diban.share.parameters.filters import FIELDS
from diban.share.parameters.form import form_of
from diban.share.parameters.given import with_query
from diban.share.parameters.limit import LIMIT
from diban.share.parameters.properties import PROPERTIES
from diban.share.parameters.sortby import SORTBY
from diban.share.parameters.valid_time import DATETIME
from diban.share.parameters.version import KNOWN_AT, VERSION
from diban.share.services import Services
from diban.share.shapes.features import FeaturePage, OneFeature

NAME = "features"
GEOJSON = "application/geo+json"
CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
)
FORMAT = form_of("json", "geojson", "html")
SINGLE = (FORMAT, CRS, VERSION, KNOWN_AT)
ITEMS = (*SINGLE, BBOX, BBOX_CRS, DATETIME, LIMIT, PROPERTIES, SORTBY, AFTER)
RESERVED = frozenset(parameter.name for parameter in ITEMS)


def features_block(desk: Desk, counts: Counts) -> Block:
    """Features of every collection, page by page over one immutable version."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/ogc/collections/{collection}", tags=[NAME])
        pages = _Pages(services, desk, counts)
        read_route(routes, "/items", pages.items, *ITEMS, kind=GEOJSON, answer=FeaturePage, further=(FIELDS,))
        read_route(routes, "/items/{feature}", pages.item, *SINGLE, kind=GEOJSON, answer=OneFeature)
        return routes

    return Block(NAME, Text(zh="要素", en="Features"), router, CONFORMANCE, of_collection=_links)


def _links(here: str, _layer: ResourceLayer) -> list[Link]:
    return [link("items", f"{here}/items", GEOJSON)]


class _Pages:
    def __init__(self, services: Services, desk: Desk, counts: Counts) -> None:
        self._base, self._desk, self._counts = services.base, desk, counts
        self._seconds, self._title = services.read_seconds, services.title

    def items(self, request: Request, collection: str) -> Response:
        """Features of a layer: by box, by moment, by value, in any supported CRS, page by page."""
        return self._desk.answer(request, NAME, collection, self._items)

    def item(self, request: Request, collection: str, feature: str) -> Response:
        """One feature."""
        return self._desk.answer(request, NAME, collection, lambda asked: self._item(asked, feature))

    def _items(self, asked: Asked) -> Answer:
        read = read_features(self._base, asked, ITEMS, self._seconds)
        form = form_wanted(asked.request, FORMAT)
        query = query_of(read, RESERVED)
        tag = read.tag(form, sorted(read.given.items()))
        if (held := unchanged(asked.request, tag)) is not None:
            return held, 0
        with read.snapshot.together():
            page = read.snapshot.page(query)
            matched = self._matched(read.snapshot, query, page.matched)
        body = {
            "type": "FeatureCollection",
            "numberMatched": matched,
            "numberReturned": page.batch.num_rows,
            "timeStamp": now().isoformat(timespec="seconds").replace("+00:00", "Z"),
            **read.attribution(),
            "links": _page_links(read, page.after),
            "features": features_of(page.batch, read.crs),
        }
        return self._made(read, body, tag), page.batch.num_rows

    def _matched(self, snapshot: Snapshot, query: Query, shown: int | None) -> int:
        """How many features match; counted apart where reading the page has not shown it."""
        return self._counts.matched(snapshot, query) if shown is None else shown

    def _item(self, asked: Asked, feature: str) -> Answer:
        read = read_features(self._base, asked, SINGLE, self._seconds, filtered=False)
        form = form_wanted(asked.request, FORMAT)
        batch = read.snapshot.feature(feature_number(feature))
        tag = read.tag(form, feature, read.crs.code)
        if (held := unchanged(asked.request, tag)) is not None:
            return held, 0
        body = features_of(batch, read.crs)[0]
        body |= read.attribution()
        body["links"] = [
            link("self", f"{asked.here}/items/{feature}", GEOJSON),
            link("collection", asked.here, JSON),
            link("version-history", _history(asked, feature), JSON),
        ]
        return self._made(read, body, tag), 1

    def _made(self, read: FeatureRead, body: dict[str, Any], tag: str) -> Response:
        request, layer = read.asked.request, read.asked.offered.layer
        name = layer.title.in_language(read.asked.language)
        own = read.headers(tag)
        return document(request, body, FORMAT, self._title, name=name, kind=GEOJSON, headers=own)


def _history(asked: Asked, feature: str) -> str:
    """Where it is told what became of the feature."""
    root = asked.root.removesuffix("/ogc")
    return f"{root}/api/history/{asked.offered.layer.slug}/{feature}"


def _page_links(read: FeatureRead, after: str | None) -> list[Link]:
    """Links of a page; the next one names the version, so that pages never mix two."""
    here, given, version = f"{read.asked.here}/items", read.given, read.snapshot.version
    links = [
        link("self", with_query(here, given), GEOJSON),
        link("collection", read.asked.here, JSON),
    ]
    if after is not None and version is not None:
        further = {name: value for name, value in given.items() if name != KNOWN_AT.name}
        named = {AFTER.name: after, VERSION.name: version.id}
        links.append(link("next", with_query(here, further, named), GEOJSON))
    return links
