"""Pages of features: what is asked for is what is answered, exactly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.board import Row
from tests.share.client import ADDRESS, Client
from tests.share.town import ROWS, Town, building, features

ITEMS = "/ogc/collections/buildings/items"
CODES = [f"B{number:04d}" for number in range(ROWS)]


def codes(page: dict[str, Any]) -> list[str]:
    """The codes of a page's features, in its order."""
    return [properties["code"] for properties in features(page)]


def pages(client: Client, path: str, **query: str | int) -> Iterator[dict[str, Any]]:
    """A page and all that follow it."""
    page = client.read(path, **query)
    while True:
        yield page
        further = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not further:
            return
        assert further[0].startswith(ADDRESS)
        page = client.read(further[0].removeprefix(ADDRESS))


def test_a_page_says_what_it_holds(transport: Client, town: Town) -> None:
    answer = transport.get(ITEMS)
    page = answer.json()
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["content-crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    assert (page["type"], page["numberMatched"], page["numberReturned"]) == ("FeatureCollection", ROWS, 10)
    assert page["timeStamp"].endswith("Z")
    assert page["licence"] == "government use"
    assert page["version"] == town.services.base.current(town.layers["buildings"]).id  # type: ignore[union-attr]  # it has landed
    assert {link["rel"] for link in page["links"]} == {"self", "collection", "next", "alternate"}
    assert codes(page) == CODES[:10]


def test_values_are_exact(transport: Client) -> None:
    text = transport.get(ITEMS, params={"code": "B0123"}).text
    found = json.loads(text, parse_float=str)["features"][0]
    assert found["properties"] == {
        "code": "B0123",
        "name": "楼 4",
        "owner": "张123三",
        "floors": 3,
        "cost": "123000000000001.23",
        "weight": "15.375",
        "built": "2000-05-03",
        "seen": "2026-11-22T08:00:00.000123Z",
        "listed": False,
    }


def test_the_feature_number_is_the_id(transport: Client) -> None:
    page = transport.read(ITEMS, limit=3)
    assert [feature["id"] for feature in page["features"]] == [1, 2, 3]
    one = transport.read(f"{ITEMS}/2")
    assert one["id"] == 2
    assert one["properties"]["code"] == "B0001"
    assert one["geometry"] == page["features"][1]["geometry"]
    assert one["source"] == "<b>housing</b> bureau"
    assert [link["rel"] for link in one["links"]] == ["self", "collection", "version-history", "alternate"]


@pytest.mark.parametrize("fid", ["201", "0", "-1", "9" * 15, "9" * 16, "9" * 40, "1.0", "x", "１", "1e3"])
def test_an_unknown_feature_is_missing(transport: Client, fid: str) -> None:
    assert transport.refused(f"{ITEMS}/{fid}", 404)["field"] == "featureId"


@pytest.mark.parametrize("limit", [1, 7, 100, 199, 200, 10_000])
def test_paging_is_complete_without_doubles(transport: Client, limit: int) -> None:
    found = list(pages(transport, ITEMS, limit=limit))
    assert [code for page in found for code in codes(page)] == CODES
    assert {page["numberMatched"] for page in found} == {ROWS}
    assert all(page["numberReturned"] == limit for page in found[:-1])


@pytest.mark.parametrize(
    "sortby", ["floors", "-floors,code", "+listed,-weight", " name", "-seen", "cost", "built"]
)
def test_paging_follows_the_order(transport: Client, sortby: str) -> None:
    found = [row for page in pages(transport, ITEMS, sortby=sortby, limit=33) for row in features(page)]
    expected: list[Row] = [building(number) for number in range(ROWS)]
    for term in reversed(sortby.split(",")):
        expected.sort(key=lambda row: row[term.strip("+- ")], reverse=term.startswith("-"))
    if "," not in sortby and sortby.startswith("-"):  # equal ones stay in the order of their numbers
        expected.sort(key=lambda row: row["code"])
        name = sortby.strip("-")
        expected.sort(key=lambda row: row[name], reverse=True)
    assert [row["code"] for row in found] == [row["code"] for row in expected]


def test_paging_keeps_to_its_version(own_town: Town) -> None:
    client = own_town.client("transport")
    walk = pages(client, ITEMS, limit=30)
    found = [next(walk), next(walk)]
    own_town.land("buildings", [building(number) for number in range(50, 400)])
    found += list(walk)
    assert [code for page in found for code in codes(page)] == CODES
    assert len({page["version"] for page in found}) == 1
    assert {page["numberMatched"] for page in found} == {ROWS}
    again = client.read(ITEMS, limit=10_000)
    assert codes(again) == [f"B{number:04d}" for number in range(50, 400)]
    assert again["numberMatched"] == 350


def test_a_version_and_what_was_known_then(own_town: Town) -> None:
    client = own_town.client("transport")
    first = client.read(ITEMS)
    second = own_town.land("buildings", [building(number) for number in range(5)])
    assert second.landed_at is not None
    assert client.read(ITEMS)["numberMatched"] == 5
    assert client.read(ITEMS, version=first["version"])["numberMatched"] == ROWS
    known = {"known-at": second.landed_at.isoformat()}
    assert client.read(ITEMS, **known)["version"] == second.id
    assert client.read(ITEMS, **{"known-at": "2000-01-01T00:00:00Z"})["features"] == []
    assert client.read(f"{ITEMS}/100", version=first["version"])["properties"]["code"] == "B0099"
    assert client.refused(f"{ITEMS}/100", 404)["field"] == "featureId"
    assert client.refused(ITEMS, 404, version="ver_unknown")["field"] == "version"
    both = {"version": second.id, **known}
    assert client.refused(ITEMS, 400, **both)["field"] == "version"


@pytest.mark.parametrize(
    ("given", "held"),
    [
        ("2026-02-28", "3"),
        ("2026-03-01", "03"),
        ("2026-05-31T23:59:59Z", "03"),
        ("2026-06-01", "13"),
        ("2026-06-01T07:00:00+08:00", "03"),
        ("2027-01-01", "23"),
        ("2026-01-01/2026-02-28", "3"),
        ("2026-01-01/2026-03-01", "03"),
        ("2026-05-31/2026-06-01", "013"),
        ("../2026-03-01", "03"),
        ("2026-08-31/..", "123"),
        ("/2026-05-31", "03"),
        ("2026-09-01/", "23"),
        ("..", "0123"),
        ("../..", "0123"),
    ],
)
def test_valid_time(transport: Client, given: str, held: str) -> None:
    page = transport.read("/ogc/collections/permits/items", datetime=given)
    assert codes(page) == [f"P{number}" for number in held]
    assert page["numberMatched"] == len(held)


def test_valid_time_means_nothing_without_it(transport: Client) -> None:
    assert transport.read(ITEMS, datetime="1900-01-01")["numberMatched"] == ROWS


@pytest.mark.parametrize(
    "given",
    ["yesterday", "2026-06-01/2026-01-01", "1/2/3", "2026-13-01", "9999-12-31T23:59:59-14:00", "+", "T"],
)
def test_a_time_that_is_none(transport: Client, given: str) -> None:
    assert transport.refused(ITEMS, 400, datetime=given)["field"] == "datetime"


def test_properties(transport: Client) -> None:
    page = transport.read(ITEMS, properties="floors,code,floors")
    assert features(page)[1] == {"floors": 1, "code": "B0001"}
    assert features(transport.read(ITEMS, properties=""))[0] == {}
    told = transport.refused(ITEMS, 400, properties="floors,nothing")
    assert told["field"] == "nothing"
    assert "floors" in told["limit"]


@pytest.mark.parametrize(
    ("name", "value", "count"),
    [
        ("code", "B0007", 1),
        ("name", "楼 3", 29),
        ("floors", "3", 20),
        ("floors", "-3", 0),
        ("cost", "1000000000000.01", 1),
        ("weight", "0.125", 1),
        ("built", "2000-01-31", 1),
        ("seen", "2026-11-22T16:00:00.000005+08:00", 1),
        ("listed", "true", 100),
    ],
)
def test_filters(transport: Client, name: str, value: str, count: int) -> None:
    page = transport.read(ITEMS, **{name: value})
    assert page["numberMatched"] == count == max(count, page["numberReturned"])


def test_filters_hold_together(transport: Client) -> None:
    page = transport.read(ITEMS, floors=4, listed="true", bbox="114,22.5,114.02,22.5005", limit=1)
    assert (page["numberMatched"], page["numberReturned"]) == (2, 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("floors", "many"),
        ("floors", "1.5"),
        ("floors", "9" * 30),
        ("floors", "1e999999"),
        ("floors", "nan"),
        ("cost", "1e999999"),
        ("cost", "0.001"),
        ("cost", "-9223372036854775809"),
        ("weight", "heavy"),
        ("built", "someday"),
        ("seen", "soon"),
        ("listed", "perhaps"),
    ],
)
def test_a_value_of_another_type(transport: Client, name: str, value: str) -> None:
    told = transport.refused(ITEMS, 400, **{name: value})
    assert told["field"] == name
    assert told["limit"]


