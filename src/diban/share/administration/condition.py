"""How the installation is, for those who run it: ``/api/condition``."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from diban.ground import Text
from diban.share.administration.begin import begin
from diban.share.block import Block, read_route
from diban.share.http.answers import json_answer
from diban.share.http.asking import Asking
from diban.share.http.described import Access
from diban.share.port import Condition, Health
from diban.share.services import VERSION, Services
from diban.share.shapes.condition import Condition as ConditionShown

NAME = "condition"
WORKER = Text(zh="后台办理", en="worker")


def condition_block(asking: Asking) -> Block:
    """One page: what must be well, what helps where it is not, and what the installation was set to."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/api", tags=[NAME])

        def show(request: Request) -> Response:
            """Every part with its value, each red one with its remedy; the settings, secrets left out."""
            asker, _ = begin(request, NAME, asking)
            return json_answer(_document(services, services.office.condition(asker)))

        read_route(routes, "/condition", show, answer=ConditionShown, access=Access.ACCOUNT)
        return routes

    return Block(NAME, Text(zh="状态", en="Condition"), router)


def _document(services: Services, found: Condition) -> dict[str, Any]:
    healths = [*found.healths, *_worker(services)]
    return {
        "well": all(one.well for one in healths),
        "version": VERSION,
        "engine": services.base.engine,
        "database_bytes": found.database_bytes,
        "free_bytes": found.free_bytes,
        "parts": [_health(one) for one in healths],
        "settings_file": found.settings_file,
        "settings": [
            {"name": one.name, "value": one.value, "source": "file" if one.set_in_file else "default"}
            for one in found.settings
        ],
    }


def _worker(services: Services) -> list[Health]:
    """The worker beside the server, which only the server itself knows."""
    well = services.ready().get("worker")
    remedy = Text(zh="重新启动 diban serve", en="restart diban serve")
    if well is None:
        return []
    return [Health("worker", WORKER, well, "alive" if well else "stopped", None if well else remedy)]


def _health(part: Health) -> dict[str, Any]:
    return {
        "name": part.name,
        "title": part.title.as_json(),
        "well": part.well,
        "value": part.value,
        "remedy": None if part.remedy is None else part.remedy.as_json(),
    }
