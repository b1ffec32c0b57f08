"""OGC API Features Part 1 and Part 2: pages of features and single ones (OGC 17-069r4, 18-058r1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from diban.base import Page, Query, Snapshot
from diban.catalogue import ResourceLayer
from diban.ground import AllOf, Crs, Missing, Predicate, Text, now
from diban.share.answers import json_answer
from diban.share.block import JSON, Block, Link, link, read_route
from diban.share.conditional import CACHING, tag_of, unchanged
from diban.share.counts import Counts
from diban.share.desk import Answer, Asked, Desk
from diban.share.geojson import features_of
from diban.share.parameters.after import AFTER
from diban.share.parameters.bbox import BBOX, BBOX_CRS, parse_bbox, widened
from diban.share.parameters.crs import CRS, parse_output_crs
from diban.share.parameters.filters import FIELDS, parse_filters
from diban.share.parameters.form import form_of, parse_form
from diban.share.parameters.given import parameters_of, require_known
from diban.share.parameters.limit import LIMIT, parse_limit
from diban.share.parameters.parameter import Parameter
from diban.share.parameters.properties import PROPERTIES, parse_properties
from diban.share.parameters.sortby import SORTBY, parse_sortby
from diban.share.parameters.valid_time import DATETIME, parse_valid_time
from diban.share.parameters.version import KNOWN_AT, VERSION, parse_moment
from diban.share.services import Services

NAME = "features"
GEOJSON = "application/geo+json"
CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
)
FORMAT = form_of("json", "geojson")
SINGLE = (FORMAT, CRS, VERSION, KNOWN_AT)
ITEMS = (*SINGLE, BBOX, BBOX_CRS, DATETIME, LIMIT, PROPERTIES, SORTBY, AFTER)
RESERVED = frozenset(parameter.name for parameter in ITEMS)
_FID_DIGITS = 16


def features_block(desk: Desk, counts: Counts) -> Block:
    """Features of every collection, page by page over one immutable version."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/ogc/collections/{collection}", tags=[NAME])
        pages = _Pages(services, desk, counts)
        read_route(routes, "/items", pages.items, *ITEMS, kind=GEOJSON, further=(FIELDS,))
        read_route(routes, "/items/{feature}", pages.item, *SINGLE, kind=GEOJSON)
        return routes

    return Block(NAME, Text(zh="要素", en="Features"), router, CONFORMANCE, of_collection=_links)


def _links(here: str, _layer: ResourceLayer) -> list[Link]:
    return [link("items", f"{here}/items", GEOJSON)]


@dataclass(frozen=True, slots=True)
class _Read:
    """A request for features, understood as far as which version is read in which form."""

    asked: Asked
    snapshot: Snapshot
    given: dict[str, str]
    crs: Crs

    def tag(self, *parts: object) -> str:
        """The entity tag: also over what the body says of the resource, and in which language."""
        resource = self.asked.offered.resource
        return tag_of(self.snapshot, resource.revision, self.asked.language, *parts)

    def headers(self, tag: str) -> dict[str, str]:
        return {"ETag": tag, "Cache-Control": CACHING, "Content-Crs": f"<{self.crs.uri}>"}

    def attribution(self) -> dict[str, Any]:
        version = self.snapshot.version
        known = self.asked.offered.attribution(self.asked.language)
        return {**known, "version": None if version is None else version.id}


