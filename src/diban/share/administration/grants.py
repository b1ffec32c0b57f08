"""Grants (授权): who may see what of which layer, given and withdrawn: ``/api/grants``."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response

from diban.catalogue import Resource, State
from diban.governance import (
    Asker,
    GrantsAsked,
    GrantState,
    count_grants,
    find_grant,
    grant_page,
    granted_pairs,
    grants_on,
    grants_seen,
    may_give,
)
from diban.ground import LayerId, Mask, Missing, PartyId, Text, now
from diban.share.administration.begin import begin
from diban.share.administration.grant_body import NewGrantBody, WithdrawalBody
from diban.share.administration.grant_document import MASKS, choice_of, grant_document
from diban.share.administration.named import Register
from diban.share.block import Block, act_route, read_route
from diban.share.http.answers import json_answer
from diban.share.http.asking import Asking
from diban.share.http.described import Access
from diban.share.http.idempotency_key import IDEMPOTENCY, given_key
from diban.share.offered.directory import MOST_RESOURCES, Directory
from diban.share.offered.titled import titled
from diban.share.parameters.after import AFTER
from diban.share.parameters.limit import LIMIT, parse_limit
from diban.share.parameters.parameter import Parameter
from diban.share.services import Services
from diban.share.shapes.grants import Grant, GrantChoices, GrantPage
from diban.store import reading

NAME = "grants"
PATH = "/api/grants"
MOST = 200
MOST_CHOICES = 20
PARTY = Parameter("party", Text(zh="获授权机构的编号", en="the id of the party that was granted"))
RESOURCE = Parameter("resource", Text(zh="资源的编号或标识", en="a resource's id or slug"))
STATE = Parameter(
    "state",
    Text(zh="授权状态", en="how grants stand"),
    {"type": "string", "enum": [state.value for state in GrantState]},
)
WORDS = Parameter("q", Text(zh="资源检索词，空格分隔", en="words of a resource, with blanks between"))
KNOWN = (PARTY, RESOURCE, STATE, LIMIT, AFTER)


def grants_block(asking: Asking, directory: Directory) -> Block:
    """Grants: looked through, given, withdrawn."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix=PATH, tags=[NAME])
        pages = _Pages(services, asking, directory)
        read_route(routes, "", pages.index, *KNOWN, answer=GrantPage, access=Access.ACCOUNT, refuses=(404,))
        read_route(routes, "/choices", pages.choices, WORDS, answer=GrantChoices, access=Access.ACCOUNT)
        act_route(
            routes,
            "POST",
            "",
            pages.give,
            status=201,
            known=200,
            answer=Grant,
            refuses=(404, 409),
            further=[IDEMPOTENCY],
        )
        act_route(routes, "POST", "/{grant}/withdrawal", pages.withdraw, answer=Grant, refuses=(409,))
        return routes

    return Block(NAME, Text(zh="授权", en="Grants"), router)


