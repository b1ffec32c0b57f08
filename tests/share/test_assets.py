"""Files by HTTP: whole or in part, under their own name, to those alone who may have all of them."""

from __future__ import annotations

import hashlib
from urllib.parse import unquote

import pytest
import sqlalchemy as sa

from diban.governance import Audit
from diban.ground import LayerScope
from diban.store import reading
from tests.share.client import Client
from tests.share.town import COARSE, PLAN, PLAN_NAME, Town, add_plan

PATH = "/api/assets/plan"
DIGEST = hashlib.sha256(PLAN).hexdigest()


@pytest.fixture(autouse=True)
def _plan(own_town: Town) -> None:
    add_plan(own_town)


@pytest.fixture
def clinic(own_town: Town) -> Client:
    """The clinic, to which the plan was granted whole."""
    return own_town.client("clinic")


def test_the_file_comes_as_it_was_sent_and_harms_no_page(clinic: Client) -> None:
    answer = clinic.get(PATH)
    assert answer.status_code == 200
    assert answer.content == PLAN
    headers = answer.headers
    assert headers["etag"] == f'"{DIGEST}"'
    assert headers["content-type"].startswith("text/plain")
    assert headers["content-length"] == str(len(PLAN))
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["accept-ranges"] == "bytes"
    assert headers["cache-control"] == "private, no-cache"
    kind, plain, encoded = headers["content-disposition"].split("; ")
    assert kind == "attachment"
    assert plain == 'filename="2026.txt"'
    assert unquote(encoded.removeprefix("filename*=UTF-8''")) == PLAN_NAME


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=0-9", 206, PLAN[:10]),
        ("bytes=100-", 206, PLAN[100:]),
        ("bytes=-7", 206, PLAN[-7:]),
        ("bytes=5-999999999", 206, PLAN[5:]),
        ("bytes=999999999-", 416, b""),
        ("bytes=0-1,5-6", 200, PLAN),
        ("pages=1-2", 200, PLAN),
        ("bytes=x", 200, PLAN),
    ],
)
def test_a_part_can_be_asked_for(clinic: Client, asked: str, status: int, content: bytes) -> None:
    answer = clinic.get(PATH, headers={"Range": asked, "Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.content) == (status, content)
    if status == 206:
        start = PLAN.index(content) if asked != "bytes=-7" else len(PLAN) - 7
        assert answer.headers["content-range"].startswith(f"bytes {start}-")
        assert answer.headers["content-range"].endswith(f"/{len(PLAN)}")


def test_a_part_of_another_file_is_never_put_together_with_this(clinic: Client) -> None:
    same = {"Range": "bytes=0-9", "If-Range": f'"{DIGEST}"'}
    assert clinic.get(PATH, headers=same).status_code == 206
    assert clinic.get(PATH, headers={**same, "If-Range": '"another"'}).status_code == 200


def test_whoever_has_the_file_is_told_so_and_a_look_takes_nothing(own_town: Town, clinic: Client) -> None:
    unchanged = clinic.get(PATH, headers={"If-None-Match": f'"{DIGEST}"'})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    look = clinic.ask("HEAD", PATH)
    assert (look.status_code, look.content) == (200, b"")
    assert look.headers["content-length"] == str(len(PLAN))
    assert _taken(own_town) == []


def test_versions_stay_to_be_taken(own_town: Town, clinic: Client) -> None:
    first = own_town.services.base.current(own_town.layers["plan"])
    assert first is not None
    own_town.file("plan", b"new\n", "new.txt")
    assert clinic.get(PATH).content == b"new\n"
    assert clinic.get(PATH, params={"version": first.id}).content == PLAN
    assert clinic.get(PATH, params={"version": "ver_nowhere"}).status_code == 404
    detail = clinic.read("/api/resources/outline")
    (layer,) = detail["layers"]
    assert layer["holds"] == {"value": "document", "title": {"zh": "文档", "en": "document"}}
    assert layer["asset"]["file_name"] == "new.txt"
    assert [line["asset"]["digest"] for line in detail["versions"]][-1] == DIGEST
    assert clinic.get(detail["versions"][-1]["asset"]["href"]).content == PLAN
    (listed,) = [one for one in clinic.read("/api/resources")["resources"] if one["slug"] == "outline"]
    assert "asset" not in listed["layers"][0]


def test_it_is_refused_to_all_others(own_town: Town) -> None:
    """Default deny: no grant, a grant for a part, a grant that was taken back, a layer of features."""
    nobody, stranger, school = own_town.client(), own_town.client("archive"), own_town.client("school")
    assert nobody.refused(PATH, 404)
    assert stranger.refused(PATH, 403)["remedy"].startswith(
        "ask the provider, named on its page, for a grant"
    )
    assert "whole" in school.refused(PATH, 403)["detail"]
    whom, _, page = school.refused(PATH, 403)["remedy"].partition(": ")
    assert (whom, page) == (
        "ask the provider, named on its page, for a grant of all of it",
        "/resources/outline",
    )
    assert school.read(f"/api{page}")["provider"]["name"]["en"]
    (layer,) = school.read("/api/resources/outline")["layers"]
    assert layer["asset"] is None
    for limits in (LayerScope(decimals=3), LayerScope(max_zoom=12), LayerScope(area=COARSE.area)):
        grant = own_town.grant("archive", "plan", limits)
        assert stranger.get(PATH).status_code == 403
        own_town.revoke(grant)
    assert own_town.client("transport").get("/api/assets/buildings").status_code == 404
    for range_ in ("bytes=0-1", "bytes=999999999-"):
        assert stranger.get(PATH, headers={"Range": range_}).status_code == 403
    assert _taken(own_town) == []


def test_each_taking_is_counted_and_in_the_audit(own_town: Town, clinic: Client) -> None:
    clinic.get(PATH)
    clinic.get(PATH, headers={"Range": "bytes=0-9"})
    own_town.client("archive").get(PATH)
    assert own_town.used() == {("assets", 200): 1, ("assets", 206): 1, ("assets", 403): 1}
    with reading(own_town.services.database) as connection:
        asked = "SELECT bytes, rows FROM use_sum WHERE block = 'assets' AND status = :status"
        sent = {
            status: tuple(connection.execute(sa.text(asked), {"status": status}).one())
            for status in (200, 206)
        }
    assert sent == {200: (len(PLAN), 1), 206: (10, 1)}
    assert [line["digest"] for line in _taken(own_town)] == [DIGEST, DIGEST]


def test_a_file_whose_bytes_are_gone_is_missed_in_words(own_town: Town, clinic: Client) -> None:
    own_town.platform.blobs.expunge(DIGEST)
    assert clinic.refused(PATH, 404)


def test_a_collection_of_a_file_says_where_it_is(clinic: Client) -> None:
    links = clinic.read("/ogc/collections/plan")["links"]
    (href,) = [link["href"] for link in links if link["rel"] == "enclosure"]
    assert clinic.get(href).content == PLAN


def _taken(town: Town) -> list[dict[str, object]]:
    """What the audit notes of downloads."""
    with reading(town.services.database) as connection:
        lines = Audit.lines(connection, subject=town.layers["plan"])
    return [dict(line.detail) for line in lines if line.act == "asset.download"]
