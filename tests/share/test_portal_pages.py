"""What the portal reads: the platform, the catalogue, deliveries; each member that its types name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from diban.catalogue import Catalogue, State
from diban.ground import AccountId
from diban.intake import Delivery, DeliveryState
from diban.store import Database, Generation, sqlite_url, unit
from tests.share.client import Client
from tests.share.town import Town


def test_platform(nobody: Client, town: Town) -> None:
    told = nobody.read("/api/platform")
    assert told["name"] == {"zh": "样城空间平台", "en": "Town Board"}
    assert told["area"] == {"bbox": [113.7, 22.4, 114.7, 22.9]}
    assert (told["engine"], told["account"]) == ("embedded", None)
    account = town.client("transport").read("/api/platform")["account"]
    assert account["roles"] == ["steward"]


def test_what_another_process_did_shows_at_once(own_town: Town) -> None:
    """Who acts in one process and looks in another a moment later sees the catalogue as they left it."""
    provider = own_town.client("housing")
    assert provider.read("/api/resources/housing")["state"] == "published"
    elsewhere = Database(sqlite_url(own_town.folder / "control.sqlite"))
    with unit(elsewhere) as act:
        seen = Catalogue().by_slug(act.connection, "housing")
        Catalogue().move(act, seen, State.WITHDRAWN, AccountId("reviewer"), "out of date")
        Generation(elsewhere).bump(act)
    assert provider.read("/api/resources/housing")["state"] == "withdrawn"
    elsewhere.close()


def test_resources(town: Town, nobody: Client, transport: Client) -> None:
    listed = transport.read("/api/resources")
    assert [each["slug"] for each in listed["resources"]] == ["housing", "papers", "vault"]
    assert listed["total"] == 3
    housing = listed["resources"][0]
    assert housing["provider"]["name"]["en"] == "housing"
    assert housing["sharing"] == {"value": "2", "title": {"zh": "有条件共享", "en": "conditional"}}
    assert [layer["rows"] for layer in housing["layers"]] == [200, 4]
    vault = listed["resources"][2]["layers"][0]
    assert (vault["readable"], vault["rows"], vault["bbox"], vault["version"]) == (False, 0, None, None)
    assert [each["slug"] for each in nobody.read("/api/resources")["resources"]] == ["papers"]
    everything = town.browser("bureau").read("/api/resources")
    assert [each["slug"] for each in everything["resources"]] == ["housing", "papers", "plans", "vault"]


def test_finding_resources(town: Town) -> None:
    housing = town.client("housing")

    def found(**query: str) -> list[str]:
        return [each["slug"] for each in housing.read("/api/resources", **query)["resources"]]

    assert found(q="VAULT") == ["vault"]
    assert found(q="建筑") == ["housing", "papers", "plans", "vault"]
    assert found(q="vault nothing") == []
    assert found(q="%") == []
    assert found(state="draft") == ["plans"]
    assert found(state="published", q="papers") == ["papers"]
    assert found(state="") == ["housing", "papers", "plans", "vault"]
    assert housing.refused("/api/resources", 400, state="lost")["field"] == "state"
    assert housing.refused("/api/resources", 400, order="up")["field"] == "order"


def test_a_resource(town: Town, transport: Client, nobody: Client) -> None:
    told = transport.read("/api/resources/housing")
    assert transport.read(f"/api/resources/{told['id']}") == told
    assert [line["layer"] for line in told["versions"]] == ["buildings", "permits"]
    assert told["deliveries"] == []
    assert transport.read("/api/resources/vault")["versions"] == []
    for path in ("/api/resources/plans", "/api/resources/nothing"):
        first, second = transport.refused(path, 404), nobody.refused(path, 404)
        del first["request_id"], second["request_id"]
        assert first == second


def test_a_withdrawn_resource_is_its_own_peoples(own_town: Town) -> None:
    own_town.move("papers", State.WITHDRAWN)
    own_town.client().refused("/api/resources/papers", 404)
    own_town.client("transport").refused("/api/resources/papers", 404)
    assert own_town.client("housing").read("/api/resources/papers")["state"] == "withdrawn"


def test_a_delivery(own_town: Town, delivered: Delivery) -> None:
    path = f"/api/deliveries/{delivered.id}"
    told = own_town.client("housing").read(path)
    assert told["resource"] == "housing"
    assert told["file_name"] == "<img src=x>.geojson"
    assert told["sender"] == {"name": {"zh": "housing", "en": "housing"}}
    assert told["verdict"]["value"] == "ask"
    assert told["verdict"]["reasons"] == [{"zh": "删除过多", "en": "removes much"}]
    finding = told["findings"][0]
    assert finding["title"] == {"zh": "必填", "en": "required"}
    told_of = {"row": 3, "field": "owner", "lon": 114.0, "lat": 22.5, "value": "张三"}
    assert finding["places"][0] == {**told_of, "other": None, "areas": None}
    line = own_town.client("housing").read("/api/resources/housing")["deliveries"][0]
    assert (line["score"], line["findings"]) == (62.5, 1)


def test_a_delivery_shows_what_it_asks_and_what_was_answered(own_town: Town, delivered: Delivery) -> None:
    register, path = own_town.services.deliveries, f"/api/deliveries/{delivered.id}"
    assert own_town.client("housing").read(path)["question"] is None
    sent = replace(delivered.sent, key="k2")
    reason = {"zh": "没有说明", "en": "not said"}
    asked: dict[str, Any] = {"about": "crs", "reason": reason, "proposal": "GCJ-02", "declared": None}
    asked["candidates"] = []
    word = {"crs": "GCJ-02", "by": sent.sender, "at": 1}
    with unit(own_town.services.database) as act:
        other = register.open(act, sent)
        other = register.move(act, other, DeliveryState.ASKED, sent.sender, "", question=asked)
    told = own_town.client("housing").read(f"/api/deliveries/{other.id}")
    assert told["state_title"] == {"zh": "待说明", "en": "needs the sender's word"}
    assert told["question"] == {**asked, "answer": None}
    with unit(own_town.services.database) as act:
        register.move(act, other, DeliveryState.RECEIVED, sent.sender, "", answer=word)
    told = own_town.client("housing").read(f"/api/deliveries/{other.id}")
    assert told["question"] == {**asked, "answer": "GCJ-02"}


def test_who_oversees_sees_no_values(own_town: Town, delivered: Delivery) -> None:
    told = own_town.browser("bureau").read(f"/api/deliveries/{delivered.id}")
    places = told["findings"][0]["places"]
    known = {"row": 3, "field": "owner"}
    assert places[0] == known | dict.fromkeys(("lon", "lat", "value", "other", "areas"))
    assert told["findings"][0]["count"] == 2


def test_others_do_not_know_of_a_delivery(own_town: Town, delivered: Delivery) -> None:
    for client in (own_town.client(), own_town.client("transport"), own_town.client("school")):
        taken = client.refused(f"/api/deliveries/{delivered.id}", 404)
        free = client.refused("/api/deliveries/dlv_nothing", 404)
        del taken["request_id"], free["request_id"]
        assert taken == {**free, "detail": free["detail"].replace("dlv_nothing", delivered.id)}
        assert client.read("/api/resources")["resources"] is not None
    assert own_town.client("transport").read("/api/resources/housing")["deliveries"] == []


def test_a_version_names_its_delivery_to_those_who_may_see_it(own_town: Town, delivered: Delivery) -> None:
    services = own_town.services
    with unit(services.database) as act:
        act.connection.exec_driver_sql(
            "UPDATE layer_version SET key = ? WHERE layer = ?", (delivered.id, own_town.layers["buildings"])
        )
    assert (
        own_town.client("housing").read("/api/resources/housing")["versions"][0]["delivery"] == delivered.id
    )
    assert own_town.client("transport").read("/api/resources/housing")["versions"][0]["delivery"] is None
