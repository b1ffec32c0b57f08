"""Pages called straight: the same pages as the framework would find, in its order, with its refusals."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import httpx
import pytest
import structlog
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from diban.ground import Missing, Text
from diban.share import blocks_of
from diban.share.http.application import Application
from diban.share.http.direct import Direct
from diban.share.http.problems import answer_faults
from diban.share.http.requests import Guard
from tests.share.town import Town

SEEN: list[tuple[str, str]] = []


def first(request: Request, name: str) -> Response:
    held = structlog.contextvars.get_contextvars()["request_id"]
    SEEN.append((threading.current_thread().name, held))
    return Response(f"first {name} {request.path_params['name']}")


def fixed(request: Request) -> Response:
    return Response("fixed")


def numbered(request: Request, number: int) -> Response:
    return Response(f"number {number + 1}")


def posted(name: str) -> Response:
    return Response(f"posted {name}")


def failing(name: str) -> Response:
    raise RuntimeError("the secret of the house")


def missing(request: Request) -> Response:
    raise Missing(Text(zh="没有", en="there is none"), field="thing")


@pytest.fixture
def app() -> Application:
    app, routes = Application(openapi_url=None), APIRouter()
    for path, page in (("/a/fixed", fixed), ("/a/{name}", first), ("/n/{number}", numbered), ("/m", missing)):
        routes.add_api_route(path, page, methods=["GET"], response_class=Response)
    routes.add_api_route("/a/{name}", posted, methods=["POST"])
    routes.add_api_route("/f/{name}", failing, methods=["GET", "POST"], response_class=Response)
    app.include_router(routes)
    answer_faults(app)
    app.surround(Direct, routes=[route for route in routes.routes if isinstance(route, APIRoute)])
    app.surround(Guard)
    return app


class Asked:
    """Asks the application in this process, whatever its document says."""

    def __init__(self, app: Application, runner: asyncio.Runner) -> None:
        transport = httpx.ASGITransport(app)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://town.test")
        self._runner = runner

    def __call__(self, method: str, path: str) -> httpx.Response:
        return self._runner.run(self._client.request(method, path))


@pytest.fixture
def ask(app: Application) -> Iterator[Asked]:
    with asyncio.Runner() as runner:
        yield Asked(app, runner)


def test_the_first_route_that_fits_has_the_address(ask: Asked) -> None:
    assert ask("GET", "/a/fixed").text == "fixed"
    assert ask("GET", "/a/other").text == "first other other"
    assert ask("GET", "/a/%E6%A5%BC").text == "first 楼 楼"


def test_a_page_has_a_thread_and_the_words_of_its_request(ask: Asked) -> None:
    SEEN.clear()
    answer = ask("GET", "/a/x")
    ((thread, request_id),) = SEEN
    assert thread.startswith("page")
    assert request_id == answer.headers["x-request-id"]


def test_what_is_more_than_text_is_left_to_the_framework(ask: Asked) -> None:
    assert ask("GET", "/n/41").text == "number 42"
    assert ask("GET", "/n/x").status_code == 400


def test_other_methods_are_left_to_the_framework(ask: Asked) -> None:
    assert ask("POST", "/a/x").status_code == 200
    assert ask("DELETE", "/a/x").status_code == 405


def test_a_refusal_is_a_problem(ask: Asked) -> None:
    answer = ask("GET", "/m")
    assert (answer.status_code, answer.json()["field"]) == (404, "thing")


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_what_nobody_foresaw_is_a_problem_too(method: str, ask: Asked) -> None:
    answer = ask(method, "/f/x")
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["request_id"]) == (500, answer.headers["x-request-id"])
    assert "secret" not in answer.text


def test_head_is_answered_without_a_body(ask: Asked) -> None:
    answer = ask("HEAD", "/a/fixed")
    assert (answer.status_code, answer.content) == (200, b"")


def test_every_page_that_is_read_is_called_straight(town: Town) -> None:
    """A page that takes a part of its address as anything but text would go the long way unnoticed."""
    routes = [route for block in blocks_of(town.services) for route in block.router(town.services).routes]
    direct = Direct(town.app, [route for route in routes if isinstance(route, APIRoute)])
    read = [path for path, acts in town.app.openapi()["paths"].items() if "get" in acts]
    assert len(read) > 50
    assert [path for path in read if direct.found(path.replace("{", "").replace("}", "")) is None] == []
