"""The inbox: what waits for whom, counted; and what one's party provides."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from diban.catalogue import State
from diban.governance import By, Role, Target, TargetKind, request_expunge
from diban.ground import micros, now
from diban.intake import Delivery
from diban.share.deliveries import inbox
from diban.store import unit
from tests.share import test_deliveries
from tests.share.client import Client
from tests.share.sending import geojson, submit, submitted, work
from tests.share.town import Town

KINDS = ["answer", "repair", "mend", "review", "approve", "expunge", "due"]


def counts(client: Client) -> dict[str, int]:
    """How much of each kind waits."""
    told = client.read("/api/inbox")
    assert [held["kind"] for held in told["kinds"]] == KINDS
    found = {held["kind"]: held["count"] for held in told["kinds"]}
    assert told["count"] == sum(found.values())
    assert all(len(held["items"]) == held["count"] for held in told["kinds"])
    return {kind: number for kind, number in found.items() if number}


def test_nothing_waits_for_most(own_town: Town) -> None:
    for login in ("archive", "bureau", "transport"):
        assert counts(own_town.browser(login)) == {}


def test_what_was_returned_until_it_is_mended(own_town: Town) -> None:
    housing = own_town.browser("housing")
    submitted(housing, geojson(test_deliveries.FAULTY), dry_run=True)
    submitted(housing, geojson(test_deliveries.FAULTY))
    work(own_town)
    assert counts(housing) == {"mend": 1}
    assert counts(own_town.browser("archive")) == {}
    submitted(housing, geojson(test_deliveries.MOVED))
    assert counts(housing) == {}


def test_so_many_are_named_and_all_are_counted(own_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "MOST", 2)
    housing, planning = own_town.browser("housing"), own_town.hire("planning", Role.PLANNING_BUREAU)
    asked = [submitted(housing, geojson(test_deliveries.MOVED), crs="GCJ-02", dry_run=True) for _ in range(3)]
    waiting = [submitted(housing, geojson(test_deliveries.CUT)) for _ in range(3)]
    work(own_town)
    for client, kind, first in ((housing, "answer", asked[:2]), (planning, "review", waiting[:2])):
        held = next(held for held in client.read("/api/inbox")["kinds"] if held["kind"] == kind)
        assert (held["count"], [item["id"] for item in held["items"]]) == (3, first)
    shown = client_items(planning, "review")[0]
    full = planning.read(f"/api/deliveries/{shown['id']}")
    assert (shown["score"], shown["findings"]) == (full["score"], len(full["findings"]))
    assert shown["score"] is not None


def test_what_is_to_be_decided(own_town: Town, delivered: Delivery) -> None:
    for login, role, party, seen in (
        ("planning", Role.PLANNING_BUREAU, None, 1),
        ("centre", Role.SPATIAL_CENTRE, None, 1),
        ("own", Role.APPROVER, own_town.parties["housing"].id, 1),
        ("other", Role.APPROVER, own_town.parties["transport"].id, 0),
    ):
        client = own_town.hire(login, role, party)
        assert counts(client).get("review", 0) == seen
    (item,) = client_items(own_town.browser("planning"), "review")
    assert (item["id"], item["resource"], item["state"]) == (delivered.id, "housing", "waiting")
    assert counts(own_town.browser("housing")) == {}, "never its sender"


def client_items(client: Client, kind: str) -> Any:
    return next(held for held in client.read("/api/inbox")["kinds"] if held["kind"] == kind)["items"]


def test_what_is_to_be_approved(own_town: Town) -> None:
    approver = own_town.hire("own", Role.APPROVER, own_town.parties["housing"].id)
    planning = own_town.hire("planning", Role.PLANNING_BUREAU)
    own_town.move("plans", State.REGISTRATION_REVIEW)
    assert (counts(approver), counts(planning)) == ({"approve": 1}, {})
    own_town.move("plans", State.REGISTERED, State.PUBLICATION_REVIEW)
    assert (counts(approver), counts(planning)) == ({}, {"approve": 1})
    (item,) = client_items(planning, "approve")
    assert (item["resource"], item["state"]) == ("plans", "publication_review")
    assert {move["to"]: move["reason"] for move in item["moves"]} == {
        "published": False,
        "returned": True,
        "publication_refused": True,
    }


def moved(client: Client, slug: str, to: str, why: str = "") -> tuple[int, str]:
    """The status and the state, or code, after a word on a resource."""
    answer = client.ask("POST", f"/api/resources/{slug}/moves", json={"to": to, "why": why})
    return answer.status_code, answer.json().get("state") or answer.json()["type"].rpartition(":")[
        2
    ].rpartition("/")[2]


def test_a_resource_is_approved_or_returned_by_whose_duty_it_is(own_town: Town) -> None:
    approver = own_town.hire("own", Role.APPROVER, own_town.parties["housing"].id)
    planning, housing = own_town.hire("planning", Role.PLANNING_BUREAU), own_town.browser("housing")
    assert moved(housing, "plans", "registration_review") == (200, "registration_review")
    assert moved(planning, "plans", "registered")[0] == 403
    for login in ("clinic", "transport"):
        assert moved(own_town.browser(login), "plans", "registered")[0] == 404
    assert moved(own_town.client(), "plans", "registered")[0] == 401
    assert moved(approver, "plans", "returned") == (400, "invalid"), "not without a reason"
    assert moved(approver, "plans", "returned", "缺摘要") == (200, "returned")
    assert moved(housing, "plans", "registration_review")[0] == 200
    assert moved(approver, "plans", "registered") == (200, "registered")
    assert moved(approver, "plans", "registered") == (200, "registered"), "once more is the same"
    assert moved(approver, "plans", "published") == (409, "illegal-move")
    assert moved(housing, "plans", "publication_review")[0] == 200
    del planning.headers["X-Diban-Request"]
    assert moved(planning, "plans", "published")[0] == 403
    planning.headers["X-Diban-Request"] = "1"
    assert moved(planning, "plans", "published") == (200, "published")
    assert counts(planning) == {}


def test_an_erasure_is_confirmed_by_another_person(own_town: Town) -> None:
    security = own_town.hire("security", Role.SECURITY_ADMIN, own_town.parties["bureau"].id)
    platform, body = own_town.platform, b"secret"
    digest = platform.blobs.put(io.BytesIO(body), limit=len(body))
    with unit(own_town.services.database) as act:
        target = Target(TargetKind.BLOB, digest)
        theirs = request_expunge(act, By("someone", "", "req_test"), target, "涉密")
        mine = By(own_town.account("security").id, "", "req_test")
        own = request_expunge(act, mine, target, "涉密")

    def confirm(client: Client, expunge: str) -> int:
        return client.ask("POST", f"/api/expunges/{expunge}/confirmation").status_code

    assert confirm(own_town.browser("housing"), theirs) == 403
    assert confirm(own_town.browser("housing"), "exp_none") == 403, "nor is told which there are"
    assert confirm(own_town.client(), theirs) == 401
    assert (confirm(security, own), confirm(security, "exp_none")) == (403, 404)
    assert platform.blobs.holds(digest)
    assert (confirm(security, theirs), confirm(security, theirs)) == (200, 200)
    work(own_town)
    assert not platform.blobs.holds(digest)
    done = security.ask("POST", f"/api/expunges/{theirs}/confirmation").json()
    assert (done["state"], done["counts"]["originals"]) == ("done", 1)
    assert counts(security) == {}


def test_what_is_to_be_erased(own_town: Town) -> None:
    security = own_town.hire("security", Role.SECURITY_ADMIN, own_town.parties["bureau"].id)
    with unit(own_town.services.database) as act:
        request_expunge(act, By("someone", "", "req_test"), Target(TargetKind.BLOB, "0" * 64), "涉密")
        mine = By(own_town.account("security").id, "", "req_test")
        request_expunge(act, mine, Target(TargetKind.BLOB, "1" * 64), "涉密")
    assert counts(security) == {"expunge": 1}, "one's own request is for another to confirm"
    assert client_items(security, "expunge")[0]["target"]["of"] == "0" * 64
    assert counts(own_town.browser("housing")) == {}


def test_what_is_overdue(own_town: Town) -> None:
    housing = own_town.browser("housing")
    held = {line["resource"]: line for line in housing.read("/api/provided")["resources"]}
    assert sorted(held) == ["housing", "papers", "plans", "vault"]
    assert held["housing"]["update_cycle"]["value"] == "half_yearly"
    assert (held["plans"]["due_at"], held["plans"]["overdue"]) == (None, False), "a draft owes nothing"
    long_ago = micros(now() - timedelta(days=200))
    with unit(own_town.services.database) as act:
        act.connection.execute(sa.text("UPDATE resource SET changed_at = :at"), {"at": long_ago})
    assert counts(housing) == {"due": 3}
    for layer in ("buildings", "permits"):
        assert submit(housing, layer=layer, mode="unchanged").status_code == 201
    assert counts(housing) == {"due": 3}, "not before it has landed"
    work(own_town)
    assert counts(housing) == {"due": 2}, "a confirmation that nothing changed counts"
    assert own_town.browser("archive").read("/api/provided") == {"resources": []}


@pytest.mark.parametrize("path", ["/api/inbox", "/api/provided"])
def test_nobody_has_a_desk(nobody: Client, path: str) -> None:
    assert nobody.refused(path, 401)["field"] == "Authorization"
