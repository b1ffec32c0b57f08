"""What holds for every request: ids, headers, bounds, HEAD, compression, and errors nobody foresaw."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from diban.share.http.requests import MAX_BODY, MAX_PATH, MAX_QUERY, SECURITY, Guard
from tests.share.client import Client
from tests.share.town import Town

ITEMS = "/ogc/collections/buildings/items"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/ogc", 200),
        (ITEMS, 200),
        (ITEMS + "/999", 404),
        ("/ogc/nothing", 404),
        ("/api/nothing", 404),
        (ITEMS + "?x=1", 400),
        ("/ogc/collections/buildings/tiles/WebMercatorQuad/0/0/0", 200),
        ("/ogc/collections/buildings/tiles/WebMercatorQuad/22/0/0", 204),
        ("/healthz", 200),
        ("/", 200),
        ("/api/session", 200),
        ("/" + "x" * 2000, 414),
    ],
)
def test_headers_stand_on_every_answer(transport: Client, path: str, status: int) -> None:
    answer = transport.get(path)
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in SECURITY} == SECURITY
    assert re.fullmatch(r"req_[0-9a-z]{26}", answer.headers["x-request-id"])
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] in ("no-store", "private, no-cache", "no-cache")
    if status >= 400:
        assert answer.json()["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "path",
    [
        ITEMS + "?code=%00",
        ITEMS + "?code=a%00b",
        ITEMS + "?%00=1",
        ITEMS + "/%00",
        "/ogc/collections/buildings%00/items",
        "/api/resources/plans%00",
        "/api/deliveries/%00",
        "/assets/index-abc.js%00.txt",
        "/%00",
    ],
)
def test_no_request_speaks_of_a_character_that_nothing_holds(transport: Client, path: str) -> None:
    told = transport.refused(path, 400)
    assert (told["field"], told["remedy"]) == ("U+0000", "leave it out")


@pytest.mark.parametrize("field", ["login", "password"])
def test_no_body_does_either(nobody: Client, field: str) -> None:
    typed = {"login": "transport", "password": "secret", field: "a\0b"}
    answer = nobody.ask("POST", "/api/session", json=typed, headers={"X-Diban-Request": "1"})
    assert (answer.status_code, answer.json()["field"]) == (400, f"body.{field}")


def test_ids_are_fresh(nobody: Client) -> None:
    ids = {nobody.get("/ogc", headers={"X-Request-Id": "mine"}).headers["x-request-id"] for _ in range(5)}
    assert len(ids) == 5
    assert "mine" not in ids


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "FOO"])
def test_a_method_that_is_not_taken(nobody: Client, method: str) -> None:
    answer = nobody.ask(method, "/ogc")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/ogc", ITEMS, ITEMS + "/1", ITEMS + "/999", "/", "/metrics", "/api/platform", "/api/session"]
)
def test_head_is_get_without_its_body(transport: Client, path: str) -> None:
    whole, head = transport.get(path), transport.ask("HEAD", path)
    assert head.content == b""
    assert head.status_code == whole.status_code
    for name in ("content-type", "etag", "content-crs"):
        assert head.headers.get(name) == whole.headers.get(name)
    assert int(head.headers["content-length"]) > 0


def test_long_addresses(transport: Client) -> None:
    told = transport.refused(f"{ITEMS}?code={'x' * MAX_QUERY}", 414)
    assert (told["field"], told["limit"]) == ("query", MAX_QUERY)
    told = transport.refused("/ogc/" + "%41" * (MAX_PATH // 3), 414)
    assert (told["field"], told["limit"]) == ("path", MAX_PATH)
    assert transport.read(f"{ITEMS}?code={'x' * 5000}")["features"] == []


def test_many_parameters(transport: Client) -> None:
    told = transport.refused(f"{ITEMS}?" + "&".join(f"p{number}=" for number in range(101)), 400)
    assert (told["field"], told["limit"]) == ("query", 100)
    ids = ",".join(map(str, range(1500)))
    assert transport.refused(f"{ITEMS}?ids={ids}", 400)["field"] == "ids"


@pytest.mark.parametrize("stated", [True, False])
def test_large_bodies(nobody: Client, stated: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b"x" * 1000

    body = b"x" * (MAX_BODY + 1) if stated else pieces()
    answer = nobody.ask("POST", "/api/session", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in ((413,) if stated else (400, 413))
    assert answer.headers["content-type"] == "application/problem+json"


def test_compression(transport: Client) -> None:
    plain = transport.get(ITEMS, params={"limit": 100}, headers={"Accept-Encoding": "identity"})
    packed = transport.get(ITEMS, params={"limit": 100}, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 3
    assert packed.json()["features"] == plain.json()["features"]
    assert "accept-encoding" in packed.headers["vary"].lower()
    assert packed.headers["etag"] == plain.headers["etag"]
    small = transport.get("/healthz", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers


@pytest.mark.parametrize("host", ["", "[", "a b", 'evil"><script>', "x" * 300, "town.test/path", "@", "a:b"])
def test_a_host_that_is_none(transport: Client, host: str) -> None:
    answer = transport.get(ITEMS, headers={"Host": host})
    assert answer.status_code == 400
    assert answer.json()["field"] == "Host"


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "[::1]:8000", "board.example", "a-b_c.d"])
def test_links_follow_the_host(transport: Client, host: str) -> None:
    answer = transport.get("/ogc", headers={"Host": host})
    assert answer.json()["links"][0]["href"] == f"http://{host}/ogc"


def _failing() -> FastAPI:
    """An application with faults that nobody foresaw."""
    app = FastAPI()

    @app.get("/fails")
    def fails(request: Request) -> None:
        raise RuntimeError("the secret of the house")

    @app.get("/breaks-off")
    def breaks_off() -> StreamingResponse:
        async def half() -> AsyncIterator[bytes]:
            yield b"half"
            raise RuntimeError("the other half")

        return StreamingResponse(half())

    app.add_middleware(Guard)
    return app


def test_what_nobody_foresaw() -> None:
    with asyncio.Runner() as runner:
        client = Client(_failing(), runner, {"Accept-Language": "zh"})
        answer = client.get("/fails")
        assert answer.status_code == 500
        assert {name: answer.headers[name] for name in SECURITY} == SECURITY
        told = answer.json()
        assert told["title"] == "内部错误"
        assert told["request_id"] == answer.headers["x-request-id"]
        assert "secret" not in answer.text
        assert client.get("/breaks-off").content == b"half"


def test_what_fails_is_counted(own_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    client = own_town.client("transport")
    client.read(ITEMS)
    monkeypatch.setattr("diban.share.ogc.features.features_of", lambda batch, crs: 1 / 0)
    assert client.refused(ITEMS, 500)["detail"] == "an internal error; it is recorded"
    sums = own_town.used()
    assert sums[("features", 500)] == 1
    assert sums[("features", 200)] == 1
