"""Search by HTTP: each asker finds what they may see, and every answer is counted."""

from __future__ import annotations

import pytest

from diban.catalogue import State
from tests.share.client import Client
from tests.share.town import Town

SEARCH = "/api/search"


def places(client: Client, query: str, limit: int = 50) -> set[str]:
    """Names of places that a client finds, each as ``layer name``."""
    found = client.read(SEARCH, q=query, kind="place", limit=limit)["places"]
    return {f"{hit['layer']['slug']} {hit['label']}" for hit in found}


def resources(client: Client, query: str) -> list[str]:
    """Slugs of resources that a client finds."""
    return [hit["resource"]["slug"] for hit in client.read(SEARCH, q=query, kind="resource")["resources"]]


def test_places_are_those_of_the_grants(town: Town) -> None:
    everything = {f"buildings 楼 {number}" for number in range(7)}
    assert places(town.client("transport"), "楼") == everything
    assert places(town.client("housing"), "楼") == everything
    assert places(town.client("clinic"), "楼") == set(), "its grant hides the name"
    assert places(town.client("archive"), "楼") == places(town.client(), "楼") == set()


def test_a_coarse_grant_tells_coarse_places(town: Town) -> None:
    hits = town.client("school").read(SEARCH, q="楼 3", kind="place", limit=50)["places"]
    assert hits
    for hit in hits:
        feature = town.client("school").read(hit["href"])
        for side in (*hit["bbox"], *hit["point"]):
            assert side == pytest.approx(round(side, 2), abs=1e-9)
        assert feature["properties"]["name"] == hit["label"]


def test_resources_are_those_of_the_catalogue(own_town: Town) -> None:
    known = {"nobody": own_town.client(), **{name: own_town.client(name) for name in ("archive", "housing")}}
    for query in ("housing", "drafts", "secrets", "register"):
        for client in known.values():
            listed = {each["slug"] for each in client.read("/api/resources", q=query)["resources"]}
            assert (
                listed
                <= set(resources(client, query))
                <= {each["slug"] for each in client.read("/api/resources")["resources"]}
            )
    assert resources(known["nobody"], "secrets") == []
    assert "plans" in resources(known["housing"], "drafts")
    own_town.move("vault", State.WITHDRAWN)
    assert "vault" not in resources(known["archive"], "secrets")


def test_every_answer_is_counted(own_town: Town) -> None:
    client = own_town.client("transport")
    found = client.read(SEARCH, q="楼")["places"]
    client.refused(SEARCH, 400)
    client.ask("HEAD", SEARCH, params={"q": "楼"})
    own_town.client().get(SEARCH, params={"q": "x"}, headers={"X-API-Key": "nonsense"})
    assert own_town.used() == {("search", 200): 2, ("search", 400): 1, ("search", 401): 1}
    assert found


def test_it_is_described(town: Town) -> None:
    described = town.app.openapi()["paths"][SEARCH]["get"]
    assert [each["name"] for each in described["parameters"]] == ["q", "kind", "bbox", "limit", "lang"]
    assert described["tags"] == ["search"]