@pytest.mark.parametrize("limit", ["0", "-1", "ten", "1.0", "", "１", " 1", "0x10", "1e3"])
def test_a_limit_that_is_none(transport: Client, limit: str) -> None:
    told = transport.refused(ITEMS, 400, limit=limit)
    assert (told["field"], told["limit"]) == ("limit", "1–10000")


@pytest.mark.parametrize("limit", ["10001", "1000000000", "9" * 400, "000000000000200"])
def test_a_large_limit_is_the_largest(transport: Client, limit: str) -> None:
    assert transport.read(ITEMS, limit=limit)["numberReturned"] == ROWS


def test_unknown_and_doubled_parameters(transport: Client) -> None:
    told = transport.refused(ITEMS, 400, colour="red")
    assert told["field"] == "colour"
    assert "bbox-crs" in told["limit"]
    assert "leave it out" in told["remedy"]
    assert transport.refused(f"{ITEMS}?limit=1&limit=2", 400)["field"] == "limit"
    assert transport.refused(f"{ITEMS}/1?limit=1", 400)["field"] == "limit"
    assert transport.refused(f"{ITEMS}?_row=1", 400)["field"] == "_row"
    assert transport.refused(f"{ITEMS}?f=xml", 400)["limit"] == "json | geojson | html"


