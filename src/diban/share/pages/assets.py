"""Assets to be taken: ``/api/assets``, the bytes of rasters, documents and photos."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from diban.base import Query, Snapshot
from diban.catalogue import ResourceLayer
from diban.ground import Asset, Denied, LayerScope, Missing, Moment, Scope, Text
from diban.share.block import Block, Link, link, read_route
from diban.share.http.conditional import CACHING, unchanged
from diban.share.http.download import Download
from diban.share.offered.desk import Answer, Asked, Desk
from diban.share.parameters.given import given_parameters
from diban.share.parameters.version import KNOWN_AT, VERSION, parse_moment
from diban.share.services import Services

NAME = "assets"
OCTETS = "application/octet-stream"


def assets_block(desk: Desk) -> Block:
    """The file that a layer of assets holds, at any version."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/api/assets", tags=[NAME])
        pages = _Pages(services, desk)
        read_route(
            routes, "/{asset}", pages.download, VERSION, KNOWN_AT, kind="*/*", tagged=True, ranged=True
        )
        return routes

    return Block(NAME, Text(zh="文件", en="Files"), router, of_collection=_links)


def _links(here: str, layer: ResourceLayer) -> list[Link]:
    if layer.schema.asset is None:
        return []
    root = here.removesuffix(f"/ogc/collections/{layer.slug}")
    return [link("enclosure", f"{root}/api/assets/{layer.slug}", OCTETS)]


def asset_at(services: Services, layer: ResourceLayer, moment: Moment, scope: Scope) -> Asset | None:
    """The facts of the file at a moment, for whoever may have it whole; None while there is none."""
    if layer.layer is None or layer.schema.asset is None or not scope.allows(layer.layer):
        return None
    if not _all_of_it(scope.on(layer.layer)):
        return None
    return _held(services.base.at(layer.layer, moment, scope))


def _held(snapshot: Snapshot) -> Asset | None:
    if snapshot.version is None:
        return None
    rows = snapshot.page(Query(limit=1, geometry=False)).batch.to_pylist()
    return Asset.of_row(rows[0]) if rows else None


def _all_of_it(limits: LayerScope) -> bool:
    """A file cannot be cut to an area, rounded or masked: whoever may see a part of it cannot take it."""
    return limits == LayerScope()


class _Pages:
    def __init__(self, services: Services, desk: Desk) -> None:
        self._services, self._desk = services, desk

    def download(self, request: Request, asset: str) -> Response:
        """The file as it was sent; its tag is its SHA-256, and one range of it can be asked for."""
        return self._desk.answer(request, NAME, asset, self._download)

    def _download(self, asked: Asked) -> Answer:
        request, layer = asked.request, asked.offered.layer
        given = given_parameters(request, VERSION, KNOWN_AT)
        snapshot = self._services.base.at(asked.offered.id, parse_moment(given), asked.scope)
        if layer.schema.asset is None:
            raise _none(layer.slug, Text(zh="该图层是要素", en="the layer holds features"))
        if not _all_of_it(snapshot.scope):
            slug = asked.offered.resource.slug
            raise Denied(
                Text(
                    zh="授权只限部分内容，文件只能整份提供",
                    en="the grant is for a part; a file is given whole",
                ),
                field="collection",
                remedy=Text(
                    zh=f"请资源页所列的提供方授予完整内容：/resources/{slug}",
                    en=f"ask the provider, named on its page, for a grant of all of it: /resources/{slug}",
                ),
            )
        found = _held(snapshot)
        if found is None or snapshot.version is None:
            raise _none(layer.slug, Text(zh="没有文件，或已清除", en="there is no file, or it was expunged"))
        tag = f'"{found.digest}"'
        headers = {"ETag": tag, "Cache-Control": CACHING, "X-Diban-Version": snapshot.version.id}
        if (same := unchanged(request, tag)) is not None:
            return same, 0
        if request.state.bare:  # nothing is taken, so nothing is noted
            length = {"Content-Length": str(found.size), "Accept-Ranges": "bytes"}
            return Response(media_type=found.media_type, headers={**headers, **length}), 0
        asker = self._desk.asker(request)
        path = self._services.journey.asset(asker, asked.offered.id, snapshot.version.id, found)
        return Download(path, found.media_type, found.file_name, headers), 1


def _none(slug: str, why: Text) -> Missing:
    return Missing(
        Text(zh=f"“{slug}”没有可下载的文件：{why.zh}", en=f"no file to take from {slug!r}: {why.en}"),
        field="asset",
    )
