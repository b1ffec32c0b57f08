"""What this installation is and who is asking: ``/api/platform``."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response

from diban.governance import Asker
from diban.ground import Text, Unauthenticated
from diban.share.block import Block, read_route
from diban.share.http.answers import json_answer
from diban.share.http.asking import Asking, forget_session
from diban.share.parameters.given import given_parameters
from diban.share.services import VERSION, Services
from diban.share.shapes.platform import Platform
from diban.store import reading

NAME = "platform"


def platform_block(asking: Asking) -> Block:
    """One page: name, area, engine, account."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/api", tags=[NAME])

        def show(request: Request) -> Response:
            """What this installation is; ``account`` is null for nobody."""
            request.state.block = NAME
            given_parameters(request)
            try:
                asker = asking.person(request)
            except Unauthenticated:
                # A session that has ended counts as nobody here: the portal goes on, and says so.
                response = json_answer(_document(services, None))
                forget_session(response)
                return response
            with reading(services.database) as connection:
                return json_answer(_document(services, account_of(services, connection, asker)))

        read_route(routes, "/platform", show, answer=Platform)
        return routes

    return Block(NAME, Text(zh="平台", en="Platform"), router)


def account_of(services: Services, connection: sa.Connection, asker: Asker) -> dict[str, Any] | None:
    """The asker's account for the portal; None for nobody."""
    if asker.account is None:
        return None
    account = services.accounts.get(connection, asker.account)
    party = services.parties.get(connection, asker.party or account.party)
    return {
        "login": account.login,
        "name": account.name.as_json(),
        "party": {"id": party.id, "name": party.name.as_json()},
        "roles": sorted(role.value for role in account.roles),
        "permissions": sorted(permission.value for permission in asker.permissions()),
        "must_change": account.must_change,
    }


def _document(services: Services, account: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "name": services.title.as_json(),
        "version": VERSION,
        "engine": services.base.engine,
        "area": {"bbox": services.area.as_list()},
        "account": account,
    }
