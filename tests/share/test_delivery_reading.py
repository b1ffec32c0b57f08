"""Deliveries as they are read: page by page within bounds, by those whose work they are, on record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from diban.governance import Audit, Role, issue_key
from diban.ground import now
from diban.intake import Delivery
from diban.share import api
from diban.store import reading, unit
from tests.share.client import Client
from tests.share.sending import DELIVERIES, begin, geojson, send, submit, submitted, work
from tests.share.town import ROWS, Town, building


@pytest.fixture
def housing(own_town: Town) -> Client:
    """The housing bureau's steward, signed in."""
    return own_town.browser("housing")


def test_changes_are_kept_and_shown_within_bytes(
    own_town: Town, housing: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = [{**building(ROWS + number), "name": "x" * 10_000} for number in range(40)]
    monkeypatch.setattr("diban.app.journeys.preview.MOST_BYTES", 300_000)
    monkeypatch.setattr("diban.app.journeys.preview.PAGE_BYTES", 50_000)
    rows = [*(building(number) for number in range(ROWS)), *large]
    path = f"{DELIVERIES}/{submitted(housing, geojson(rows))}/changes?kind=added&limit=1000"
    work(own_town)
    pages: list[Any] = []
    while path:
        pages.append(housing.read(path))
        path = pages[-1]["next"]
    assert {(page["numberMatched"], page["numberKept"]) for page in pages} == {(40, 29)}
    assert [page["numberReturned"] for page in pages] == [*[4] * 7, 1]
    shown = [feature["properties"]["code"] for page in pages for feature in page["features"]]
    assert shown == [row["code"] for row in large[:29]]
    monkeypatch.setattr("diban.app.journeys.preview.PAGE_BYTES", 1)
    one = housing.read(f"{pages[0]['next']}")
    assert one["numberReturned"] == 1, "a large feature is a page of its own"


def test_a_developers_key_reads_no_deliveries(own_town: Town, delivered: Delivery) -> None:
    own_town.hire("coder", Role.DEVELOPER)
    coder, until = own_town.account("coder"), now() + timedelta(days=1)
    with unit(own_town.services.database) as act:
        key = issue_key(act, coder, own_town.parties["housing"].id, "a map", until)[1]
    client = own_town.client()
    client.headers["X-API-Key"] = key
    assert client.read("/ogc/collections/buildings/items", limit=1)["numberReturned"] == 1, "it reads the map"
    assert client.read(DELIVERIES) == {"deliveries": [], "next": None}
    for page in ("", "/report", "/progress", "/changes", "/receipt", "/original"):
        assert client.get(f"{DELIVERIES}/{delivered.id}{page}").status_code == 404
    assert client.read("/api/provided") == {"resources": []}
    assert client.read("/api/inbox")["count"] == 0
    assert client.read("/api/resources/housing")["deliveries"] == []
    stewards = own_town.client("housing")
    assert stewards.read(f"{DELIVERIES}/{delivered.id}/report")["findings"], (
        "a steward's key sends, and reads"
    )
    approver = own_town.hire("approver", Role.APPROVER, own_town.parties["housing"].id)
    assert [line["id"] for line in approver.read(DELIVERIES)["deliveries"]] == [delivered.id]


def test_what_has_not_landed_is_read_on_record(own_town: Town, delivered: Delivery) -> None:
    at, steward = f"{DELIVERIES}/{delivered.id}", own_town.browser("housing")
    steward.read(f"{at}/changes", kind="removed", limit=1)
    steward.read(f"{at}/report")
    steward.read(at)
    for page in ("", "/report", "/changes"):
        assert steward.ask("HEAD", at + page).status_code == 200
    overseer = own_town.browser("bureau")
    assert [overseer.get(at + page).status_code for page in ("", "/report", "/changes")] == [200, 200, 403]
    with reading(own_town.services.database) as connection:
        lines = Audit.lines(connection, subject=delivered.id)
    assert {line.by.actor for line in lines} == {own_town.account("housing").id}
    noted = [(line.act, line.detail) for line in lines[::-1] if line.act != "review.open"]
    changes = ("delivery.changes", {"kind": "removed", "after": 0, "features": 1})
    assert noted == [changes, *[("delivery.report", {"places": 1})] * 2]


@pytest.mark.parametrize("path", ["", "/gis/board"])
def test_addresses_lie_below_the_installations(own_town: Town, path: str) -> None:
    object.__setattr__(own_town.services, "address", f"https://city.example{path}")
    own_town.app = api(own_town.services)
    housing = own_town.browser("housing")
    upload = begin(housing, 2)
    assert upload.startswith(f"{path}/api/uploads/")
    assert send(housing, upload, 0, b"{}").status_code == 204
    for number in range(2):
        made = submit(housing, key=f"k{number}", upload=upload.rpartition("/")[2])
        assert made.headers["location"] == f"{path}{DELIVERIES}/{made.json()['id']}"
        assert housing.read(made.headers["location"])["id"] == made.json()["id"]
    first = housing.read(DELIVERIES, limit=1)
    assert first["next"].startswith(f"{path}{DELIVERIES}?")
    (second,) = housing.read(first["next"])["deliveries"]
    assert second["id"] != first["deliveries"][0]["id"]
