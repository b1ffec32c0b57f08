"""What waits for the asker (待办), and what their party provides: ``/api/inbox``, ``/api/provided``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response

from diban.catalogue import Resource, State, moves_from
from diban.governance import (
    PERMISSION_OF,
    Asker,
    ExpungeState,
    Permission,
    count_waiting,
    tombstones,
    waiting_reviews,
)
from diban.ground import LayerId, Text, now
from diban.intake import DeliveryHead, DeliveryState, heads_in, heads_of, last_heads
from diban.share.block import Block, read_route
from diban.share.deliveries.document import delivery_line, iso, works_for
from diban.share.deliveries.due import due_after
from diban.share.http.answers import json_answer
from diban.share.http.asking import Asking
from diban.share.http.described import Access
from diban.share.offered.directory import MOST_RESOURCES
from diban.share.offered.titled import titled
from diban.share.parameters.given import given_parameters
from diban.share.services import Services
from diban.share.shapes.inbox import Inbox, ProvidedList
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
Waiting = tuple[int, list[Item]]
"""How many things wait, and those that are named."""


def inbox_block(asking: Asking) -> Block:
    """The asker's desk."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/api", tags=[NAME])
        pages = _Pages(services, asking)
        read_route(routes, "/inbox", pages.inbox, answer=Inbox, access=Access.ACCOUNT)
        read_route(routes, "/provided", pages.provided, answer=ProvidedList, access=Access.ACCOUNT)
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
                "answer": self._to_answer(connection, asker),
                "repair": self._to_repair(connection, asker),
                "mend": self._to_mend(connection, asker),
                "review": self._to_review(connection, asker),
                "approve": _counted(self._to_approve(connection, asker)),
                "expunge": _counted(_to_confirm(connection, asker)),
                "due": _counted(line for line in self._provided(connection, asker) if line["overdue"]),
            }
        kinds = [
            {"kind": kind, "title": TITLES[kind].as_json(), "count": count, "items": items}
            for kind, (count, items) in waiting.items()
        ]
        return json_answer({"count": sum(count for count, _ in waiting.values()), "kinds": kinds})

    def provided(self, request: Request) -> Response:
        """The resources of the asker's party, with the last delivery and when the next is due.

        For those who send or decide for the party.
        """
        asker = self._begin(request)
        with reading(self._services.database) as connection:
            return json_answer({"resources": list(self._provided(connection, asker))})

    def _begin(self, request: Request) -> Asker:
        request.state.block = NAME
        given_parameters(request)
        return self._asking.account(request)

    def _to_answer(self, connection: sa.Connection, asker: Asker) -> Waiting:
        """Deliveries that ask for their sender's word, trials too, of those who deliver."""
        parties = asker.parties_for(Permission.DELIVER)
        count, heads = heads_in(connection, DeliveryState.ASKED, parties, MOST)
        return count, self._lines(connection, [(head, head.moved_at) for head in heads])

    def _to_repair(self, connection: sa.Connection, asker: Asker) -> Waiting:
        """Deliveries whose geometry could be repaired, of those who deliver."""
        parties = asker.parties_for(Permission.DELIVER)
        count, heads = heads_in(connection, DeliveryState.WAITING, parties, MOST, to_repair=True)
        return count, self._lines(connection, [(head, head.moved_at) for head in heads])

    def _to_mend(self, connection: sa.Connection, asker: Asker) -> Waiting:
        """Returned deliveries that none has followed, of those who deliver."""
        parties = asker.parties_for(Permission.DELIVER)
        count, heads = heads_in(connection, DeliveryState.RETURNED, parties, MOST, last_of_layer=True)
        return count, self._lines(connection, [(head, head.moved_at) for head in heads])

    def _to_review(self, connection: sa.Connection, asker: Asker) -> Waiting:
        """Deliveries that ask for a person, where the asker may be that person."""
        parties = asker.parties_for(Permission.REVIEW_DELIVERY)
        count = count_waiting(connection, parties, asker.account)
        asked = waiting_reviews(connection, parties=parties, but_from=asker.account, limit=MOST)
        heads = heads_of(connection, [one.delivery for one in asked])
        return count, self._lines(connection, [(heads[one.delivery], one.opened_at) for one in asked])

    def _to_approve(self, connection: sa.Connection, asker: Asker) -> Iterator[Item]:
        """Resources in review whose next step is this asker's to take."""
        if all(asker.parties_for(hand) == frozenset() for hand in PERMISSION_OF.values()):
            return
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
        mine = {party for party in asker.reach if works_for(asker, party)}
        last = {head.layer: head for head in last_heads(connection, mine)}
        landed = {head.layer: head.moved_at for head in last_heads(connection, mine, DeliveryState.LANDED)}
        for party in sorted(mine):
            every = self._services.catalogue.list(
                connection, tuple(State), provider=party, limit=MOST_RESOURCES
            )
            for resource in every:
                yield _provided_line(resource, last, landed)

    def _lines(self, connection: sa.Connection, told: Sequence[tuple[DeliveryHead, datetime]]) -> list[Item]:
        """Deliveries with their resources, each of which is read once."""
        catalogue = self._services.catalogue
        resources = {name: catalogue.get(connection, name) for name in {head.resource for head, _ in told}}
        return [
            {
                **delivery_line(head),
                "resource": resources[head.resource].slug,
                "resource_title": resources[head.resource].entry.title.as_json(),
                "since": iso(since),
            }
            for head, since in told
        ]


def _counted(items: Iterable[Item]) -> Waiting:
    """How many there are, and the first of them."""
    every = list(items)
    return len(every), every[:MOST]


def _provided_line(
    resource: Resource, last: dict[LayerId, DeliveryHead], landed: dict[LayerId, datetime]
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