def test_sorting_has_its_limits(transport: Client) -> None:
    assert transport.refused(ITEMS, 400, sortby="code,code,code,code,code")["limit"] == 4
    assert transport.refused(ITEMS, 400, sortby="geometry")["field"] == "geometry"
    assert transport.refused(ITEMS, 400, sortby="_fid")["field"] == "_fid"
    assert transport.refused(ITEMS, 400, sortby="code;drop table x")["field"] == "code;drop table x"


@pytest.mark.parametrize(
    "after", ["x", "", "W10", "WzFd" * 20, "eyJhIjoxfQ", "WyJ4Il0", "WzEuNV0", "W251bGxd"]
)
def test_a_token_that_is_none(transport: Client, after: str) -> None:
    assert transport.refused(ITEMS, 400, after=after)["field"] == "after"


def test_a_table_without_geometry(nobody: Client) -> None:
    found = list(pages(nobody, "/ogc/collections/register/items", limit=20))
    assert [page["numberReturned"] for page in found] == [20, 10]
    assert all(feature["geometry"] is None for page in found for feature in page["features"])
    assert nobody.read("/ogc/collections/register/items", bbox="-180,-90,180,90")["features"] == []


def test_an_empty_layer_answers_with_nothing(own_town: Town) -> None:
    client = own_town.client("transport")
    own_town.land("permits", [])
    page = client.read("/ogc/collections/permits/items")
    assert (page["numberMatched"], page["features"]) == (0, [])