class _Pages:
    def __init__(self, services: Services, asking: Asking, directory: Directory) -> None:
        self._services, self._asking, self._directory = services, asking, directory

    def index(self, request: Request) -> Response:
        """Grants that the asker may see, newest first; ``next`` is the id that leads on.

        Everybody's to the security administrator, those who read the audit and the data bureau; to
        others those on what they grant themselves.
        """
        asker, given = begin(request, NAME, self._asking, *KNOWN)
        providers = grants_seen(asker)
        mine = [
            one for one in self._directory.resources() if providers is None or one.entry.provider in providers
        ]
        seen = None if providers is None else frozenset(_by_layer(mine))
        only = _one_of(mine, given.get("resource"))
        limit = min(parse_limit(given.get("limit")), MOST)
        moment, asked = now(), _asked(given, seen if only is None else frozenset(_by_layer([only])))
        with reading(self._services.database) as connection:
            register = Register(self._services, connection)
            party = self._party(register, given.get("party"))
            found = grant_page(connection, asked, moment, given.get("after"), limit + 1)
            total = count_grants(connection, asked, moment)
            pairs = granted_pairs(connection, seen)
        known = _by_layer(self._directory.resources())
        return json_answer(
            {
                "grants": [
                    grant_document(one, asker, known, register, moment, self._services.use.zone)
                    for one in found[:limit]
                ],
                "total": total,
                "next": found[limit - 1].id if len(found) > limit else None,
                "party": party,
                "resource": None if only is None else _named(only),
                "states": [titled(state) for state in GrantState],
                "parties": [register.party(name) for name in sorted({name for name, _ in pairs})],
                "resources": _granted(mine, {layer for _, layer in pairs}),
            }
        )

    def choices(self, request: Request) -> Response:
        """What a grant can be made of: parties, and resources found by ``q`` on which the asker may grant."""
        asker, given = begin(request, NAME, self._asking, WORDS)
        may_give(asker)
        with reading(self._services.database) as connection:
            register = Register(self._services, connection)
            found = self._found(connection, given.get("q", ""))
        mine = [one for one in found if grants_on(asker, one) and any(part.layer for part in one.layers)]
        parties = [one for _, one in sorted(register.parties.items()) if one.closed_at is None]
        return json_answer(
            {
                "parties": [{**register.party(one.id), "kind": titled(one.kind)} for one in parties],
                "resources": [choice_of(one, register) for one in mine[:MOST_CHOICES]],
                "more": len(mine) > MOST_CHOICES,
                "masks": [{"value": mask, "title": MASKS[mask].as_json()} for mask in Mask],
            }
        )

    def give(self, request: Request, wanted: NewGrantBody) -> Response:
        """Grant: 201; with the same ``Idempotency-Key`` it is the same grant: 200."""
        asker, _ = begin(request, NAME, self._asking)
        made, fresh = self._services.office.give(asker, wanted.as_wanted(), given_key(request))
        return self._answer(asker, made, 201 if fresh else 200)

    def withdraw(self, request: Request, grant: str, word: WithdrawalBody) -> Response:
        """Withdraw a grant for good, for a reason; it ends within a second."""
        asker, _ = begin(request, NAME, self._asking)
        self._services.office.take_back(asker, grant[:64], word.why)
        return self._answer(asker, grant, 200)

    def _answer(self, asker: Asker, grant: str, status: int) -> Response:
        with reading(self._services.database) as connection:
            held = find_grant(connection, grant)
            assert held is not None, "it was just dealt with"
            register = Register(self._services, connection)
        known = _by_layer(self._directory.resources())
        answer = json_answer(grant_document(held, asker, known, register, now(), self._services.use.zone))
        answer.status_code = status
        return answer

    def _party(self, register: Register, named: str | None) -> dict[str, Any] | None:
        if named is None:
            return None
        if PartyId(named) not in register.parties:
            raise Missing(Text(zh="没有这个机构", en="there is no such party"), field="party")
        return register.party(named)

    def _found(self, connection: sa.Connection, words: str) -> list[Resource]:
        return list(self._services.catalogue.list(connection, tuple(State), text=words, limit=MOST_RESOURCES))


def _asked(given: Mapping[str, str], layers: frozenset[LayerId] | None) -> GrantsAsked:
    state = GrantState.parse(given["state"], "state") if given.get("state") else None
    return GrantsAsked(PartyId(given["party"]) if given.get("party") else None, layers, state)


def _one_of(resources: Iterable[Resource], named: str | None) -> Resource | None:
    """That of these resources that is named; None where none is, `Missing` where it is none of them."""
    if named is None:
        return None
    for one in resources:
        if named in (one.id, one.slug):
            return one
    raise Missing(Text(zh="没有这项资源", en="there is no such resource"), field="resource")


def _granted(resources: Iterable[Resource], layers: Container[LayerId]) -> list[dict[str, Any]]:
    """Those of these resources that have one of these layers."""
    return [_named(one) for one in resources if any(layer in layers for layer in _by_layer([one]))]


def _by_layer(resources: Iterable[Resource]) -> dict[LayerId, Resource]:
    return {part.layer: one for one in resources for part in one.layers if part.layer is not None}


def _named(resource: Resource) -> dict[str, Any]:
    return {"id": resource.id, "slug": resource.slug, "title": resource.entry.title.as_json()}
