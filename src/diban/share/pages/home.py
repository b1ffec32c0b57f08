"""What the first page tells: ``/api/home``, in figures and news that the asker may see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response

from diban.catalogue import Resource, State
from diban.governance import Asker, Permission
from diban.ground import Scope, Text, now
from diban.intake import Delivery, received_since
from diban.share.block import Block, read_route
from diban.share.deliveries.document import delivery_line, iso, may_see
from diban.share.deliveries.pages import seen_parties
from diban.share.http.answers import json_answer
from diban.share.http.asking import Asking
from diban.share.offered.directory import Directory
from diban.share.offered.holdings import Holdings
from diban.share.parameters.given import given_parameters
from diban.share.services import Services
from diban.share.shapes.home import Home
from diban.store import reading

NAME = "home"
MOST_NEWS, MOST_DELIVERIES = 6, 5


def home_block(asking: Asking, directory: Directory, holdings: Holdings) -> Block:
    """One page: figures, news, the last deliveries, and what to do first where there is nothing yet."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/api", tags=[NAME])
        read_route(routes, "/home", _Pages(services, asking, directory, holdings).show, answer=Home)
        return routes

    return Block(NAME, Text(zh="首页", en="Home"), router)


class _Pages:
    def __init__(self, services: Services, asking: Asking, directory: Directory, holdings: Holdings) -> None:
        self._services, self._asking = services, asking
        self._directory, self._holdings = directory, holdings

    def show(self, request: Request) -> Response:
        """What there is, as far as the asker may see; deliveries to who works on or oversees them."""
        request.state.block = NAME
        given_parameters(request)
        asker, scope = self._asking.asker(request), self._asking.scope(request)
        seen = [one for one in self._directory.resources() if self._directory.visible(one, asker, scope)]
        published = [one for one in seen if one.state is State.PUBLISHED]
        with reading(self._services.database) as connection:
            names = {party.id: party.name for party in self._services.parties.list(connection)}
            deliveries = self._deliveries(connection, asker)
            news = [
                {**_news(one, at), "provider": names[one.entry.provider].as_json()}
                for one, at in _newest(published)
            ]
        return json_answer(
            {
                "counts": {**self._counts(published, scope), "deliveries": deliveries["month"]},
                "news": news,
                "deliveries": deliveries["last"],
                "first": None if seen else _first(asker),
            }
        )

    def _counts(self, published: Sequence[Resource], scope: Scope) -> dict[str, int]:
        layers = [layer for one in published for layer in one.layers]
        return {
            "resources": len(published),
            "layers": len(layers),
            "features": sum(self._holdings.rows(layer, scope) for layer in layers),
            "agencies": len({one.entry.provider for one in published}),
        }

    def _deliveries(self, connection: sa.Connection, asker: Asker) -> dict[str, Any]:
        """How many came this month and which came last; None to nobody, who sees none."""
        parties = None if asker.account is None else seen_parties(asker)
        if asker.account is None or parties == set():
            return {"month": None, "last": None}
        today = now().astimezone(self._services.use.zone)
        first = today.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        found = self._services.deliveries.page(connection, MOST_DELIVERIES, parties=parties)
        return {
            "month": received_since(connection, first, parties),
            "last": [self._line(connection, one) for one in found if may_see(asker, one)],
        }

    def _line(self, connection: sa.Connection, delivery: Delivery) -> dict[str, Any]:
        resource = self._services.catalogue.get(connection, delivery.sent.resource)
        return {
            **delivery_line(delivery),
            "resource": resource.slug,
            "resource_title": resource.entry.title.as_json(),
        }


def _newest(published: Sequence[Resource]) -> list[tuple[Resource, datetime]]:
    moments = ((one, _moment(one)) for one in published)
    dated = [(one, at) for one, at in moments if at is not None]
    return sorted(dated, key=lambda held: held[1], reverse=True)[:MOST_NEWS]


def _moment(resource: Resource) -> datetime | None:
    """When it last became new: published, or one of its layers landed."""
    return max((at for at in (resource.published_at, *_landed(resource)) if at is not None), default=None)


def _landed(resource: Resource) -> Iterator[datetime]:
    for layer in resource.layers:
        if layer.landed_at is not None:
            yield layer.landed_at


def _news(resource: Resource, at: datetime) -> dict[str, Any]:
    return {
        "resource": resource.slug,
        "title": resource.entry.title.as_json(),
        "at": iso(at),
        "kind": "landed" if at in tuple(_landed(resource)) else "published",
    }


def _first(asker: Asker) -> str:
    """What somebody can do while they see no resource at all."""
    if asker.account is None:
        return "sign_in"
    if asker.allowed(Permission.MANAGE_ACCOUNTS):
        return "people"
    return "deliver" if asker.allowed(Permission.DELIVER, asker.party) else "wait"
