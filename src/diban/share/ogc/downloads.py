"""Layers to be taken as files: GeoJSON and GeoPackage, whole or in a box, of one immutable version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path

from fastapi import APIRouter, Request, Response

from diban.base import MAX_PAGE, Query
from diban.catalogue import ResourceLayer
from diban.ground import CRS84, Invalid, Text, Unavailable
from diban.share.block import Block, Link, link, read_route
from diban.share.http.conditional import CACHING, unchanged
from diban.share.http.download import Download
from diban.share.http.streamed import Streamed
from diban.share.offered.desk import Answer, Asked, Desk
from diban.share.ogc.feature_read import FeatureRead, query_of, read_features
from diban.share.ogc.files.geojson import SUFFIX as GEOJSON_SUFFIX
from diban.share.ogc.files.geojson import geojson_parts
from diban.share.ogc.files.geopackage import MEDIA_TYPE, SUFFIX, Table, write_geopackage
from diban.share.ogc.kept_files import KeptFiles
from diban.share.parameters.bbox import BBOX, BBOX_CRS
from diban.share.parameters.crs import CRS
from diban.share.parameters.filters import FIELDS
from diban.share.parameters.form import form_of, parse_form
from diban.share.parameters.properties import PROPERTIES
from diban.share.parameters.valid_time import DATETIME
from diban.share.parameters.version import KNOWN_AT, VERSION, parse_moment
from diban.share.services import Services
from diban.share.shapes.features import FeatureFile

NAME = "downloads"
GEOJSON = "application/geo+json"
FORMAT = form_of(GEOJSON_SUFFIX, SUFFIX)
KNOWN = (FORMAT, BBOX, BBOX_CRS, DATETIME, PROPERTIES, CRS, VERSION, KNOWN_AT)
RESERVED = frozenset(parameter.name for parameter in KNOWN)


def downloads_block(desk: Desk) -> Block:
    """Every collection of features as a file, with source, licence and version in it."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/ogc/collections/{collection}", tags=[NAME])
        pages = _Pages(services, desk)
        read_route(
            routes,
            "/download",
            pages.download,
            *KNOWN,
            kind=GEOJSON,
            answer=FeatureFile,
            kinds=[MEDIA_TYPE],
            tagged=True,
            ranged=True,
            further=(FIELDS,),
        )
        return routes

    return Block(NAME, Text(zh="下载", en="Downloads"), router, of_collection=_links)


def _links(here: str, layer: ResourceLayer) -> list[Link]:
    if layer.schema.asset is not None:
        return []
    return [
        link("enclosure", f"{here}/download?f={GEOJSON_SUFFIX}", GEOJSON),
        link("enclosure", f"{here}/download?f={SUFFIX}", MEDIA_TYPE),
    ]


class _Pages:
    def __init__(self, services: Services, desk: Desk) -> None:
        self._base, self._desk = services.base, desk
        self._kept = KeptFiles(services.files)

    def download(self, request: Request, collection: str) -> Response:
        """The layer's features as one file; GeoJSON is made while it is sent, a GeoPackage before."""
        return self._desk.answer(request, NAME, collection, self._download)

    def _download(self, asked: Asked) -> Answer:
        read = read_features(self._base, asked, KNOWN, None)
        form = parse_form(read.given.get("f"), FORMAT)
        query = _whole(query_of(read, RESERVED))
        tag = read.tag(NAME, form, sorted(read.given.items()))
        if (held := unchanged(asked.request, tag)) is not None:
            return held, 0
        headers = {"Cache-Control": CACHING} | _version(read)
        if form == GEOJSON_SUFFIX:
            return self._geojson(read, query, headers | {"ETag": tag}), 0
        return self._geopackage(read, query, tag, headers)

    def _geojson(self, read: FeatureRead, query: Query, headers: dict[str, str]) -> Response:
        if read.crs != CRS84:
            raise Invalid(
                Text(zh="GeoJSON 文件只用 CRS84（RFC 7946）", en="a GeoJSON file is in CRS84 (RFC 7946)"),
                field="crs",
                limit=CRS84.uri,
                remedy=Text(zh="去掉 crs，或取 f=gpkg", en="leave crs out, or take f=gpkg"),
            )

        def parts(told: Callable[[int], None]) -> Iterator[bytes]:
            return geojson_parts(read.snapshot, query, read.attribution(), told)

        return Streamed(parts, GEOJSON, _file_name(read, GEOJSON_SUFFIX), headers)

    def _geopackage(self, read: FeatureRead, query: Query, tag: str, headers: dict[str, str]) -> Answer:
        asked, layer = read.asked, read.asked.offered.layer
        said = read.attribution()
        words = " · ".join(str(said[name]) for name in ("source", "licence", "version") if said[name])
        title = layer.title.in_language(asked.language)
        table = Table(layer.slug, title, words, asked.language)

        def make(target: Path, told: Callable[[int], None]) -> int:
            rows = write_geopackage(read.snapshot, query, read.crs, table, target, told)
            self._require_unchanged(read)
            return rows

        key = blake2b(tag.encode(), digest_size=16).hexdigest()
        path, rows = self._kept.file(asked.offered.id, key, SUFFIX, make)
        # Strong: the same version gives the same bytes, so that a broken download may go on.
        own = headers | {"ETag": f'"{key}"'}
        return Download(path, MEDIA_TYPE, _file_name(read, SUFFIX), own), rows

    def _require_unchanged(self, read: FeatureRead) -> None:
        """What was erased while a file was written must not lie in it."""
        asked = read.asked
        present = self._base.at(asked.offered.id, parse_moment(read.given), asked.scope)
        if present.state != read.snapshot.state:
            raise Unavailable(
                Text(zh="图层在此期间有清除", en="the layer had rows expunged meanwhile"),
                field="f",
                remedy=Text(zh="重新下载", en="take it again"),
            )


def _whole(query: Query) -> Query:
    """The same without pages: a file is read in pieces of the largest size."""
    return Query(query.bbox, query.where, query.fields, limit=MAX_PAGE)


def _version(read: FeatureRead) -> dict[str, str]:
    version = read.snapshot.version
    return {} if version is None else {"X-Diban-Version": version.id}


def _file_name(read: FeatureRead, suffix: str) -> str:
    """Tells the layer, the version's day, and whether it is a part."""
    version = read.snapshot.version
    landed = None if version is None else version.landed_at
    day = "" if landed is None else f"-{landed:%Y%m%d}"
    part = "-part" if set(read.given) & {"bbox", "datetime", "properties"} else ""
    return f"{read.asked.offered.layer.slug}{day}{part}.{suffix}"
