"""The catalogue for the portal: ``/api/resources``; who may not know of an entry does not see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from diban.catalogue import Resource, ResourceLayer, State
from diban.governance import Asker, Permission, sees_grants_of
from diban.ground import NOW, AssetKind, Field, Kind, Missing, Moment, PartyId, Scope, Text
from diban.share.block import Block, read_route
from diban.share.deliveries.document import delivery_line, iso, may_see
from diban.share.http.answers import json_answer
from diban.share.http.asking import Asking
from diban.share.offered.directory import MOST_RESOURCES, Directory
from diban.share.offered.holdings import Holdings, whole
from diban.share.offered.seen_style import seen_style
from diban.share.offered.titled import titled
from diban.share.pages.assets import asset_at
from diban.share.parameters.given import given_parameters
from diban.share.parameters.parameter import Parameter
from diban.share.services import Services
from diban.share.shapes.resource import ResourceDetail, ResourceList
from diban.store import reading

NAME = "catalogue"
WORDS = Parameter("q", Text(zh="检索词，空格分隔", en="words to find, with blanks between"))
STATE = Parameter(
    "state", Text(zh="资源状态", en="state"), {"type": "string", "enum": [state.value for state in State]}
)
_LATEST = 50


def catalogue_block(asking: Asking, directory: Directory, holdings: Holdings) -> Block:
    """Resources: the list and each one."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/api/resources", tags=[NAME])
        pages = _Pages(services, asking, directory, holdings)
        read_route(routes, "", pages.index, WORDS, STATE, answer=ResourceList)
        read_route(routes, "/{resource}", pages.show, answer=ResourceDetail)
        return routes

    return Block(NAME, Text(zh="目录", en="Catalogue"), router)


