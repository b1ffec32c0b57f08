"""Parties (机构): the tree of organisations, for administrators: ``/api/parties``."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from diban.governance import Asker, Party, PartyKind, Permission, grants_by_party
from diban.ground import PartyId, Text, now
from diban.share.administration.begin import begin, may_any
from diban.share.administration.named import Register
from diban.share.block import Block, act_route, read_route
from diban.share.deliveries.document import iso
from diban.share.http.answers import json_answer
from diban.share.http.asking import Asking
from diban.share.http.body_text import BodyText
from diban.share.http.described import Access
from diban.share.offered.directory import Directory
from diban.share.offered.titled import titled
from diban.share.services import Services
from diban.share.shapes.parties import Parties, PartyDetail
from diban.store import reading

NAME = "parties"
PATH = "/api/parties"
_Name = Annotated[BodyText, Field(min_length=1, max_length=120)]


class NewName(BaseModel):
    """A party's name in both languages."""

    model_config = ConfigDict(extra="forbid")

    zh: _Name
    en: _Name


class Standing(BaseModel):
    """Whether a party is open; closing it needs a reason."""

    model_config = ConfigDict(extra="forbid")

    open: bool
    why: Annotated[BodyText, Field(max_length=500)] = ""


class NewParty(NewName):
    """A party to be registered: its name, kind, credit code (统一社会信用代码) and the party above it."""

    kind: PartyKind
    code: Annotated[BodyText, Field(min_length=18, max_length=18)] | None = None
    parent: Annotated[BodyText, Field(min_length=1, max_length=64)] | None = None


def parties_block(asking: Asking, directory: Directory) -> Block:
    """Parties: listed, registered, renamed, closed and opened again."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix=PATH, tags=[NAME])
        pages = _Pages(services, asking, directory)
        read_route(routes, "", pages.index, answer=Parties, access=Access.ACCOUNT)
        read_route(routes, "/{party}", pages.show, answer=PartyDetail, access=Access.ACCOUNT)
        act_route(
            routes, "POST", "", pages.add, status=201, known=200, answer=PartyDetail, refuses=(404, 409)
        )
        act_route(routes, "PUT", "/{party}/name", pages.rename, answer=PartyDetail, refuses=(409,))
        act_route(routes, "PUT", "/{party}/standing", pages.stand, answer=PartyDetail, refuses=(409,))
        return routes

    return Block(NAME, Text(zh="机构", en="Parties"), router)


class _Pages:
    def __init__(self, services: Services, asking: Asking, directory: Directory) -> None:
        self._services, self._asking, self._directory = services, asking, directory

    def index(self, request: Request) -> Response:
        """Every party with the one above it, and how many people and resources it has."""
        asker, _ = begin(request, NAME, self._asking)
        may_any(asker, Permission.MANAGE_ACCOUNTS, Permission.ASSIGN_ROLES)
        with reading(self._services.database) as connection:
            lines = self._lines(connection, asker)
        return json_answer({"parties": lines, "kinds": [titled(kind) for kind in PartyKind]})

    def show(self, request: Request, party: str) -> Response:
        """One party with every name it has had."""
        asker, _ = begin(request, NAME, self._asking)
        may_any(asker, Permission.MANAGE_ACCOUNTS, Permission.ASSIGN_ROLES)
        with reading(self._services.database) as connection:
            return json_answer(self._detail(connection, PartyId(party[:64])))

    def add(self, request: Request, party: NewParty) -> Response:
        """Register a party: 201, or 200 where that very one is registered already."""
        asker, _ = begin(request, NAME, self._asking)
        parent = None if party.parent is None else PartyId(party.parent)
        name = Text(zh=party.zh.strip(), en=party.en.strip())
        made, fresh = self._services.office.add_party(asker, party.kind, name, party.code, parent)
        with reading(self._services.database) as connection:
            answer = json_answer(self._detail(connection, made.id))
        answer.status_code = 201 if fresh else 200
        return answer

    def rename(self, request: Request, party: str, name: NewName) -> Response:
        """Give a party a new name from now on; the old one is kept with its time."""
        asker, _ = begin(request, NAME, self._asking)
        fresh = Text(zh=name.zh.strip(), en=name.en.strip())
        known = self._services.office.rename_party(asker, PartyId(party[:64]), fresh)
        with reading(self._services.database) as connection:
            return json_answer(self._detail(connection, known.id))

    def stand(self, request: Request, party: str, standing: Standing) -> Response:
        """Close a party that is no more, or open it again; 409 while it is responsible for resources.

        Closed, nobody signs in for it, its keys do not work and nothing is granted to it; its past stays.
        """
        asker, _ = begin(request, NAME, self._asking)
        known = self._services.office.set_party_open(asker, PartyId(party[:64]), standing.open, standing.why)
        with reading(self._services.database) as connection:
            return json_answer(self._detail(connection, known.id))

    def _lines(self, connection: sa.Connection, asker: Asker) -> list[dict[str, Any]]:
        register = Register(self._services, connection)
        people = Counter(account.party for account in register.accounts.values())
        resources = Counter(one.entry.provider for one in self._directory.resources())
        sees = asker.allowed(Permission.ASSIGN_ROLES)
        grants = grants_by_party(connection, now()) if sees else {}
        return [
            {
                **_line(one),
                "people": people[one.id],
                "resources": resources[one.id],
                "grants": grants.get(one.id, 0) if sees else None,
            }
            for one in register.parties.values()
        ]

    def _detail(self, connection: sa.Connection, party: PartyId) -> dict[str, Any]:
        names = self._services.parties.names(connection, party)
        return {
            **_line(self._services.parties.get(connection, party)),
            "names": [
                {"name": one.name.as_json(), "since": iso(one.since), "until": iso(one.until)}
                for one in names
            ],
        }


def _line(party: Party) -> dict[str, Any]:
    return {
        "id": party.id,
        "name": party.name.as_json(),
        "kind": titled(party.kind),
        "code": party.code,
        "parent": party.parent,
        "closed_at": iso(party.closed_at),
        "closed_why": party.closed_why,
    }
