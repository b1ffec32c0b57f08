"""What helps a sender to mend: the faulty rows in the format sent, and a word on proposed repairs."""

from __future__ import annotations

import csv
import io
from urllib.parse import quote

import orjson
import pytest
import shapely

from diban.governance import Role
from diban.share.http.rows_answer import file_name
from diban.share.port import Rows
from tests.share.client import Client
from tests.share.sending import DELIVERIES, geojson, submit, submitted, uploaded, work
from tests.share.town import ROWS, Town, building

SAME = [building(number) for number in range(ROWS)]
FAULTY = [{**SAME[0], "code": None}, *SAME[1:6], {**SAME[6], "code": "B0007"}, *SAME[7:]]
"""A row without its key, and two with the same."""
WEST, SOUTH, EAST, NORTH = SAME[9]["geometry"].bounds
BOW_TIE = shapely.Polygon([(WEST, SOUTH), (EAST, NORTH), (EAST, SOUTH), (WEST, NORTH)])
BENT = [*SAME[:9], {**SAME[9], "geometry": BOW_TIE}, *SAME[10:]]


@pytest.fixture
def housing(own_town: Town) -> Client:
    """The housing bureau's steward, signed in."""
    return own_town.browser("housing")


@pytest.fixture
def planning(own_town: Town) -> Client:
    """Somebody who decides on everybody's deliveries."""
    return own_town.hire("planning", Role.PLANNING_BUREAU)


def returned(town: Town, client: Client, body: bytes, name: str) -> str:
    """The address of a delivery that went back."""
    upload = uploaded(client, body, name)
    made = submit(client, upload=upload)
    work(town)
    at = f"{DELIVERIES}/{made.json()['id']}"
    assert client.read(at)["state"] == "returned"
    return at


def waiting(town: Town, client: Client) -> str:
    """The address of a delivery of which one row can be repaired."""
    at = f"{DELIVERIES}/{submitted(client, geojson(BENT))}"
    work(town)
    assert client.read(at)["state"] == "waiting"
    return at


def word(client: Client, at: str, verdict: str, **more: str) -> tuple[int, str]:
    """The status, and the state of the delivery after a word on its repairs."""
    answer = client.ask("POST", f"{at}/repairs", json={"verdict": verdict, **more})
    return answer.status_code, answer.json().get("state", answer.json().get("code", ""))


def test_faulty_rows_come_back_in_the_format_sent(own_town: Town, housing: Client) -> None:
    at = returned(own_town, housing, geojson(FAULTY), "福田 建筑;2026.geojson")
    told = housing.read(at)
    assert (told["faulty_rows"], told["may"]["faulty_rows"]) == (2, True)
    answer = housing.get(f"{at}/faulty-rows", headers={"Accept-Language": "zh-CN"})
    assert answer.status_code == 200
    rows = [one["properties"] for one in orjson.loads(answer.content)["features"]]
    assert len(rows) == ROWS, "all are rounded, which is worth a warning"
    spoilt = [(place, row["code"]) for place, row in enumerate(rows) if "；" in row["_rule"]]
    assert spoilt == [(0, None), (6, "B0007"), (7, "B0007")], "the other one seems to have moved"
    assert "；" in rows[0]["_message_en"]
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["content-type"] == "application/geo+json"
    name = quote("福田_建筑_2026-问题行.geojson")
    said = f"attachment; filename=\"faulty-rows.geojson\"; filename*=UTF-8''{name}"
    assert answer.headers["content-disposition"] == said
    english = housing.get(f"{at}/faulty-rows?lang=en", headers={"Accept-Language": "zh-CN"})
    assert english.headers["content-disposition"].endswith("-faulty-rows.geojson")
    housing.refused(f"{at}/faulty-rows", 400, lang="fr")
    assert list(own_town.platform.work.glob("faulty-*")) == []
    bare = housing.ask("HEAD", f"{at}/faulty-rows")
    assert (bare.status_code, bare.content) == (200, b"")


