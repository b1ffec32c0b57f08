"""Grants over HTTP: looked through, given within limits, withdrawn; each to those whose duty it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from diban.catalogue import Sharing
from diban.governance import Audit, Role
from diban.ground import now
from diban.store import reading
from tests.share.client import Client
from tests.share.town import PERMITS, REGISTER, Town, layer

ITEMS = "/ogc/collections/buildings/items"
WANTED: dict[str, Any] = {
    "party": "archive",
    "layer": "buildings",
    "purpose": "the yearly atlas",
    "basis": "request 7",
}


def done(client: Client, method: str, path: str, status: int, once: str = "", **body: Any) -> Any:
    headers = {"Idempotency-Key": once} if once else {}
    answer = client.ask(method, path, json=body, headers=headers)
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    return answer.json()


def noted(town: Town, act: str) -> list[str]:
    with reading(town.services.database) as connection:
        return [line.subject for line in Audit.lines(connection, act=act)]


@pytest.fixture
def approver(own_town: Town) -> Client:
    """The approver of the housing bureau, which provides everything in the town."""
    return own_town.hire("approver", Role.APPROVER, own_town.parties["housing"].id)


def test_a_grant_opens_what_it_names_and_its_withdrawal_shuts_it(own_town: Town, approver: Client) -> None:
    archive = own_town.browser("archive")
    assert archive.get(ITEMS).status_code == 403
    day = (now() + timedelta(days=30)).date().isoformat()
    made = done(approver, "POST", "/api/grants", 201, **WANTED, last_day=day)
    assert archive.get(ITEMS).status_code == 200
    assert (made["party"]["name"]["en"], made["layer"]["slug"], made["resource"]["slug"]) == (
        *("archive", "buildings"),
        "housing",
    )
    assert (made["state"]["value"], made["last_day"], made["given_by"]["login"]) == ("valid", day, "approver")
    assert (made["may_withdraw"], made["withdrawn"], made["basis"]) == (True, None, "request 7")
    path = f"/api/grants/{made['id']}/withdrawal"
    ended = done(approver, "POST", path, 200, why="the atlas is printed")
    assert archive.get(ITEMS).status_code == 403
    assert (ended["state"]["value"], ended["may_withdraw"]) == ("revoked", False)
    assert (ended["withdrawn"]["why"], ended["withdrawn"]["by"]["login"]) == (
        *("the atlas is printed",),
        "approver",
    )
    assert done(approver, "POST", path, 200, why="the atlas is printed") == ended
    assert done(approver, "POST", path, 409, why="another reason")["field"] == made["id"]
    assert (noted(own_town, "grant.revoke"), noted(own_town, "grant.give")[0]) == ([made["id"]], made["id"])


def test_limits_hold_and_are_told(own_town: Town, approver: Client) -> None:
    limits: dict[str, Any] = {
        "fields": ["code", "floors", "owner"],
        "masks": {"owner": "ends"},
        "rows": {"op": "<=", "args": [{"property": "floors"}, 2]},
        "bbox": [114.0, 22.5, 114.0049, 22.51],
        "decimals": 3,
        "max_zoom": 15,
    }
    made = done(approver, "POST", "/api/grants", 201, **WANTED, limits=limits)
    told = made["limits"]
    assert (told["fields"], told["rows"], told["decimals"]) == (sorted(limits["fields"]), limits["rows"], 3)
    assert (told["bbox"], told["whole_box"], told["max_zoom"], told["min_zoom"]) == (
        *([114.0, 22.5, 114.0049, 22.51], True),
        *(15, 0),
    )
    assert [(one["field"], one["mask"]["value"]) for one in told["masks"]] == [("owner", "ends")]
    assert told["titles"]["floors"] == {"zh": "层数", "en": "floors"}
    features = own_town.browser("archive").read(ITEMS, limit=1000)["features"]
    assert features
    assert {tuple(sorted(one["properties"])) for one in features} == {("code", "floors", "owner")}
    assert {one["properties"]["floors"] for one in features} == {0, 1, 2}


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        ({"fields": ["code", "height"]}, "height"),
        ({"fields": []}, "fields"),
        ({"masks": {"height": "hide"}}, "height"),
        ({"rows": {"op": "=", "args": [{"property": "height"}, 3]}}, "height"),
        ({"rows": {"op": "=", "args": [{"property": "floors"}, "three"]}}, "floors"),
        ({"rows": {"op": "in", "args": [{"property": "built"}, ["2020-01-01", "soon"]]}}, "built"),
        ({"rows": {"op": "not", "args": [{"op": "like", "args": []}]}}, "rows"),
        ({"bbox": [114.0, 22.5, 113.0, 22.6]}, "bbox"),
        ({"min_zoom": 9, "max_zoom": 4}, "min_zoom"),
        ({"decimals": 99}, "decimals"),
        ({"field": ["code"]}, "field"),
    ],
)
def test_limits_that_hold_nothing_back_are_refused(
    own_town: Town, approver: Client, limits: dict[str, Any], field: str
) -> None:
    refused = done(approver, "POST", "/api/grants", 400, **WANTED, limits=limits)
    assert field in refused["field"]
    assert own_town.browser("archive").get(ITEMS).status_code == 403


@pytest.mark.parametrize(
    ("more", "status", "field"),
    [
        ({"party": "nobody here"}, 404, "party"),
        ({"layer": "not-there"}, 404, "resource"),
        ({"purpose": " "}, 400, "purpose"),
        ({"basis": " "}, 400, "basis"),
        ({"last_day": "2020-01-01"}, 400, "until"),
    ],
)
def test_what_is_lacking_is_named(approver: Client, more: dict[str, Any], status: int, field: str) -> None:
    assert done(approver, "POST", "/api/grants", status, **{**WANTED, **more})["field"] == field


def test_the_same_key_is_the_same_grant(own_town: Town, approver: Client) -> None:
    made = done(approver, "POST", "/api/grants", 201, once="w1", **WANTED)
    assert done(approver, "POST", "/api/grants", 200, once="w1", **WANTED)["id"] == made["id"]
    other = {**WANTED, "party": "clinic"}
    assert done(approver, "POST", "/api/grants", 409, once="w1", **other)["field"] == "Idempotency-Key"
    assert done(approver, "POST", "/api/grants", 201, once="w2", **WANTED)["id"] != made["id"]


def test_nobody_is_everybody(own_town: Town, approver: Client) -> None:
    assert own_town.client().get(ITEMS).status_code == 404
    made = done(approver, "POST", "/api/grants", 201, **{**WANTED, "party": None})
    assert made["party"]["name"]["en"] == "public"
    assert own_town.client().get(ITEMS).status_code == 200


def test_grants_are_found_by_party_resource_and_state_page_by_page(own_town: Town, approver: Client) -> None:
    clinic = own_town.parties["clinic"].id
    page = approver.read("/api/grants", limit=2)
    assert (len(page["grants"]), page["total"] >= 5) == (2, True)
    seen, after = list(page["grants"]), page["next"]
    while after is not None:
        page = approver.read("/api/grants", limit=2, after=after)
        seen, after = seen + page["grants"], page["next"]
    assert [one["id"] for one in seen] == sorted({one["id"] for one in seen}, reverse=True)
    assert len(seen) == page["total"]
    of_clinic = approver.read("/api/grants", party=clinic)
    assert (of_clinic["party"]["name"]["en"], {one["party"]["id"] for one in of_clinic["grants"]}) == (
        *("clinic",),
        {clinic},
    )
    papers = approver.read("/api/grants", resource="papers")
    assert (papers["resource"]["slug"], [one["layer"]["slug"] for one in papers["grants"]]) == (
        *("papers",),
        ["register"],
    )
    assert {one["slug"] for one in papers["resources"]} == {"housing", "papers"}
    assert {one["name"]["en"] for one in papers["parties"]} >= {"transport", "clinic", "school", "public"}
    nothing = approver.read("/api/grants", resource="plans")
    assert (nothing["grants"], nothing["total"], nothing["resource"]["slug"]) == ([], 0, "plans")
    (one,) = of_clinic["grants"]
    done(approver, "POST", f"/api/grants/{one['id']}/withdrawal", 200, why="over")
    assert approver.read("/api/grants", party=clinic, state="valid")["total"] == 0
    assert approver.read("/api/grants", party=clinic, state="revoked")["total"] == 1
    approver.refused("/api/grants", 404, party="party_none")
    approver.refused("/api/grants", 404, resource="not-there")
    approver.refused("/api/grants", 400, state="gone")


def test_ended_grants_are_told_apart(own_town: Town, approver: Client) -> None:
    made = done(approver, "POST", "/api/grants", 201, **WANTED)
    with own_town.services.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE access_grant SET until = 1 WHERE id = ?", (made["id"],))
    (line,) = approver.read("/api/grants", state="ended")["grants"]
    assert (line["id"], line["state"]["value"]) == (made["id"], "ended")
    assert made["id"] not in [
        one["id"] for one in approver.read("/api/grants", state="valid", limit=100)["grants"]
    ]


def test_each_sees_what_is_theirs_to_see(own_town: Town, approver: Client) -> None:
    """A further agency's grants are that agency's; who watches over access sees everybody's, changes none."""
    other = own_town.hire("other", Role.APPROVER, own_town.parties["transport"].id)
    security = own_town.hire("security", Role.SECURITY_ADMIN, own_town.parties["bureau"].id)
    told = other.read("/api/grants")
    assert (told["total"], told["parties"], told["resources"]) == (0, [], [])
    other.refused("/api/grants", 404, resource="housing")
    assert security.read("/api/grants")["total"] == approver.read("/api/grants")["total"]
    line = security.read("/api/grants")["grants"][0]
    assert line["may_withdraw"] is False
    done(security, "POST", f"/api/grants/{line['id']}/withdrawal", 403, why="x")
    done(other, "POST", f"/api/grants/{line['id']}/withdrawal", 404, why="x")
    done(other, "POST", "/api/grants/gra_none/withdrawal", 404, why="x")
    assert done(other, "POST", "/api/grants", 403, **WANTED)["field"] == "grant"
    draft, absent = ({**WANTED, "layer": name} for name in ("drafts", "not-there"))
    fields = [done(other, "POST", "/api/grants", 404, **wanted)["field"] for wanted in (draft, absent)]
    assert fields == ["resource", "resource"]
    assert own_town.client("housing").get("/api/grants").status_code == 403


