"""What this installation is and who is asking: ``/api/platform``."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response

from diban.governance import Asker
from diban.ground import Text, Unauthenticated
from diban.share.asking import Asking
from diban.share.block import Block
from diban.share.core import json_answer
from diban.share.services import VERSION, Services
from diban.store import reading

NAME = "platform"


def platform_block(asking: Asking) -> Block:
    """One page: name, area, engine, account."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/api", tags=[NAME])

        def show(request: Request) -> Response:
            """What this installation is; ``account`` is null for nobody."""
            request.state.block = NAME
            with reading(services.database) as connection:
                account = account_of(services, connection, _asker(asking, request))
            return json_answer(
                {
                    "name": services.title.as_json(),
                    "version": VERSION,
                    "engine": services.base.engine,
                    "area": {"bbox": services.area.as_list()},
                    "account": account,
                }
            )

        routes.add_api_route("/platform", show, methods=["GET", "HEAD"])
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
    }


def _asker(asking: Asking, request: Request) -> Asker:
    """The asker; a session that has ended counts as nobody here, so that the portal can say so."""
    try:
        return asking.asker(request)
    except Unauthenticated:
        return Asker.anonymous(request.state.request_id)
