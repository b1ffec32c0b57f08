"""What may be seen: rows, fields, masks, area, precision, in every answer; and what it never tells."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import mapbox_vector_tile
import pytest

from diban.catalogue import State
from diban.governance import By, revoke_key
from diban.ground import Compare, LayerScope, Mask
from diban.store import unit
from tests.share.client import Client
from tests.share.town import CLINIC, COLUMN, REGISTER, ROW, ZOOM, Town, features, layer, register

ITEMS = "/ogc/collections/buildings/items"
TILES = "/ogc/collections/buildings/tiles/WebMercatorQuad"
TILE = f"{TILES}/{ZOOM}/{ROW}/{COLUMN}"
ROUTES = (
    "/ogc/collections/{slug}",
    "/ogc/collections/{slug}/items",
    "/ogc/collections/{slug}/items/1",
    "/ogc/collections/{slug}/tiles",
    "/ogc/collections/{slug}/tiles/WebMercatorQuad",
    "/ogc/collections/{slug}/tiles/WebMercatorQuad?f=tilejson",
    "/ogc/collections/{slug}/tiles/WebMercatorQuad/0/0/0",
)


@pytest.fixture(scope="module")
def clinic(town: Town) -> Client:
    """Low houses only, three fields and one of them masked."""
    return town.client("clinic")


@pytest.fixture(scope="module")
def school(town: Town) -> Client:
    """The western quarter, roughly."""
    return town.client("school")


def tile(client: Client, path: str = TILE) -> list[dict[str, Any]]:
    """The features of a tile."""
    answer = client.get(path)
    if answer.status_code == 204:
        return []
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = mapbox_vector_tile.decode(answer.content)["buildings"]["features"]
    return found


@pytest.mark.parametrize("route", ROUTES)
def test_who_may_not_know_gets_what_a_stranger_gets(town: Town, nobody: Client, route: str) -> None:
    for client in (nobody, town.client("archive")):
        taken = client.refused(route.format(slug="drafts"), 404)
        free = client.refused(route.format(slug="stfard"), 404)
        del taken["request_id"], free["request_id"]
        assert taken == {**free, "detail": free["detail"].replace("stfard", "drafts")}


@pytest.mark.parametrize("route", ROUTES)
def test_who_may_know_but_not_read_is_told_whom_to_ask(town: Town, nobody: Client, route: str) -> None:
    archive = town.client("archive")
    told = archive.refused(route.format(slug="buildings"), 403)
    whom, _, page = told["remedy"].partition(": ")
    assert (whom, page) == ("ask the provider, named on its page, for a grant", "/resources/housing")
    assert archive.read(f"/api{page}")["provider"]["name"]["en"]
    assert town.browser("bureau").refused(route.format(slug="secrets"), 403)["limit"] == "withheld"
    nobody.refused(route.format(slug="buildings"), 404)


def test_the_public_sees_what_was_granted_to_it(nobody: Client) -> None:
    listed = nobody.read("/ogc/collections")
    assert [each["id"] for each in listed["collections"]] == ["register"]
    assert listed["numberMatched"] == 1
    assert nobody.read("/ogc/collections/register/items")["numberMatched"] == 30


def test_everybody_sees_what_the_public_sees(town: Town) -> None:
    for party, slugs in {
        "archive": ["register"],
        "clinic": ["buildings", "register"],
        "housing": ["buildings", "permits", "register", "secrets"],
        "office": ["buildings", "permits", "register"],  # what stands above it was granted it
    }.items():
        found = town.client(party).read("/ogc/collections")["collections"]
        assert sorted(each["id"] for each in found) == slugs, party


def test_who_stands_above_sees_what_those_below_provide(own_town: Town) -> None:
    office = own_town.parties["office"].id
    own_town.publish(
        replace(own_town.entry("stops", layer("stops", REGISTER)), provider=office, owner=office)
    )
    own_town.land("stops", register())
    path = "/ogc/collections/stops/items"
    for party, status in {"office": 200, "transport": 200, "housing": 403, "archive": 403}.items():
        assert own_town.client(party).get(path).status_code == status, party


def test_rows_fields_and_masks(clinic: Client) -> None:
    page = clinic.read(ITEMS, limit=1000)
    assert page["numberMatched"] == page["numberReturned"] == 120
    assert all(row["floors"] <= 5 for row in features(page))
    assert features(page)[3] == {"code": "B0003", "owner": "张*三", "floors": 3}
    assert clinic.read(ITEMS, limit=7)["numberMatched"] == 120
    assert clinic.read(ITEMS, bbox="114,22.5,114.0052,22.5005")["numberMatched"] == 6
    assert clinic.read(f"{ITEMS}/6")["properties"] == {"code": "B0005", "owner": "张*三", "floors": 5}
    clinic.refused(f"{ITEMS}/7", 404)


@pytest.mark.parametrize("name", ["name", "cost", "seen"])
def test_a_hidden_field_is_like_none(clinic: Client, name: str) -> None:
    like_none = clinic.refused(ITEMS, 400, nothing="x")
    told = clinic.refused(ITEMS, 400, **{name: "x"})
    assert (told["field"], told["limit"]) == (name, like_none["limit"])
    assert name not in told["limit"].split(", ")
    assert clinic.refused(ITEMS, 400, sortby=name)["field"] == name
    assert clinic.refused(ITEMS, 400, properties=name)["field"] == name


def test_a_masked_field_is_no_oracle(clinic: Client) -> None:
    for query in ({"owner": "张3三"}, {"owner": "张*三"}, {"sortby": "owner"}, {"sortby": "-owner,code"}):
        told = clinic.refused(ITEMS, 403, **query)
        assert told["field"] == "owner"
    assert features(clinic.read(ITEMS, floors=3, properties="owner", limit=1)) == [{"owner": "张*三"}]


def test_hidden_valid_time_is_no_oracle(own_town: Town) -> None:
    own_town.grant("archive", "permits", LayerScope(fields=frozenset({"code"})))
    client = own_town.client("archive")
    path = "/ogc/collections/permits/items"
    assert features(client.read(path)) == [{"code": f"P{number}"} for number in range(4)]
    assert client.refused(path, 403, datetime="2026-03-01")["field"] in ("begins", "ends")


def test_tiles_hold_what_may_be_seen(town: Town, transport: Client, clinic: Client) -> None:
    whole, low = tile(transport), tile(clinic)
    assert len(whole) == 200
    assert len(low) == 120
    assert {name for each in low for name in each["properties"]} == {"code", "owner", "floors"}
    assert {each["properties"]["owner"] for each in low} == {"张*三"}
    assert {each["id"] for each in low} == {number + 1 for number in range(200) if number % 10 <= 5}
    fields = clinic.read("/ogc/collections/buildings/tiles/WebMercatorQuad?f=tilejson")["vector_layers"][0]
    assert sorted(fields["fields"]) == ["code", "floors", "owner"]


def test_area_and_precision(school: Client) -> None:
    page = school.read(ITEMS, limit=1000)
    assert page["numberMatched"] == page["numberReturned"] == 50
    numbers = {x for each in page["features"] for x, _ in each["geometry"]["coordinates"][0]}
    assert numbers <= {114.0, 114.01}
    assert school.read(ITEMS, limit=3)["numberMatched"] == 50


def test_a_small_box_tells_no_more_than_coarse_coordinates(school: Client) -> None:
    # Of the first six streets five buildings each are shown at the same few coarse coordinates.
    for west in (113.996, 114.0, 114.0011, 114.0034):
        box = f"{west},22.4999,{west + 0.0001},22.5001"
        assert school.read(ITEMS, bbox=box)["numberMatched"] == 30
    assert school.read(ITEMS, bbox="114.0051,22.4999,114.0052,22.5001")["numberMatched"] == 0


def test_levels(own_town: Town) -> None:
    own_town.grant("archive", "buildings", LayerScope(min_zoom=ZOOM, max_zoom=ZOOM))
    client = own_town.client("archive")
    assert len(tile(client)) == 200
    assert tile(client, f"{TILES}/{ZOOM - 1}/{ROW // 2}/{COLUMN // 2}") == []
    assert tile(client, f"{TILES}/{ZOOM + 1}/{ROW * 2 + 1}/{COLUMN * 2 + 1}") == []
    told = client.read(TILES, f="tilejson")
    assert (told["minzoom"], told["maxzoom"]) == (ZOOM, ZOOM)


def test_sums_are_those_of_what_may_be_seen(town: Town, clinic: Client, school: Client) -> None:
    seen = {}
    for name, client in {"housing": town.client("housing"), "clinic": clinic, "school": school}.items():
        detail = client.read("/api/resources/housing")
        seen[name] = {each["slug"]: each for each in detail["layers"]}["buildings"], detail["versions"]
    assert [layer["rows"] for layer, _ in seen.values()] == [200, 120, 50]
    assert [lines[0]["rows"] for _, lines in seen.values()] == [200, None, None]
    assert seen["housing"][0]["bbox"] == pytest.approx([114.0, 22.5, 114.0195, 22.5095])
    assert seen["clinic"][0]["bbox"] == [
        113.7,
        22.4,
        114.7,
        22.9,
    ]  # the city's: the layer's would tell of others
    assert seen["school"][0]["bbox"] == [114.0, 22.5, 114.0049, 22.51]
    assert (
        seen["school"][0]["bbox"] == school.read("/ogc/collections/buildings")["extent"]["spatial"]["bbox"][0]
    )


def test_a_revoked_grant_ends_at_the_next_request(own_town: Town) -> None:
    grant = own_town.grant("archive", "permits")
    client = own_town.client("archive")
    path = "/ogc/collections/permits/items"
    tag = client.get(path).headers["etag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    own_town.revoke(grant)
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 403
    client.refused(path.replace("items", "tiles/WebMercatorQuad/0/0/0"), 403)


def test_a_changed_grant_changes_the_tag(own_town: Town) -> None:
    client = own_town.client("archive")
    grant = own_town.grant("archive", "buildings", CLINIC)
    before = client.get(ITEMS).headers["etag"]
    own_town.revoke(grant)
    own_town.grant("archive", "buildings", replace(CLINIC, masks=(("owner", Mask.TOKEN),)))
    answer = client.get(ITEMS, headers={"If-None-Match": before})
    assert answer.status_code == 200
    assert answer.headers["etag"] != before


def test_withdrawn_is_gone(own_town: Town) -> None:
    client = own_town.client("transport")
    client.read(ITEMS)
    own_town.move("housing", State.WITHDRAWN)
    client.refused(ITEMS, 404)
    assert [each["id"] for each in client.read("/ogc/collections")["collections"]] == ["register"]


def test_a_revoked_key(own_town: Town) -> None:
    key = own_town.key("transport")
    client = own_town.client()
    for header in ({"X-API-Key": key}, {"Authorization": f"Bearer {key}"}):
        assert client.get(ITEMS, headers=header).status_code == 200
    with unit(own_town.services.database) as act:
        revoke_key(act, "_".join(key.split("_")[:2]))
        By.system().note(act, "key.revoke", key[:30])
        own_town.services.generation.bump(act)
    answer = client.get(ITEMS, headers={"X-API-Key": key})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header",
    [
        {"Authorization": "Basic dXNlcjpwYXNz"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer nonsense"},
        {"X-API-Key": ""},
        {"X-API-Key": "dbk_0_0"},
        {"Cookie": "diban_session=nonsense"},
        {"Cookie": "diban_session="},
    ],
)
def test_a_credential_that_does_not_hold_is_not_nobody(nobody: Client, header: dict[str, str]) -> None:
    answer = nobody.get("/ogc/collections/register/items", headers=header)
    assert answer.status_code == 401, answer.text
    assert nobody.get("/ogc/collections", headers=header).status_code == 401


def test_conditions_of_two_grants_do_not_mix(own_town: Town) -> None:
    low = LayerScope(fields=frozenset({"code"}), rows=Compare("floors", "<", 2))
    high = LayerScope(fields=frozenset({"code", "owner", "cost"}), rows=Compare("floors", ">", 7))
    own_town.grant("archive", "buildings", low)
    own_town.grant("archive", "buildings", high)
    found = features(own_town.client("archive").read(ITEMS, limit=1000))
    assert {frozenset(row) for row in found} in (
        {frozenset({"code"})},
        {frozenset({"code", "owner", "cost"})},
    )
    assert len(found) == 40
