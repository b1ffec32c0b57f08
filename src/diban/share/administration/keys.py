"""API keys of the asker's party: ``/api/keys``, for those who may issue them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from diban.governance import Asker, Key, Permission, UseAsked, UseBy, UseSeen, keys_of, may, use_sums
from diban.ground import Text, now
from diban.share.administration.begin import begin
from diban.share.administration.named import Register
from diban.share.block import Block, act_route, read_route
from diban.share.deliveries.document import iso
from diban.share.http.answers import json_answer
from diban.share.http.asking import Asking
from diban.share.http.body_text import BodyText
from diban.share.http.described import Access
from diban.share.http.idempotency_key import IDEMPOTENCY, given_key
from diban.share.services import Services
from diban.share.shapes.key import IssuedKey, KeyList
from diban.store import reading

NAME = "keys"
PATH = "/api/keys"
COUNTED_DAYS = 30


class NewKey(BaseModel):
    """What a key is asked for: its purpose, and for how many days."""

    model_config = ConfigDict(extra="forbid")

    purpose: Annotated[BodyText, Field(min_length=1, max_length=500)]
    days: Annotated[int, Field(ge=1, le=366)]


def keys_block(asking: Asking) -> Block:
    """Keys: listed with their use, issued, revoked."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix=PATH, tags=[NAME])
        pages = _Pages(services, asking)
        read_route(routes, "", pages.index, answer=KeyList, access=Access.ACCOUNT)
        act_route(
            routes,
            "POST",
            "",
            pages.issue,
            status=201,
            known=200,
            answer=IssuedKey,
            refuses=(409,),
            further=[IDEMPOTENCY],
        )
        act_route(routes, "DELETE", "/{key}", pages.revoke, status=204)
        return routes

    return Block(NAME, Text(zh="密钥", en="Keys"), router)


class _Pages:
    def __init__(self, services: Services, asking: Asking) -> None:
        self._services, self._asking = services, asking

    def index(self, request: Request) -> Response:
        """The keys of the asker's party and those below it, with what each read in the last 30 days."""
        asker, _ = begin(request, NAME, self._asking)
        may(asker, Permission.ISSUE_KEYS, asker.party)
        with reading(self._services.database) as connection:
            found = keys_of(connection, *asker.reach)
            register, calls = Register(self._services, connection), self._calls(connection, asker)
            lines = [_line(key, register, calls) for key in found]
        return json_answer({"days": COUNTED_DAYS, "keys": lines})

    def issue(self, request: Request, wanted: NewKey) -> Response:
        """A key for the asker's party: 201 with its text, which is told this once.

        With the same ``Idempotency-Key`` it is the same key: 200, without its text.
        """
        asker, _ = begin(request, NAME, self._asking)
        until = now() + timedelta(days=wanted.days)
        key, text = self._services.office.issue_key(asker, wanted.purpose, until, given_key(request))
        with reading(self._services.database) as connection:
            line = _line(key, Register(self._services, connection), {})
        answer = json_answer({**line, "text": text}, headers={"Cache-Control": "no-store"})
        answer.status_code = 200 if text is None else 201
        return answer

    def revoke(self, request: Request, key: str) -> Response:
        """End a key for good; ending it again changes nothing."""
        asker, _ = begin(request, NAME, self._asking)
        self._services.office.revoke_key(asker, key[:64])
        return Response(status_code=204)

    def _calls(self, connection: sa.Connection, asker: Asker) -> dict[str, int]:
        today = now().astimezone(self._services.use.zone).date()
        asked = UseAsked(today - timedelta(days=COUNTED_DAYS - 1), today)
        sums = use_sums(connection, asked, UseBy.KEY, UseSeen((), asker.reach))
        return {one.of: one.calls for one in sums}


def _line(key: Key, register: Register, calls: dict[str, int]) -> dict[str, Any]:
    return {
        "id": key.id,
        "purpose": key.purpose,
        "state": _state(key, now(), register),
        "account": register.account(key.account),
        "party": register.party(key.party),
        "created_at": iso(key.created_at),
        "until": iso(key.until),
        "last_used": iso(key.last_used),
        "revoked_at": iso(key.revoked_at),
        "calls": calls.get(key.id, 0),
    }


def _state(key: Key, moment: datetime, register: Register) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.until > moment and register.closed(key.party):
        return "closed"
    return "ended" if key.until <= moment else "valid"