class _Pages:
    def __init__(self, services: Services, desk: Desk, counts: Counts) -> None:
        self._base, self._desk, self._counts = services.base, desk, counts
        self._seconds = services.read_seconds

    def items(self, request: Request, collection: str) -> Response:
        """Features of a layer: by box, by moment, by value, in any supported CRS, page by page."""
        return self._desk.answer(request, NAME, collection, self._items)

    def item(self, request: Request, collection: str, feature: str) -> Response:
        """One feature."""
        return self._desk.answer(request, NAME, collection, lambda asked: self._item(asked, feature))

    def _read(self, asked: Asked, known: tuple[Parameter, ...], *, filtered: bool) -> _Read:
        given = parameters_of(asked.request)
        snapshot = self._base.at(asked.offered.id, parse_moment(given), asked.scope, self._seconds)
        fields = snapshot.schema.names() if filtered else []
        require_known(given, [*(parameter.name for parameter in known), *fields])
        parse_form(given.get("f"), FORMAT)
        return _Read(asked, snapshot, given, parse_output_crs(given.get("crs")))

    def _items(self, asked: Asked) -> Answer:
        read = self._read(asked, ITEMS, filtered=True)
        query = _query(read)
        tag = read.tag(sorted(read.given.items()))
        if (held := unchanged(asked.request, tag)) is not None:
            return held, 0
        page = read.snapshot.page(query)
        body = {
            "type": "FeatureCollection",
            "numberMatched": self._matched(read.snapshot, query, page),
            "numberReturned": page.batch.num_rows,
            "timeStamp": now().isoformat(timespec="seconds").replace("+00:00", "Z"),
            **read.attribution(),
            "links": _page_links(read, page.after),
            "features": features_of(page.batch, read.crs),
        }
        return json_answer(body, GEOJSON, read.headers(tag)), page.batch.num_rows

    def _matched(self, snapshot: Snapshot, query: Query, page: Page) -> int:
        """How many features match; a first page that is the only one has been counted already."""
        if query.after is None and page.after is None:
            return int(page.batch.num_rows)
        return self._counts.matched(snapshot, query)

    def _item(self, asked: Asked, feature: str) -> Answer:
        read = self._read(asked, SINGLE, filtered=False)
        batch = read.snapshot.feature(_number(feature))
        tag = read.tag(feature, read.crs.code)
        if (held := unchanged(asked.request, tag)) is not None:
            return held, 0
        body = features_of(batch, read.crs)[0]
        body |= read.attribution()
        body["links"] = [
            link("self", f"{asked.here}/items/{feature}", GEOJSON),
            link("collection", asked.here, JSON),
        ]
        return json_answer(body, GEOJSON, read.headers(tag)), 1


def _query(read: _Read) -> Query:
    given, schema = read.given, read.snapshot.schema
    conditions: tuple[Predicate | None, ...] = (
        parse_filters(given, schema, RESERVED),
        parse_valid_time(given.get("datetime"), read.asked.offered.layer.schema),
    )
    wanted = tuple(condition for condition in conditions if condition is not None)
    return Query(
        bbox=widened(parse_bbox(given.get("bbox"), given.get("bbox-crs")), read.snapshot.scope.decimals),
        where=AllOf(wanted) if wanted else None,
        fields=parse_properties(given.get("properties"), schema),
        order=parse_sortby(given.get("sortby"), schema),
        limit=parse_limit(given.get("limit")),
        after=given.get("after"),
    )


def _number(feature: str) -> int:
    """The feature number; a text that is none names no feature."""
    if not feature.isascii() or not feature.isdigit() or len(feature) > _FID_DIGITS:
        shown = feature[:40]
        raise Missing(Text(zh=f"没有要素 {shown}", en=f"there is no feature {shown}"), field="featureId")
    return int(feature)


def _page_links(read: _Read, after: str | None) -> list[Link]:
    """Links of a page; the next one names the version, so that pages never mix two."""
    here, given, version = f"{read.asked.here}/items", read.given, read.snapshot.version
    links = [
        link("self", f"{here}?{urlencode(given)}" if given else here, GEOJSON),
        link("collection", read.asked.here, JSON),
    ]
    if after is not None and version is not None:
        further = {name: value for name, value in given.items() if name != KNOWN_AT.name}
        further |= {AFTER.name: after, VERSION.name: version.id}
        links.append(link("next", f"{here}?{urlencode(further)}", GEOJSON))
    return links
