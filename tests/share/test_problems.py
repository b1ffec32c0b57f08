"""Refusals: RFC 9457 documents that name the field, the limit and the remedy, in the asker's language."""

from __future__ import annotations

import pytest
from fastapi import Request

from diban.ground import (
    Conflict,
    Damaged,
    Denied,
    Fault,
    IllegalMove,
    Invalid,
    Missing,
    OutcomeUnknown,
    StorageFull,
    Text,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unsafe,
)
from diban.share.http.language import language_of
from diban.share.http.problems import status_of
from tests.share.client import Client

ITEMS = "/ogc/collections/buildings/items"
SAID = Text(zh="话", en="words")


def test_a_problem_names_field_limit_and_remedy(transport: Client) -> None:
    answer = transport.get(ITEMS, params={"limit": "none"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == "en"
    assert answer.json() == {
        "type": "urn:diban:problem:invalid",
        "title": "The request is not valid",
        "status": 400,
        "detail": "limit is a positive integer",
        "field": "limit",
        "limit": "1–10000",
        "remedy": "follow the next links for more",
        "request_id": answer.headers["x-request-id"],
    }


def test_a_problem_in_chinese(transport: Client) -> None:
    answer = transport.get(ITEMS, params={"limit": "none"}, headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    told = answer.json()
    assert answer.headers["content-language"] == "zh"
    assert (told["title"], told["detail"]) == ("请求无效", "limit 应为正整数")
    assert told["remedy"] == "更多要素请用 next 链接翻页"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh"),
        ("", "zh"),
        ("zh", "zh"),
        ("en", "en"),
        ("en-GB", "en"),
        ("zh-Hans-CN", "zh"),
        ("EN", "en"),
        ("en;q=0.5, zh;q=0.8", "zh"),
        ("zh;q=0.1, en;q=0.8", "en"),
        ("fr, en;q=0.3", "en"),
        ("fr-CH", "en"),
        ("*", "zh"),
        ("en;q=0, zh;q=0.001", "zh"),
        ("zh;q=0", "en"),
        ("en; q=0.9 , zh ; q=0.2", "en"),
        ("zh;q=nan, en;q=0.1", "en"),
        ("zh;q=2, en;q=0.1", "en"),
        ("," * 400 + "en", "en"),
        ("x" * 10_000, "en"),
        ("english", "en"),
        (";;;,,,=", "en"),
    ],
)
def test_languages(header: str | None, language: str) -> None:
    headers = [] if header is None else [(b"accept-language", header.encode())]
    assert language_of(Request({"type": "http", "headers": headers})) == language


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Invalid, 400),
        (TooLarge, 400),
        (Unsafe, 400),
        (Unauthenticated, 401),
        (Denied, 403),
        (Missing, 404),
        (Conflict, 409),
        (IllegalMove, 409),
        (Unavailable, 503),
        (StorageFull, 503),
        (OutcomeUnknown, 503),
        (Damaged, 500),
        (Fault, 500),
    ],
)
def test_statuses(fault: type[Fault], status: int) -> None:
    assert status_of(fault(SAID)) == status


def test_too_large_speaks_of_a_body_only_where_there_is_one() -> None:
    assert status_of(TooLarge(SAID), "POST") == 413
    assert status_of(TooLarge(SAID), "DELETE") == 400


def test_a_word_that_is_too_long(nobody: Client) -> None:
    told = nobody.refused("/api/resources", 400, q="x" * 201)
    assert (told["type"], told["limit"]) == ("urn:diban:problem:too-large", 200)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        '{"login": "a"}',
        '{"login": "", "password": "x"}',
        '{"login": "a", "password": ""}',
        '{"login": "a", "password": "b", "admin": true}',
        '{"login": 1, "password": "b"}',
        '{"login": "' + "a" * 65 + '", "password": "b"}',
        '{"login": "a", "password": "' + "b" * 257 + '"}',
        '{"login": "\\ud800", "password": "b"}',
        "[" * 10_000,
        '{"login": NaN, "password": "b"}',
    ],
)
def test_a_body_that_is_not_as_required(nobody: Client, body: str) -> None:
    headers = {"Content-Type": "application/json", "X-Diban-Request": "1"}
    answer = nobody.ask("POST", "/api/session", content=body, headers=headers)
    assert answer.status_code == 400, answer.text
    assert answer.json()["field"]
    assert "secret" not in answer.text


def test_nothing_there(nobody: Client) -> None:
    for path in (
        "/ogc/x",
        "/api/x",
        "/ogc/collections/a/b/c",
        "/api",
        "/ogc/collections/",
        "/api/resources/",
    ):
        told = nobody.refused(path, 404)
        assert told["detail"] in ("there is nothing at this address", "there is no such resource"), path
