"""What waits for the asker (待办), and what their party provides: ``/api/inbox``, ``/api/provided``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response

from diban.catalogue import Resource, State, moves_from
from diban.governance import PERMISSION_OF, Asker, ExpungeState, Permission, tombstones, waiting_reviews
from diban.ground import LayerId, Text, now
from diban.intake import Delivery, DeliveryState
from diban.share.answers import json_answer
from diban.share.asking import Asking
from diban.share.block import Block, read_route
from diban.share.catalogue_pages import titled
from diban.share.delivery_document import delivery_line, iso
from diban.share.directory import MOST_RESOURCES
from diban.share.due import due_after
from diban.share.parameters.given import given_parameters
from diban.share.repair_document import awaits_word
from diban.share.services import Services
from diban.store import reading

NAME = "inbox"
MOST = 100
"""Things that are named of each kind; their number is exact."""
TITLES = {
    "answer": Text(zh="待说明坐标系", en="questions on coordinates to answer"),
    "repair": Text(zh="建议修复，待确认", en="proposed repairs to accept or decline"),
    "mend": Text(zh="被退回，待修改", en="returned, to be mended"),
    "review": Text(zh="待审核的交付", en="deliveries to decide on"),
    "approve": Text(zh="待审批的目录", en="catalogue moves to approve"),
    "expunge": Text(zh="待确认的清除", en="erasures to confirm"),
    "due": Text(zh="到期未交付", en="overdue for delivery"),
}
_REVIEWS = (State.REGISTRATION_REVIEW, State.PUBLICATION_REVIEW)
_EXPECTED = (State.REGISTERED, State.PUBLICATION_REVIEW, State.PUBLISHED)

Item = dict[str, Any]


def inbox_block(asking: Asking) -> Block:
    """The asker's desk."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/api", tags=[NAME])
        pages = _Pages(services, asking)
        read_route(routes, "/inbox", pages.inbox)
        read_route(routes, "/provided", pages.provided)
        return routes

    return Block(NAME, Text(zh="待办", en="Inbox"), router)


class _Pages:
    def __init__(self, services: Services, asking: Asking) -> None:
        self._services, self._asking = services, asking

    def inbox(self, request: Request) -> Response:
        """What waits for this asker, by kind with counts, the longest waiting first."""
        asker = self._begin(request)
        with reading(self._services.database) as connection:
            waiting = {
                "answer": list(self._to_answer(connection, asker)),
                "repair": list(self._to_repair(connection, asker)),
                "mend": list(self._to_mend(connection, asker)),
                "review": list(self._to_review(connection, asker)),
                "approve": list(self._to_approve(connection, asker)),
                "expunge": list(_to_confirm(connection, asker)),
                "due": [line for line in self._provided(connection, asker) if line["overdue"]],
            }
        kinds = [
            {"kind": kind, "title": TITLES[kind].as_json(), "count": len(items), "items": items[:MOST]}
            for kind, items in waiting.items()
        ]
        return json_answer({"count": sum(map(len, waiting.values())), "kinds": kinds})

    def provided(self, request: Request) -> Response:
        """The resources of the asker's party, with the last delivery and when the next is due."""
        asker = self._begin(request)
        with reading(self._services.database) as connection:
            return json_answer({"resources": list(self._provided(connection, asker))})

    def _begin(self, request: Request) -> Asker:
        request.state.block = NAME
        given_parameters(request)
        return self._asking.account(request)

    def _to_answer(self, connection: sa.Connection, asker: Asker) -> Iterator[Item]:
        """Deliveries that ask for their sender's word, trials too, of those who deliver."""
        for delivery in self._services.deliveries.in_state(connection, DeliveryState.ASKED):
            if asker.allowed(Permission.DELIVER, delivery.sent.party):
                yield self._delivery(connection, delivery, delivery.moved_at)

    def _to_repair(self, connection: sa.Connection, asker: Asker) -> Iterator[Item]:
        """Deliveries whose geometry could be repaired, of those who deliver."""
        for delivery in self._services.deliveries.in_state(connection, DeliveryState.WAITING):
            if asker.allowed(Permission.DELIVER, delivery.sent.party) and awaits_word(delivery):
                yield self._delivery(connection, delivery, delivery.moved_at)

    def _to_mend(self, connection: sa.Connection, asker: Asker) -> Iterator[Item]:
        """Returned deliveries that none has followed, of those who deliver."""
        for delivery in reversed(self._services.deliveries.latest(connection, asker.reach)):
            returned = delivery.state is DeliveryState.RETURNED
            if returned and asker.allowed(Permission.DELIVER, delivery.sent.party):
                yield self._delivery(connection, delivery, delivery.moved_at)

    def _to_review(self, connection: sa.Connection, asker: Asker) -> Iterator[Item]:
        """Deliveries that ask for a person, where the asker may be that person."""
        for asked in waiting_reviews(connection):
            if asked.sender != asker.account and asker.allowed(Permission.REVIEW_DELIVERY, asked.party):
                delivery = self._services.deliveries.get(connection, asked.delivery)
                yield self._delivery(connection, delivery, asked.opened_at)

    def _to_approve(self, connection: sa.Connection, asker: Asker) -> Iterator[Item]:
        """Resources in review whose next step is this asker's to take."""
        waiting = self._services.catalogue.list(connection, _REVIEWS, limit=MOST_RESOURCES)
        for item in sorted(waiting, key=lambda item: item.changed_at):
            if moves := list(_moves(item, asker)):
                yield {
                    "id": item.id,
                    "resource": item.slug,
                    "resource_title": item.entry.title.as_json(),
                    "state": item.state.value,
                    "state_title": item.state.words.as_json(),
                    "since": iso(item.changed_at),
                    "moves": moves,
                }

    def _provided(self, connection: sa.Connection, asker: Asker) -> Iterator[Item]:
        last = {d.sent.layer: d for d in self._services.deliveries.latest(connection, asker.reach)}
        landed = {
            d.sent.layer: d.moved_at
            for d in self._services.deliveries.latest(connection, asker.reach, DeliveryState.LANDED)
        }
        for party in sorted(asker.reach):
            every = self._services.catalogue.list(
                connection, tuple(State), provider=party, limit=MOST_RESOURCES
            )
            for resource in every:
                yield _provided_line(resource, last, landed)

    def _delivery(self, connection: sa.Connection, delivery: Delivery, since: datetime) -> Item:
        resource = self._services.catalogue.get(connection, delivery.sent.resource)
        known = {"resource": resource.slug, "resource_title": resource.entry.title.as_json()}
        return {**delivery_line(delivery), **known, "since": iso(since)}