def test_faulty_rows_of_a_table_are_one(own_town: Town, housing: Client) -> None:
    sheet = "code,words\nR1,一\n,二\nR3,三\nR3,四\n"
    upload = uploaded(housing, sheet.encode(), "登记.csv")
    at = f"{DELIVERIES}/{submit(housing, upload=upload, layer='register').json()['id']}"
    work(own_town)
    answer = housing.get(f"{at}/faulty-rows")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["code"], row["words"]) for row in rows] == [("", "二"), ("R3", "四")]
    assert answer.headers["content-disposition"].endswith(quote("登记-faulty-rows.csv"))


def test_faulty_rows_are_for_those_who_see_values(own_town: Town, housing: Client, planning: Client) -> None:
    at = returned(own_town, housing, geojson(FAULTY), "buildings.geojson")
    assert planning.get(f"{at}/faulty-rows").status_code == 200
    for login, status in (("archive", 404), ("clinic", 404), ("bureau", 403)):
        own_town.browser(login).refused(f"{at}/faulty-rows", status)
        assert own_town.browser(login).ask("HEAD", f"{at}/faulty-rows").status_code == status
    own_town.client().refused(f"{at}/faulty-rows", 404)
    assert own_town.browser("bureau").read(at)["may"]["faulty_rows"] is False


def test_a_delivery_without_faults_has_no_faulty_rows(own_town: Town, housing: Client) -> None:
    at = f"{DELIVERIES}/{submitted(housing, geojson([]))}"
    housing.refused(f"{at}/faulty-rows", 404)
    assert housing.read(at)["may"]["faulty_rows"] is False


@pytest.mark.parametrize(
    ("sent", "language", "whole", "name"),
    [
        ("建筑.gpkg", "zh", True, "建筑-问题行.gpkg"),
        ("C:\\交付\\建筑.zip", "zh", True, "建筑-问题行.gpkg"),
        ("../../etc/passwd", "en", True, "passwd-faulty-rows.gpkg"),
        ('a"b\r\nX: y.gpkg', "en", True, "a_b__X__y-faulty-rows.gpkg"),
        ("", "en", True, "delivery-faulty-rows.gpkg"),
        ("...", "zh", True, "交付-问题行.gpkg"),
        ("a.gpkg", "en", False, "a-faulty-rows-first-12.gpkg"),
        ("a.gpkg", "zh", False, "a-问题行-前12行.gpkg"),
        ("长" * 300 + ".gpkg", "zh", True, "长" * 80 + "-问题行.gpkg"),
    ],
)
def test_the_name_of_the_file_is_safe_and_speaks(sent: str, language: str, whole: bool, name: str) -> None:
    assert file_name(Rows(io.BytesIO(), 0, ".gpkg", 12, whole), sent, language) == name


def test_repairs_are_proposed_with_what_they_would_do(own_town: Town, housing: Client) -> None:
    at = waiting(own_town, housing)
    told = housing.read(at)
    assert told["repair"] == {
        "state": "proposed",
        "title": {"zh": "建议修复，待确认", "en": "repairs proposed"},
        "rows": 1,
        "before": {"score": told["score"], "errors": 1, "faulty_rows": 1},
        "after": {"score": 96, "errors": 0, "faulty_rows": 0},
    }
    assert told["may"]["repair"] is True
    assert {one["name"]: one["score"] for one in told["dimensions"]}["accuracy"] < 100
    (bow,) = (one for one in told["findings"] if one["repairable"])
    assert (bow["dimension"], bow["code"]) == ("accuracy", "geometry.self-intersection")
    _before, after = bow["places"][0]["areas"]
    assert after > 0
    assert "repair" not in bow["places"][0]
    (bow,) = (one for one in housing.read(f"{at}/report")["findings"] if one["repairable"])
    assert bow["places"][0]["repair"]["type"] == "MultiPolygon"
    kinds = {one["kind"]: one for one in housing.read("/api/inbox")["kinds"]}
    assert [item["id"] for item in kinds["repair"]["items"]] == [told["id"]]


