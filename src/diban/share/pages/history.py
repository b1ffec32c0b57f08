"""What became of one feature: ``/api/history/{collection}/{feature}``, from version to version (要素历史)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from diban.base import Life, Lives, Version, differing
from diban.governance import Asker
from diban.ground import CRS84, GEOMETRY, DeliveryId, LayerScope, Missing, Text
from diban.intake import Delivery
from diban.share.block import Block, read_route
from diban.share.deliveries.document import delivery_line, iso, may_see
from diban.share.http.answers import json_answer
from diban.share.http.geojson import features_of
from diban.share.offered.desk import Answer, Asked, Desk
from diban.share.offered.feature_number import feature_number
from diban.share.parameters.given import given_parameters
from diban.share.services import Services
from diban.share.shapes.history import FeatureHistory
from diban.store import reading

NAME = "history"
_EVENTS = {
    "added": Text(zh="新增", en="added"),
    "changed": Text(zh="修改", en="changed"),
    "removed": Text(zh="移除", en="removed"),
}


def history_block(desk: Desk) -> Block:
    """The history of single features, under the same scope as the features themselves."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/api/history", tags=[NAME])
        pages = _Pages(services, desk)
        read_route(routes, "/{collection}/{feature}", pages.history, answer=FeatureHistory)
        return routes

    return Block(NAME, Text(zh="要素历史", en="Feature history"), router)


class _Pages:
    def __init__(self, services: Services, desk: Desk) -> None:
        self._services, self._desk = services, desk

    def history(self, request: Request, collection: str, feature: str) -> Response:
        """When the feature was added, changed and removed, by which version, and what changed each time.

        Only what the asker may see tells one state from the next. The delivery, with its quality, is
        named to those who may see it.
        """
        return self._desk.answer(request, NAME, collection, lambda asked: self._history(asked, feature))

    def _history(self, asked: Asked, feature: str) -> Answer:
        given_parameters(asked.request)
        services = self._services
        number = feature_number(feature)
        lives = services.base.lives(asked.offered.id, number, asked.scope, services.read_seconds)
        events = self._events(lives, self._desk.asker(asked.request))
        provider = asked.offered.resource.entry.provider
        with reading(services.database) as connection:
            named = {party.id: party.name for party in services.parties.list(connection)}
        body = {
            "collection": asked.offered.layer.slug,
            "feature": number,
            "provider": named.get(provider, Text(zh=provider, en=provider)).as_json(),
            "partial": asked.scope.on(asked.offered.id) != LayerScope(),
            "whole": lives.whole,
            "events": events,
        }
        return json_answer(body), len(lives.spans)

    def _events(self, lives: Lives, asker: Asker) -> list[dict[str, Any]]:
        """What happened, the latest first."""
        told: list[dict[str, Any]] = []
        for row, life in enumerate(lives.spans):
            before = row - 1 if row and lives.spans[row - 1].until == life.since else None
            if before is not None:
                told.append(self._event("changed", life.since, asker, _changes(lives, before, row)))
            elif row or lives.whole:
                told.append(self._event("added", life.since, asker, []))
            if life.until is not None and not _follows(lives, row):
                told.append(self._event("removed", life.until, asker, []))
        return told[::-1]

    def _event(
        self, kind: str, version: Version, asker: Asker, changes: list[dict[str, Any]]
    ) -> dict[str, Any]:
        delivery = self._delivery(version, asker)
        return {
            "event": {"value": kind, "title": _EVENTS[kind].as_json()},
            "version": version.id,
            "at": iso(version.landed_at),
            "delivery": None if delivery is None else delivery_line(delivery),
            "changes": changes,
        }

    def _delivery(self, version: Version, asker: Asker) -> Delivery | None:
        """What brought a version; None where that is nothing the asker may see."""
        try:
            with reading(self._services.database) as connection:
                found = self._services.deliveries.get(connection, DeliveryId(version.key))
        except Missing:
            return None
        return found if may_see(asker, found) else None


def _follows(lives: Lives, row: int) -> bool:
    """Whether the next life begins where this one ends."""
    spans: tuple[Life, ...] = lives.spans
    return row + 1 < len(spans) and spans[row + 1].since == spans[row].until


def _changes(lives: Lives, before: int, after: int) -> list[dict[str, Any]]:
    """What two neighbouring lives differ in: values by field, of the geometry both shapes."""
    names = differing(lives.batch, before, after)
    old, new = (features_of(lives.batch.slice(row, 1), CRS84)[0] for row in (before, after))
    fields = [
        {"field": name, "before": old["properties"][name], "after": new["properties"][name]}
        for name in names
        if name != GEOMETRY
    ]
    if GEOMETRY not in names:
        return fields
    return [*fields, {"field": None, "before": old["geometry"], "after": new["geometry"]}]
