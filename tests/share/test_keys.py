"""Keys over HTTP: issued once, listed with their use, revoked; each to those whose duty it is."""

from __future__ import annotations

import pytest

from diban.governance import Audit, Role
from diban.store import reading
from tests.share.client import Client
from tests.share.town import Town

ITEMS = "/ogc/collections/buildings/items"


def issue(
    client: Client, purpose: str = "a map of the clinics", days: int = 30, once: str = ""
) -> dict[str, str]:
    headers = {"Idempotency-Key": once} if once else {}
    answer = client.ask("POST", "/api/keys", json={"purpose": purpose, "days": days}, headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    made: dict[str, str] = answer.json()
    return made


def test_a_key_opens_what_its_party_may_see(own_town: Town) -> None:
    steward, program = own_town.browser("transport"), own_town.client()
    made = issue(steward)
    program.headers["Authorization"] = f"Bearer {made['text']}"
    assert program.get(ITEMS).status_code == 200
    own_town.services.use.flush()
    (line,) = [one for one in steward.read("/api/keys")["keys"] if one["id"] == made["id"]]
    assert (line["purpose"], line["state"], line["calls"]) == ("a map of the clinics", "valid", 1)
    assert (line["account"]["login"], line["party"]["name"]["en"]) == ("transport", "transport")
    assert line["last_used"] is not None
    assert "text" not in line
    assert steward.ask("DELETE", f"/api/keys/{made['id']}").status_code == 204
    assert steward.ask("DELETE", f"/api/keys/{made['id']}").status_code == 204
    assert program.get(ITEMS).status_code == 401
    (line,) = [one for one in steward.read("/api/keys")["keys"] if one["id"] == made["id"]]
    assert (line["state"], line["revoked_at"] is None) == ("revoked", False)
    with reading(own_town.services.database) as connection:
        noted = [(one.act, one.by.actor) for one in Audit.lines(connection, subject=made["id"])]
    actor = own_town.account("transport").id
    assert noted == [("key.revoke", actor), ("key.issue", actor)]


def test_the_same_word_issues_the_same_key_and_tells_it_once(own_town: Town) -> None:
    steward = own_town.browser("transport")
    made = issue(steward, once="first")
    again = steward.ask(
        "POST", "/api/keys", json={"purpose": "x", "days": 1}, headers={"Idempotency-Key": "first"}
    )
    assert (again.status_code, again.json()["id"], again.json()["text"]) == (200, made["id"], None)
    assert issue(steward, once="second")["id"] != made["id"]
    assert issue(own_town.browser("housing"), once="first")["id"] != made["id"]


def test_keys_of_others_are_neither_listed_nor_revoked(own_town: Town) -> None:
    made = issue(own_town.browser("housing"))
    stranger = own_town.browser("archive")
    assert stranger.read("/api/keys")["keys"] == []
    unknown = stranger.ask("DELETE", "/api/keys/dbk_00000000000000000000000000")
    assert unknown.status_code == 404
    theirs = stranger.ask("DELETE", f"/api/keys/{made['id']}")
    same = ("status", "title", "detail", "field")
    assert [theirs.json()[name] for name in same] == [unknown.json()[name] for name in same]


def test_a_party_sees_the_keys_of_those_below_it(own_town: Town) -> None:
    made = issue(own_town.browser("transport"))
    below = own_town.hire("depot", Role.STEWARD, own_town.parties["office"].id)
    held = issue(below)
    above = {one["id"] for one in own_town.browser("transport").read("/api/keys")["keys"]}
    assert {made["id"], held["id"]} <= above
    assert {one["id"] for one in below.read("/api/keys")["keys"]} == {held["id"]}


def test_who_issues_no_keys_is_refused_with_a_way_out(own_town: Town) -> None:
    bureau = own_town.browser("bureau")
    told = bureau.refused("/api/keys", 403)
    assert (told["field"], told["remedy"]) == ("issue_keys", "ask the party whose duty it is")
    answer = bureau.ask("POST", "/api/keys", json={"purpose": "x", "days": 1})
    assert answer.status_code == 403
    assert bureau.ask("DELETE", "/api/keys/dbk_x").status_code == 403


def test_a_key_issues_no_key(own_town: Town) -> None:
    program = own_town.client("transport")
    assert program.ask("POST", "/api/keys", json={"purpose": "x", "days": 1}).status_code == 403
    program.refused("/api/keys", 403)


@pytest.mark.parametrize(
    "wanted",
    [{"purpose": "", "days": 1}, {"purpose": "x", "days": 0}, {"purpose": "x", "days": 367}, {"days": 1}],
)
def test_what_does_not_hold_is_said(town: Town, wanted: dict[str, object]) -> None:
    assert town.browser("transport").ask("POST", "/api/keys", json=wanted).status_code == 400


def test_nobody_asks_for_keys(town: Town) -> None:
    nobody = town.client()
    nobody.headers["X-Diban-Request"] = "1"
    assert nobody.ask("POST", "/api/keys", json={"purpose": "x", "days": 1}).status_code == 401
    assert nobody.ask("DELETE", "/api/keys/dbk_x").status_code == 401


def test_the_account_tells_what_it_may(town: Town) -> None:
    assert "issue_keys" in town.browser("transport").read("/api/session")["permissions"]
    assert "issue_keys" not in town.client("transport").read("/api/session")["permissions"]