def test_the_geometry_sent_and_the_one_proposed_are_shown_side_by_side(
    own_town: Town, housing: Client, planning: Client
) -> None:
    at = waiting(own_town, housing)
    told = planning.read(f"{at}/repairs")
    assert told == housing.read(f"{at}/repairs")
    assert (told["numberMatched"], told["numberKept"], told["numberReturned"], told["next"]) == (
        2,
        2,
        2,
        None,
    )
    sent, made = told["features"]
    assert [sent["id"], made["id"]] == ["row 10 delivered", "row 10 proposed"]
    assert sent["properties"] == {"_row": 10, "side": "delivered"}
    assert shapely.from_geojson(orjson.dumps(sent["geometry"])).equals_exact(BOW_TIE, 1e-9)
    mended = shapely.from_geojson(orjson.dumps(made["geometry"]))
    assert mended.is_valid
    assert mended.equals(shapely.make_valid(BOW_TIE, method="structure"))
    first = housing.read(f"{at}/repairs", limit=1)
    assert (len(first["features"]), "after=1" in first["next"]) == (1, True)
    assert word(housing, at, "decline")[0] == 200
    assert housing.read(f"{at}/repairs")["numberReturned"] == 2, "a receipt can still be looked at"


def test_where_nothing_is_repaired_nothing_is_shown(own_town: Town, housing: Client) -> None:
    at = returned(own_town, housing, geojson(FAULTY), "buildings.geojson")
    assert housing.ask("GET", f"{at}/repairs").status_code == 404


def test_accepted_repairs_land_and_the_word_can_be_repeated(own_town: Town, housing: Client) -> None:
    at = waiting(own_town, housing)
    assert word(housing, at, "accept") == (200, "received")
    assert word(housing, at, "accept") == (200, "received")
    assert word(housing, at, "decline")[0] == 409
    work(own_town)
    told = housing.read(at)
    assert (told["state"], told["may"]["repair"]) == ("landed", False)
    assert told["repair"]["state"] == "accepted"
    assert (told["repair"]["before"]["errors"], told["repair"]["after"]["errors"]) == (1, 0)
    assert word(housing, at, "accept") == (200, "landed")
    (feature,) = housing.read("/ogc/collections/buildings/items", code="B0009")["features"]
    assert shapely.is_valid(shapely.from_geojson(orjson.dumps(feature["geometry"])))


def test_repairs_that_were_accepted_beforehand_land_at_once(own_town: Town, housing: Client) -> None:
    upload = uploaded(housing, geojson(BENT))
    made = submit(housing, upload=upload, accept_repairs=True)
    work(own_town)
    told = housing.read(f"{DELIVERIES}/{made.json()['id']}")
    assert (told["state"], told["repair"]["state"]) == ("landed", "accepted")
    assert submit(housing, upload=upload, accept_repairs=True).status_code == 200


def test_declined_repairs_send_the_delivery_back(own_town: Town, housing: Client, planning: Client) -> None:
    at = waiting(own_town, housing)
    assert word(housing, at, "decline", why="我们自己改") == (200, "returned")
    assert word(housing, at, "decline") == (200, "returned")
    assert word(housing, at, "accept")[0] == 409
    told = housing.read(at)
    assert (told["repair"]["state"], told["verdict"]["why"]) == ("declined", "我们自己改")
    assert planning.ask("POST", f"{at}/review", json={"verdict": "accept", "why": "x"}).status_code == 409
    kinds = {one["kind"]: one["count"] for one in housing.read("/api/inbox")["kinds"]}
    assert (kinds["repair"], kinds["mend"]) == (0, 1)


def test_repairs_are_decided_by_those_who_deliver(own_town: Town, housing: Client, planning: Client) -> None:
    at = waiting(own_town, housing)
    assert planning.read(at)["may"]["repair"] is False
    assert word(planning, at, "accept")[0] == 403
    for login in ("archive", "clinic"):
        assert word(own_town.browser(login), at, "accept")[0] == 404
    assert word(own_town.browser("bureau"), at, "decline")[0] == 403
    assert word(own_town.client(), at, "accept")[0] == 401
    del housing.headers["X-Diban-Request"]
    assert word(housing, at, "accept")[0] == 403
    housing.headers["X-Diban-Request"] = "1"
    assert word(housing, at, "perhaps")[0] in (400, 422)
    assert housing.read(at)["state"] == "waiting"


def test_no_word_is_taken_where_nothing_is_proposed(own_town: Town, housing: Client) -> None:
    at = returned(own_town, housing, geojson(FAULTY), "buildings.geojson")
    assert housing.read(at)["repair"] is None
    assert word(housing, at, "accept")[0] == 409
    assert word(housing, at, "decline")[0] == 409
