"""For operators: alive, ready, measured, logged."""

from __future__ import annotations

import re

import pytest
import structlog
from structlog.testing import capture_logs

from diban.ground import Text, Unavailable
from tests.share.client import Client
from tests.share.town import Town


def test_alive(nobody: Client) -> None:
    assert nobody.read("/healthz") == {"alive": True}


def test_ready(own_town: Town) -> None:
    client = own_town.client()
    assert client.read("/readyz") == {"database": True, "use": True}
    object.__setattr__(own_town.services, "ready", lambda: {"database": True, "space": False})
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"database": True, "space": False, "use": True}
    object.__setattr__(own_town.services, "ready", lambda: {"database": True})
    own_town.services.use.fault = Unavailable(Text(zh="", en=""))
    assert client.get("/readyz").json() == {"database": True, "use": False}


def test_a_database_that_does_not_answer(own_town: Town) -> None:
    client = own_town.client("transport")
    client.read("/ogc/collections/buildings/items")

    def away() -> dict[str, bool]:
        raise Unavailable(Text(zh="数据库暂时不可用", en="the database does not answer"))

    object.__setattr__(own_town.services, "ready", away)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert client.get("/healthz").status_code == 200


def test_measures_are_labelled_by_what_was_looked_up(town: Town) -> None:
    client = town.client("transport")
    for number in range(5):
        client.get(f"/ogc/collections/made-up-{number}/items")
        client.get(f"/made-up-{number}.js")
    client.get("/ogc/collections/buildings/items")
    answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "made-up" not in answer.text
    labels = set(re.findall(r'diban_requests_total\{block="([^"]*)",status="([^"]*)"\}', answer.text))
    assert {("features", "200"), ("features", "404")} <= labels
    blocks = {"core", "features", "tiles", "platform", "session", "catalogue", "deliveries", "operations"}
    blocks |= {
        "uploads",
        "inbox",
        "assets",
        "history",
        "mappings",
        "downloads",
        "use",
        "search",
        "styles",
        "style-editor",
        "keys",
        "home",
        "people",
        "parties",
        "grants",
        "jobs",
        "audit",
        "condition",
    }
    seen = {block for block, _ in labels}
    assert {"features", "portal"} <= seen <= blocks | {"portal", "other"}
    assert re.search(r'diban_request_seconds_count\{block="features"\} \d', answer.text)


def test_a_log_line_for_each_request(town: Town) -> None:
    client = town.client("transport")
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        answer = client.get("/ogc/collections/buildings/items?code=private")
    (line,) = lines
    assert line["request_id"] == answer.headers["x-request-id"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/ogc/collections/buildings/items", 200)
    assert line["milliseconds"] > 0
    assert "private" not in str(line)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_nobody_needs_to_be_known(nobody: Client, path: str) -> None:
    assert nobody.get(path, headers={"X-API-Key": "nonsense"}).status_code == 200
