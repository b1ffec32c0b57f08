"""Pages of other origins: what they may read, and that nobody's session goes with it."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import FastAPI, Request

from diban.share.http.cross_origin import READ, CrossOrigin
from diban.share.http.requests import SECURITY
from tests.share.client import Client
from tests.share.town import COLUMN, ROW, ZOOM, Town

ITEMS = "/ogc/collections/buildings/items"
FILE = "/ogc/collections/buildings/download"
TILE = f"/ogc/collections/buildings/tiles/WebMercatorQuad/{ZOOM}/{ROW}/{COLUMN}"
ORIGIN = {"Origin": "https://app.example"}
FOR_ANY_PAGE = {"cache-control", "content-language", "content-length", "content-type", "last-modified"}
"""The CORS-safelisted response headers that we have (Fetch standard)."""
FOR_THE_BROWSER = {"vary", "content-encoding", "access-control-allow-origin", "access-control-expose-headers"}


@pytest.mark.parametrize(
    ("path", "status"), [("/ogc", 200), (ITEMS, 200), (ITEMS + "?x=1", 400), ("/ogc/no", 404)]
)
def test_answers_under_ogc_are_open_and_so_are_refusals(transport: Client, path: str, status: int) -> None:
    answer = transport.get(path, headers=ORIGIN)
    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert "etag" in answer.headers["access-control-expose-headers"].lower()


@pytest.mark.parametrize(
    ("path", "headers", "needed"),
    [
        (ITEMS, {}, {"content-crs", "etag"}),
        (TILE, {}, {"diban-features-counted", "diban-features-left-out", "etag"}),
        (FILE, {}, {"x-diban-version", "content-disposition"}),
        (f"{FILE}?f=gpkg", {"Range": "bytes=0-9"}, {"x-diban-version", "content-range", "accept-ranges"}),
        (f"{ITEMS}?x=1", {}, {"x-request-id"}),
    ],
)
def test_a_page_may_read_whatever_an_answer_says(
    own_town: Town, monkeypatch: pytest.MonkeyPatch, path: str, headers: dict[str, str], needed: set[str]
) -> None:
    monkeypatch.setattr("diban.base.snapshot.TILE_FEATURES", 50)
    answer = own_town.client("transport").get(path, headers=ORIGIN | headers)
    exposed = set(answer.headers["access-control-expose-headers"].lower().split(", "))
    said = set(answer.headers) - FOR_ANY_PAGE - FOR_THE_BROWSER - set(SECURITY)
    assert needed <= said <= exposed


def test_that_a_tile_was_simplified_may_be_read_too() -> None:
    assert "Diban-Features-Simplified" in READ


def test_too_long_an_address_can_be_read_by_the_page_too(transport: Client) -> None:
    answer = transport.get("/ogc/" + "x" * 2000, headers=ORIGIN)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (414, "*")


@pytest.mark.parametrize("path", ["/api/session", "/api/inbox", "/", "/healthz", "/ogcx"])
def test_nothing_else_is(transport: Client, path: str) -> None:
    answer = transport.get(path, headers=ORIGIN)
    assert "access-control-allow-origin" not in answer.headers


def test_a_browser_asks_first_whether_a_key_may_go_along(nobody: Client) -> None:
    asked = ORIGIN | {
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    answer = nobody.ask("OPTIONS", ITEMS, headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Authorization" in answer.headers["access-control-allow-headers"]
    assert answer.headers["access-control-max-age"] == "3600"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_page_elsewhere_may_write_nothing(nobody: Client, method: str) -> None:
    asked = ORIGIN | {"Access-Control-Request-Method": method}
    assert nobody.ask("OPTIONS", ITEMS, headers=asked).status_code == 400
    elsewhere = nobody.ask("OPTIONS", "/api/session", headers=asked)
    assert "access-control-allow-origin" not in elsewhere.headers


@pytest.mark.parametrize("path", ["/ogc", "/city/ogc"])
def test_below_the_path_of_the_installation_s_address(path: str) -> None:
    app = FastAPI()

    @app.get("/{rest:path}")
    def page(rest: str, request: Request) -> str:
        return rest

    wrapped = CrossOrigin(app, "https://host.example/city")
    with asyncio.Runner() as runner:
        transport = httpx.ASGITransport(wrapped)
        client = httpx.AsyncClient(transport=transport, base_url="http://host.example", headers=ORIGIN)
        assert runner.run(client.get(path)).headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-origin" not in runner.run(client.get("/city/api")).headers