def _provided_line(
    resource: Resource, last: dict[LayerId, Delivery], landed: dict[LayerId, datetime]
) -> Item:
    layers = [layer.layer for layer in resource.layers if layer.layer is not None]
    sent = max((last[layer] for layer in layers if layer in last), key=lambda d: d.id, default=None)
    due, expected = _due(resource, layers, landed), resource.state in _EXPECTED
    return {
        "id": resource.id,
        "resource": resource.slug,
        "resource_title": resource.entry.title.as_json(),
        "state": resource.state.value,
        "state_title": resource.state.words.as_json(),
        "update_cycle": titled(resource.entry.cycle),
        "layers": [layer.slug for layer in resource.layers],
        "landed_at": iso(max((landed[layer] for layer in layers if layer in landed), default=None)),
        "due_at": iso(due) if expected else None,
        "overdue": expected and due is not None and due <= now(),
        "last_delivery": None if sent is None else delivery_line(sent),
    }


def _due(resource: Resource, layers: list[LayerId], landed: dict[LayerId, datetime]) -> datetime | None:
    """When the layer that waits longest is due; what has never come counts from the resource's last move."""
    dates = [due_after(resource.entry.cycle, landed.get(layer, resource.changed_at)) for layer in layers]
    return min((date for date in dates if date is not None), default=None)


def _moves(resource: Resource, asker: Asker) -> Iterator[Item]:
    """The steps of a resource that are this asker's to take; ``reason`` where one has to say why."""
    for move in moves_from(resource.state):
        if any(asker.allowed(PERMISSION_OF[hand], resource.entry.provider) for hand in move.hands):
            yield {"to": move.after.value, "title": move.after.words.as_json(), "reason": move.reason}


def _to_confirm(connection: sa.Connection, asker: Asker) -> Iterator[Item]:
    """Erasures that wait for a second person, where the asker may be that person."""
    if not asker.allowed(Permission.EXPUNGE_CONFIRM):
        return
    for found in tombstones(connection, state=ExpungeState.REQUESTED):
        if found.requested_by != asker.account:
            yield {
                "id": found.id,
                "target": found.target.as_json(),
                "reason": found.reason,
                "since": iso(found.requested_at),
            }
