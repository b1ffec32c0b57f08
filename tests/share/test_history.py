"""The history of a feature by HTTP: what changed when, by which delivery, and to whom what of it is told."""

from __future__ import annotations

import pytest

from tests.share.client import Client
from tests.share.sending import geojson, submitted, work
from tests.share.town import ROWS, Town, building

PATH = "/api/history/buildings/{}"
RAISED = 4
"""A low building, number 4 of the town: feature 5."""


@pytest.fixture
def housing(own_town: Town) -> Client:
    """The housing bureau's steward, to whom a second version was delivered: one house raised, one gone."""
    client = own_town.browser("housing")
    rows = [building(number) for number in range(ROWS - 1)]
    rows[RAISED] |= {"floors": 5, "owner": "李四五", "cost": 7}
    submitted(client, geojson(rows))
    work(own_town)
    return client


def events(body: dict[str, object]) -> list[str]:
    """The kinds of what happened, the latest first."""
    found = body["events"]
    assert isinstance(found, list)
    return [event["event"]["value"] for event in found]


def test_what_changed_is_told_with_its_delivery(housing: Client) -> None:
    told = housing.read(PATH.format(RAISED + 1))
    assert events(told) == ["changed", "added"]
    assert (told["whole"], told["partial"], told["provider"]["en"]) == (True, False, "housing")
    latest, first = told["events"]
    changed = {one["field"]: (one["before"], one["after"]) for one in latest["changes"]}
    assert changed == {
        "floors": (4, 5),
        "owner": ("张4三", "李四五"),
        "cost": (4_000_000_000_000.04, 7),
    }
    assert latest["delivery"]["state"] == "landed"
    assert latest["at"] > first["at"] or latest["version"] != first["version"]
    assert first["changes"] == []
    feature = housing.read(f"/ogc/collections/buildings/items/{RAISED + 1}")
    (link,) = [link["href"] for link in feature["links"] if link["rel"] == "version-history"]
    assert link.endswith(PATH.format(RAISED + 1))
    assert latest["version"] == feature["version"]


def test_what_is_gone_keeps_its_history(housing: Client) -> None:
    assert events(housing.read(PATH.format(ROWS))) == ["removed", "added"]
    assert events(housing.read(PATH.format(1))) == ["added"]
    housing.refused(PATH.format(ROWS + 1), 404)
    housing.refused(PATH.format("x"), 404)
    assert housing.refused(PATH.format(1), 400, limit="1")["field"] == "limit"


def test_others_are_told_only_what_they_may_see(own_town: Town, housing: Client) -> None:
    clinic = own_town.client("clinic").read(PATH.format(RAISED + 1))
    assert clinic["partial"] is True
    latest, first = clinic["events"]
    assert (latest["delivery"], first["delivery"]) == (None, None)
    changed = {one["field"]: (one["before"], one["after"]) for one in latest["changes"]}
    assert changed == {"floors": (4, 5), "owner": ("张*三", "李*五")}
    own_town.client("archive").refused(PATH.format(1), 403)
    own_town.client().refused(PATH.format(1), 404)
    own_town.client("clinic").refused(PATH.format(7), 404)  # six floors: not its row


def test_it_is_counted(own_town: Town, housing: Client) -> None:
    before = own_town.used()
    housing.read(PATH.format(1))
    housing.get(PATH.format(ROWS + 1))
    found = own_town.used()
    for status in (200, 404):
        assert found["history", status] == before.get(("history", status), 0) + 1
