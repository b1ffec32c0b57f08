"""What is decided from the inbox: a resource's next step, and the second person's word on an erasure."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from diban.catalogue import Resource, State
from diban.governance import Asker, Tombstone
from diban.ground import Missing, Text
from diban.share.block import Block, act_route
from diban.share.deliveries.document import iso
from diban.share.deliveries.inbox import NAME
from diban.share.http.answers import json_answer
from diban.share.http.asking import Asking
from diban.share.offered.directory import Directory
from diban.share.parameters.given import given_parameters
from diban.share.services import Services
from diban.share.shapes.inbox import Tombstone as TombstoneShown
from diban.share.shapes.resource import Moved

MOVES = "/resources/{resource}/moves"
CONFIRMATION = "/expunges/{expunge}/confirmation"


class MoveWord(BaseModel):
    """To which state a resource is to move, and why; steps backwards need a reason."""

    model_config = ConfigDict(extra="forbid")

    to: State
    why: Annotated[str, Field(max_length=2000)] = ""


def inbox_acts_block(asking: Asking, directory: Directory) -> Block:
    """Acts on what waits; each can be repeated, and then is the same act."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/api", tags=[NAME])
        pages = _Pages(services, asking, directory)
        act_route(routes, "POST", MOVES, pages.move, answer=Moved, refuses=(409,))
        act_route(routes, "POST", CONFIRMATION, pages.confirm, answer=TombstoneShown, refuses=(409,))
        return routes

    return Block("inbox-acts", Text(zh="待办办理", en="Acts on what waits"), router)


class _Pages:
    def __init__(self, services: Services, asking: Asking, directory: Directory) -> None:
        self._services, self._asking, self._directory = services, asking, directory

    def move(self, request: Request, resource: str, word: MoveWord) -> Response:
        """Move a resource one step, by whose duty the step is; in that state already, it stays so."""
        asker = self._begin(request)
        known = self._visible(request, asker, resource)
        moved = self._services.journey.move(asker, known.slug, word.to, word.why)
        return json_answer(
            {
                "id": moved.id,
                "resource": moved.slug,
                "state": moved.state.value,
                "state_title": moved.state.words.as_json(),
                "code": str(moved.code or ""),
            }
        )

    def confirm(self, request: Request, expunge: str) -> Response:
        """The second person's word on an erasure; the worker removes the bytes, which nothing brings back."""
        asker = self._begin(request)
        return json_answer(_tombstone(self._services.journey.confirm_erasure(asker, expunge[:64])))

    def _begin(self, request: Request) -> Asker:
        request.state.block = NAME
        given_parameters(request)
        return self._asking.account(request)

    def _visible(self, request: Request, asker: Asker, name: str) -> Resource:
        scope = self._asking.scope(request)
        for item in self._directory.resources():
            if name in (item.id, item.slug) and self._directory.visible(item, asker, scope):
                return item
        raise Missing(Text(zh="没有这项资源", en="there is no such resource"), field="resource")


def _tombstone(found: Tombstone) -> dict[str, Any]:
    return {
        "id": found.id,
        "state": found.state.value,
        "target": found.target.as_json(),
        "reason": found.reason,
        "requested_at": iso(found.requested_at),
        "confirmed_at": iso(found.confirmed_at),
        "done_at": iso(found.done_at),
        "counts": found.counts,
    }