class _Pages:
    def __init__(self, services: Services, asking: Asking, directory: Directory, holdings: Holdings) -> None:
        self._services, self._asking = services, asking
        self._directory, self._holdings = directory, holdings

    def index(self, request: Request) -> Response:
        """The resources that the asker may know of; ``q`` words that occur, ``state`` one state."""
        asker, scope = self._who(request)
        given = given_parameters(request, WORDS, STATE)
        found = self._found(given)
        names = self._names()
        shown = [
            self._entry(item, scope, names) for item in found if self._directory.visible(item, asker, scope)
        ]
        return json_answer({"resources": shown, "total": len(shown)})

    def show(self, request: Request, resource: str) -> Response:
        """One resource by id or slug, with its versions and, for its own people, its deliveries."""
        asker, scope = self._who(request)
        given_parameters(request)
        for item in self._directory.resources():
            if resource in (item.id, item.slug) and self._directory.visible(item, asker, scope):
                return json_answer(self._detail(item, asker, scope))
        raise Missing(Text(zh="没有这项资源", en="there is no such resource"), field="resource")

    def _who(self, request: Request) -> tuple[Asker, Scope]:
        request.state.block = NAME
        return self._asking.asker(request), self._asking.scope(request)

    def _found(self, given: Mapping[str, str]) -> Sequence[Resource]:
        states = [State.parse(given["state"], "state")] if given.get("state") else list(State)
        if not given.get("q"):
            return [item for item in self._directory.resources() if item.state in states]
        with reading(self._services.database) as connection:
            return self._services.catalogue.list(connection, states, text=given["q"], limit=MOST_RESOURCES)

    def _names(self) -> Mapping[PartyId, Text]:
        with reading(self._services.database) as connection:
            return {party.id: party.name for party in self._services.parties.list(connection)}

    def _detail(self, item: Resource, asker: Asker, scope: Scope) -> dict[str, Any]:
        with reading(self._services.database) as connection:
            latest = self._services.deliveries.of_resource(connection, item.id, _LATEST)
        seen = [delivery for delivery in latest if may_see(asker, delivery)]
        known = {str(delivery.id) for delivery in seen}
        versions = [line for layer in item.layers for line in self._versions(layer, scope, known)]
        entry = self._entry(item, scope, self._names())
        for shown, layer in zip(entry["layers"], item.layers, strict=True):
            shown["asset"] = self._asset(layer, NOW, scope)
        return {
            **entry,
            "may": {
                "style": asker.allowed(Permission.ENTER_RESOURCE, item.entry.provider),
                "grants": sees_grants_of(asker, item.entry.provider),
            },
            "versions": versions,
            "deliveries": [delivery_line(delivery) for delivery in seen],
        }

    def _versions(self, layer: ResourceLayer, scope: Scope, known: set[str]) -> list[dict[str, Any]]:
        """The latest versions; their sums are for those who may see every row."""
        if layer.layer is None or not scope.allows(layer.layer):
            return []
        told = whole(scope.on(layer.layer))
        return [
            {
                "asset": self._asset(layer, Moment(version=version.id), scope),
                "id": version.id,
                "layer": layer.slug,
                "landed_at": iso(version.landed_at),
                "delivery": version.key if version.key in known else None,
                "rows": version.rows if told else None,
                "added": version.added if told else None,
                "changed": version.changed if told else None,
                "removed": version.removed if told else None,
            }
            for version in self._services.base.history(layer.layer)[:_LATEST]
        ]

    def _asset(self, layer: ResourceLayer, moment: Moment, scope: Scope) -> dict[str, Any] | None:
        """The facts of the file at a moment and where to take it; None where there is none to be taken."""
        found = asset_at(self._services, layer, moment, scope)
        if found is None:
            return None
        at = "" if moment.version is None else f"?version={moment.version}"
        return {**found.as_json(), "href": f"/api/assets/{layer.slug}{at}"}

    def _entry(self, item: Resource, scope: Scope, names: Mapping[PartyId, Text]) -> dict[str, Any]:
        entry = item.entry
        return {
            "id": item.id,
            "slug": item.slug,
            "code": str(item.code or ""),
            "title": entry.title.as_json(),
            "abstract": entry.abstract.as_json(),
            "provider": _party(entry.provider, names),
            "owner": _party(entry.owner, names),
            "state": item.state.value,
            "state_title": item.state.words.as_json(),
            "sharing": titled(entry.sharing),
            "update_cycle": titled(entry.cycle),
            "licence": entry.licence.as_json(),
            "source": entry.source.as_json(),
            "updated_at": iso(
                max((layer.landed_at for layer in item.layers if layer.landed_at), default=None)
            ),
            "published_at": iso(item.published_at),
            "layers": [self._layer(layer, scope) for layer in item.layers],
        }

    def _layer(self, layer: ResourceLayer, scope: Scope) -> dict[str, Any]:
        """A layer; what it holds is told only to those who may read it."""
        allowed = layer.layer is not None and scope.allows(layer.layer)
        extent = self._holdings.extent(layer, scope)
        return {
            "slug": layer.slug,
            "title": layer.title.as_json(),
            "geometry": layer.schema.geometry.value,
            "holds": _holds(layer.schema.asset),
            "readable": allowed,
            "rows": self._holdings.rows(layer, scope),
            "bbox": None if extent is None else extent.as_list(),
            "version": layer.version if allowed else None,
            "landed_at": iso(layer.landed_at),
            "style": self._style(layer, scope),
            "fields": [field_document(field) for field in layer.schema.fields],
        }

    def _style(self, layer: ResourceLayer, scope: Scope) -> dict[str, Any] | None:
        """How its provider has it drawn, as far as the asker may see; None where nobody has said."""
        kept = None if layer.layer is None else self._directory.style(layer.layer)
        if kept is None or layer.layer is None or not scope.allows(layer.layer):
            return None
        seen = seen_style(kept.style, layer.schema, scope.on(layer.layer))
        return {"number": kept.number, **seen.as_json()}


def _holds(asset: AssetKind | None) -> dict[str, Any]:
    """What the layer is made of: features, or a file of a kind."""
    title = Text(zh="要素", en="features") if asset is None else asset.words
    return {"value": asset or "features", "title": title.as_json()}


def _party(party: PartyId, names: Mapping[PartyId, Text]) -> dict[str, Any]:
    name = names.get(party, Text(zh=party, en=party))
    return {"id": party, "name": name.as_json()}


def field_document(field: Field) -> dict[str, Any]:
    """A declared field, with what its values must meet; of a decimal also its digits."""
    digits = {"digits": field.digits, "scale": field.scale} if field.kind is Kind.DECIMAL else {}
    return {
        "name": field.name,
        "title": field.title.as_json(),
        "kind": field.kind.value,
        "required": field.required,
        "unique": field.unique,
        "codes": [{"value": code.value, "title": code.title.as_json()} for code in field.codes],
        "unit": field.unit,
        **digits,
        **field.constraint.as_json(),
    }