def test_the_data_bureau_grants_what_is_shared_unconditionally(own_town: Town) -> None:
    own_town.publish(own_town.entry("free", layer("free", REGISTER), sharing=Sharing.UNCONDITIONAL))
    bureau = own_town.browser("bureau")
    assert [one["slug"] for one in bureau.read("/api/grants/choices")["resources"]] == ["free"]
    done(bureau, "POST", "/api/grants", 201, **{**WANTED, "layer": "free"})
    done(bureau, "POST", "/api/grants", 403, **WANTED)
    lines = bureau.read("/api/grants", limit=100)["grants"]
    assert {one["layer"]["slug"]: one["may_withdraw"] for one in lines}.items() >= {
        ("free", True),
        ("buildings", False),
    }


def test_choices_are_what_the_asker_may_grant(own_town: Town, approver: Client) -> None:
    own_town.enter(own_town.entry("later", layer("later", PERMITS)))
    told = approver.read("/api/grants/choices", q="housing")
    (found,) = [one for one in told["resources"] if one["slug"] == "housing"]
    assert [one["slug"] for one in found["layers"]] == ["buildings", "permits"]
    assert found["layers"][0]["fields"][3] == {
        "name": "floors",
        "kind": "integer",
        "title": {"zh": "层数", "en": "floors"},
    }
    assert {one["name"]["en"] for one in told["parties"]} >= {"public", "clinic", "archive"}
    assert [one["value"] for one in told["masks"]] == ["hide", "ends", "token"]
    assert approver.read("/api/grants/choices", q="nothing like it")["resources"] == []
    other = own_town.hire("other", Role.APPROVER, own_town.parties["transport"].id)
    assert other.read("/api/grants/choices")["resources"] == []
    own_town.browser("housing").refused("/api/grants/choices", 403)


def test_a_page_tells_who_sees_its_grants(own_town: Town, approver: Client) -> None:
    assert approver.read("/api/resources/housing")["may"]["grants"] is True
    assert own_town.browser("transport").read("/api/resources/housing")["may"]["grants"] is False
    system = own_town.hire("system", Role.SYSTEM_ADMIN, own_town.parties["bureau"].id)
    security = own_town.hire("security", Role.SECURITY_ADMIN, own_town.parties["bureau"].id)
    clinic = own_town.parties["clinic"].id
    for client, told in ((system, None), (security, 1)):
        lines = {one["id"]: one["grants"] for one in client.read("/api/parties")["parties"]}
        assert lines[clinic] == told
