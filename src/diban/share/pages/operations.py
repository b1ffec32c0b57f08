"""For operators: ``/healthz`` (the process lives), ``/readyz`` (it can work), ``/metrics``."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from diban.ground import Text
from diban.share.block import Block, read_route
from diban.share.http.answers import json_answer
from diban.share.http.described import Access
from diban.share.http.metrics import exposition
from diban.share.http.problems import RETRY_SECONDS
from diban.share.services import Services
from diban.share.shapes.platform import Alive, Parts

NAME = "operations"
_METRICS = "text/plain; version=0.0.4; charset=utf-8"


def operations_block() -> Block:
    """Probes and measures; they tell nothing about anybody's data."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(tags=[NAME])

        def alive(request: Request) -> Response:
            """The process answers."""
            request.state.block = NAME
            return json_answer({"alive": True})

        def ready(request: Request) -> Response:
            """Whether every part works: 200, or 503 with the parts that do not."""
            request.state.block = NAME
            parts = services.ready() | {"use": services.use.fault is None}
            answer = json_answer(parts)
            if not all(parts.values()):
                answer.status_code = 503
                answer.headers["Retry-After"] = RETRY_SECONDS
            return answer

        def metrics(request: Request) -> Response:
            """Measures of all serving processes in Prometheus's text format."""
            request.state.block = NAME
            return Response(exposition(services.measures), media_type=_METRICS)

        read_route(routes, "/healthz", alive, answer=Alive, access=Access.OPEN)
        read_route(routes, "/readyz", ready, answer=Parts, access=Access.OPEN, unready=Parts)
        read_route(routes, "/metrics", metrics, kind=_METRICS, access=Access.OPEN)
        return routes

    return Block(NAME, Text(zh="运行", en="Operations"), router)
