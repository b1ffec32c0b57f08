"""The catalogue for the portal: ``/api/resources``; who may not know of an entry does not see it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response

from diban.catalogue import Resource, ResourceLayer, State, Titled
from diban.governance import Asker
from diban.ground import Field, Missing, PartyId, Scope, Text
from diban.intake import Delivery
from diban.share.asking import Asking
from diban.share.block import Block
from diban.share.core import json_answer
from diban.share.delivery_pages import may_see
from diban.share.directory import Directory
from diban.share.parameters.single import single_parameters
from diban.share.services import Services
from diban.store import reading

NAME = "catalogue"
_LATEST = 50


def catalogue_block(asking: Asking, directory: Directory) -> Block:
    """Resources: the list and each one."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/api/resources", tags=[NAME])
        pages = _Pages(services, asking, directory)
        routes.add_api_route("", pages.index, methods=["GET", "HEAD"])
        routes.add_api_route("/{resource}", pages.show, methods=["GET", "HEAD"])
        return routes

    return Block(NAME, Text(zh="目录", en="Catalogue"), router)


class _Pages:
    def __init__(self, services: Services, asking: Asking, directory: Directory) -> None:
        self._services, self._asking, self._directory = services, asking, directory

    def index(self, request: Request) -> Response:
        """The resources that the asker may know of; ``q`` words, ``state`` one state."""
        given = single_parameters(request, ("q", "state"))
        asker, scope = self._who(request)
        states = [State.parse(given["state"], "state")] if given.get("state") else list(State)
        with reading(self._services.database) as connection:
            found = self._services.catalogue.list(connection, states, text=given.get("q", ""), limit=1000)
            shown = [
                self._entry(connection, item, scope)
                for item in found
                if self._directory.visible(item, asker, scope)
            ]
        return json_answer({"resources": shown, "total": len(shown)})

    def show(self, request: Request, resource: str) -> Response:
        """One resource by id or slug, with its versions and, for its own people, its deliveries."""
        single_parameters(request, ())
        asker, scope = self._who(request)
        for item in self._directory.resources():
            if resource in (item.id, item.slug) and self._directory.visible(item, asker, scope):
                with reading(self._services.database) as connection:
                    return json_answer(self._detail(connection, item, asker, scope))
        raise Missing(Text(zh="没有这项资源", en="there is no such resource"), field="resource")

    def _who(self, request: Request) -> tuple[Asker, Scope]:
        request.state.block = NAME
        return self._asking.asker(request), self._asking.scope(request)

    def _detail(
        self, connection: sa.Connection, item: Resource, asker: Asker, scope: Scope
    ) -> dict[str, Any]:
        deliveries = self._services.deliveries.of_resource(connection, item.id, _LATEST)
        seen = [delivery for delivery in deliveries if may_see(asker, delivery)]
        versions = [
            line
            for layer in item.layers
            if layer.layer is not None and scope.allows(layer.layer)
            for line in self._versions(layer)
        ]
        return {
            **self._entry(connection, item, scope),
            "versions": versions,
            "deliveries": [delivery_line(delivery) for delivery in seen],
        }

    def _versions(self, layer: ResourceLayer) -> list[dict[str, Any]]:
        assert layer.layer is not None
        return [
            {
                "id": version.id,
                "layer": layer.slug,
                "landed_at": iso(version.landed_at),
                "delivery": version.key,
                "rows": version.rows,
                "added": version.added,
                "changed": version.changed,
                "removed": version.removed,
            }
            for version in self._services.base.history(layer.layer)[:_LATEST]
        ]

    def _entry(self, connection: sa.Connection, item: Resource, scope: Scope) -> dict[str, Any]:
        entry = item.entry
        return {
            "id": item.id,
            "slug": item.slug,
            "code": str(item.code or ""),
            "title": entry.title.as_json(),
            "abstract": entry.abstract.as_json(),
            "provider": self._party(connection, entry.provider),
            "owner": self._party(connection, entry.owner),
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
            "layers": [_layer(layer, scope) for layer in item.layers],
        }

    def _party(self, connection: sa.Connection, party: PartyId) -> dict[str, Any]:
        return {"id": party, "name": self._services.parties.get(connection, party).name.as_json()}


def delivery_line(delivery: Delivery) -> dict[str, Any]:
    """A delivery in a list."""
    report = delivery.report or {}
    return {
        "id": delivery.id,
        "file_name": delivery.sent.file_name,
        "received_at": iso(delivery.received_at),
        "state": delivery.state.value,
        "state_title": delivery.state.words.as_json(),
        "score": report.get("score"),
        "findings": len(report.get("findings", [])),
    }


def titled(value: Titled) -> dict[str, Any]:
    """A code with its title; the national number where there is one."""
    return {"value": value.number or value.value, "title": value.words.as_json()}


def iso(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC."""
    return None if moment is None else moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _layer(layer: ResourceLayer, scope: Scope) -> dict[str, Any]:
    """A layer; what it holds is told only to those who may read it."""
    allowed = layer.layer is not None and scope.allows(layer.layer)
    extent = layer.extent if allowed else None
    return {
        "slug": layer.slug,
        "title": layer.title.as_json(),
        "geometry": layer.schema.geometry.value,
        "readable": allowed,
        "rows": layer.rows if allowed else 0,
        "bbox": None if extent is None else extent.as_list(),
        "version": layer.version if allowed else None,
        "landed_at": iso(layer.landed_at),
        "fields": [_field(field) for field in layer.schema.fields],
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "title": field.title.as_json(),
        "kind": field.kind.value,
        "required": field.required,
        "unique": field.unique,
        "codes": [{"value": code.value, "title": code.title.as_json()} for code in field.codes],
        "unit": field.unit,
    }
