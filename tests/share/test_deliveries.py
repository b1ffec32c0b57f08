"""Deliveries by HTTP: sent once, watched, tried, taken back, decided on; and only by those who may."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from diban.app import forget_previews, work_once
from diban.governance import FileTrusted, Role
from diban.intake import Delivery
from diban.share.deliveries import receipt
from diban.store import reading, unit
from tests.share.client import Client
from tests.share.conftest import ORIGINAL
from tests.share.sending import DELIVERIES, geojson, submit, submitted, uploaded, work
from tests.share.town import ROWS, Town, building

SAME = [building(number) for number in range(ROWS)]
MOVED = [{**SAME[3], "name": "新名"}, *SAME[4:], building(ROWS), building(ROWS + 1)]
"""Three rows less, one changed, two more."""
CUT = SAME[: ROWS // 2]
"""Half of the rows gone: a person is asked."""
FAULTY = [{**SAME[0], "code": None}, *SAME[1:]]


@pytest.fixture
def housing(own_town: Town) -> Client:
    """The housing bureau's steward, signed in."""
    return own_town.browser("housing")


@pytest.fixture
def planning(own_town: Town) -> Client:
    """Somebody who decides on everybody's deliveries."""
    return own_town.hire("planning", Role.PLANNING_BUREAU)


def test_all_the_way(own_town: Town, housing: Client) -> None:
    made = submit(housing, upload=uploaded(housing, geojson(MOVED)))
    assert made.status_code == 201
    at = made.headers["location"]
    told = made.json()
    assert (told["state"], told["file_name"], told["layer"]) == ("received", "buildings.geojson", "buildings")
    assert told["may"] == {
        "withdraw": True,
        "answer": False,
        "accept": False,
        "return": False,
        "original": True,
        "see_values": True,
        "repair": False,
        "faulty_rows": False,
    }
    work(own_town)
    told = housing.read(at)
    assert (told["state"], told["score"], told["verdict"]["value"]) == ("landed", 96, "accept")
    assert [finding["code"] for finding in told["findings"]] == ["geometry.precision"]
    assert told["change"] == {"added": 2, "changed": 1, "removed": 3, "unchanged": 196}
    layers = housing.read("/api/resources/housing")["layers"]
    assert (layers[0]["rows"], layers[0]["version"]) == (ROWS - 1, told["version"])
    report = housing.read(f"{at}/report")
    assert (report["passed"], report["rows"], report["faulty_rows"]) == (True, ROWS - 1, 0)
    assert housing.get(f"{at}/original").content == geojson(MOVED)


def test_progress(own_town: Town, housing: Client) -> None:
    at = f"{DELIVERIES}/{submitted(housing, geojson(MOVED))}/progress"
    first = housing.get(at)
    assert (first.json()["work"], first.json()["ended"], first.json()["steps"]) == ("waiting", False, [])
    same = {"If-None-Match": first.headers["etag"]}
    assert housing.get(at, headers=same).status_code == 304
    work(own_town)
    last = housing.get(at, headers=same)
    assert last.status_code == 200
    told = last.json()
    assert (told["work"], told["state"], told["ended"]) == ("done", "landed", True)
    assert [step["name"] for step in told["steps"]] == ["check", "compare", "land"]
    assert all(step["done"] == step["total"] == ROWS - 1 for step in told["steps"])
    assert told["steps"][0]["title"] == {"zh": "读取并质检", "en": "read and checked"}


def test_sent_twice_is_sent_once(own_town: Town, housing: Client) -> None:
    upload = uploaded(housing, geojson(SAME))
    first = submit(housing, key="november", upload=upload)
    work(own_town)
    answers = [submit(housing, key="november", upload=upload) for _ in range(2)]
    answers += [submit(housing, key="november", upload="upl_gone_long_ago")]
    assert [answer.status_code for answer in (first, *answers)] == [201, 200, 200, 200]
    assert {answer.json()["id"] for answer in (first, *answers)} == {first.json()["id"]}
    other = submit(housing, key="november", upload=upload, dry_run=True)
    assert (other.status_code, other.json()["field"]) == (409, "Idempotency-Key")
    fresh = submit(housing, upload=upload)
    assert fresh.status_code == 201, "another key is another delivery of the same bytes"
    assert submit(housing, upload=upload).json()["id"] == fresh.json()["id"]
    assert len(housing.read(DELIVERIES)["deliveries"]) == 2


def test_a_key_is_not_for_another_file(own_town: Town, housing: Client) -> None:
    first = submit(housing, key="november", upload=uploaded(housing, geojson(SAME)))
    other = submit(housing, key="november", upload=uploaded(housing, geojson(MOVED)))
    assert (other.status_code, other.json()["field"]) == (409, "Idempotency-Key")
    again = submit(housing, key="november", upload=uploaded(housing, geojson(SAME)))
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"]), "the same bytes sent anew"


def test_another_word_on_the_header_is_another_delivery(own_town: Town, housing: Client) -> None:
    upload = uploaded(housing, geojson([building(1)]))
    first = submit(housing, upload=upload)
    again = submit(housing, upload=upload, header=True)
    assert (again.status_code, again.json()["header"]) == (201, True)
    assert again.json()["id"] != first.json()["id"]
    assert submit(housing, upload=upload, header=True).json()["id"] == again.json()["id"]
    assert submit(housing, "k", upload=upload, header=False).status_code == 201
    assert submit(housing, "k", upload=upload).status_code == 409
    assert submit(housing, "k", upload=upload, header="perhaps").status_code == 400


@pytest.mark.parametrize("mode", ["full", "unchanged"])
def test_what_came_to_nothing_is_sent_anew_in_the_same_words(
    own_town: Town, housing: Client, mode: str
) -> None:
    letter = {"mode": mode, **({"upload": uploaded(housing, geojson(MOVED))} if mode == "full" else {})}
    made = [submit(housing, **letter).json()["id"] for _ in range(2)]
    take_back(housing, made[0])
    anew = submit(housing, **letter)
    assert (anew.status_code, anew.json()["state"]) == (201, "received")
    assert submit(housing, **letter).json()["id"] == anew.json()["id"]
    assert made[0] == made[1] != anew.json()["id"]
    work(own_town)
    landed = submit(housing, **letter)
    assert (landed.status_code, landed.json()["id"]) == (200, anew.json()["id"])
    assert landed.json()["state"] == "landed"


def test_the_same_key_of_two_senders(own_town: Town, housing: Client) -> None:
    mine = submit(housing, key="k", upload=uploaded(housing, b"{}"))
    colleague = own_town.hire("colleague", Role.STEWARD, own_town.parties["housing"].id)
    theirs = submit(colleague, key="k", upload=uploaded(colleague, b"{}"))
    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json()["id"] != theirs.json()["id"]


def test_sent_at_the_same_time(own_town: Town, housing: Client) -> None:
    letter = {"layer": "buildings", "upload": uploaded(housing, geojson(SAME))}
    answers = housing.together(8, "POST", DELIVERIES, json=letter)
    assert sorted({answer.status_code for answer in answers}) in ([200, 201], [201])
    assert len({answer.json()["id"] for answer in answers}) == 1


def test_a_confirmation(own_town: Town, housing: Client) -> None:
    made = submit(housing, mode="unchanged")
    assert made.status_code == 201
    work(own_town)
    assert housing.read(made.headers["location"])["state"] == "landed"
    assert submit(housing, mode="unchanged").status_code == 200, "once a day"


def test_a_trial_never_lands(own_town: Town, housing: Client) -> None:
    before = own_town.services.base.current(own_town.layers["buildings"])
    made = {
        name: submitted(housing, geojson(rows), dry_run=True)
        for name, rows in (("moved", MOVED), ("cut", CUT), ("faulty", FAULTY))
    }
    work(own_town)
    told = {name: housing.read(f"{DELIVERIES}/{made[name]}") for name in made}
    assert {one["state"] for one in told.values()} == {"tried"}
    assert all(one["dry_run"] and one["verdict"] is None for one in told.values())
    assert told["moved"]["change"]["added"] == 2
    assert told["cut"]["change"]["removed"] == ROWS // 2
    assert told["faulty"]["change"] is None
    assert {finding["code"] for finding in told["faulty"]["findings"]} >= {"field.required"}
    assert own_town.services.base.current(own_town.layers["buildings"]) == before
    with reading(own_town.services.database) as connection:
        for table in ("review_decision", "evidence"):
            held = connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE delivery <> ''")
            assert held.scalar_one() == 0, table
    shown = housing.read(f"{DELIVERIES}/{made['moved']}/changes", kind="added")
    assert [feature["properties"]["code"] for feature in shown["features"]] == ["B0200", "B0201"]
    assert not work_once(own_town.platform)


def test_what_it_would_change(own_town: Town, housing: Client, planning: Client) -> None:
    at = f"{DELIVERIES}/{submitted(housing, geojson(MOVED))}/changes"
    assert housing.get(at).status_code == 404, "not before it was compared"
    work(own_town)
    found = {kind: planning.read(at, kind=kind) for kind in ("added", "changed", "removed")}
    assert {kind: page["numberMatched"] for kind, page in found.items()} == {
        "added": 2,
        "changed": 1,
        "removed": 3,
    }
    (changed,) = found["changed"]["features"]
    assert (changed["id"], changed["properties"]["name"], changed["properties"]["_row"]) == (4, "新名", 1)
    assert [feature["id"] for feature in found["removed"]["features"]] == [1, 2, 3]
    assert found["removed"]["features"][0]["properties"]["code"] == "B0000"
    assert found["removed"]["features"][0]["geometry"]["type"] == "Polygon"
    assert found["added"]["features"][0]["id"] == f"row {ROWS - 2}"


def test_changes_page_by_page(own_town: Town, housing: Client) -> None:
    at = f"{DELIVERIES}/{submitted(housing, geojson(MOVED))}/changes?kind=removed&limit=2"
    work(own_town)
    first = housing.read(at)
    second = housing.read(first["next"])
    assert [feature["id"] for page in (first, second) for feature in page["features"]] == [1, 2, 3]
    assert second["next"] is None


def test_only_the_first_changes_are_kept(
    own_town: Town, housing: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diban.app.journeys.preview.MOST", 10)
    at = f"{DELIVERIES}/{submitted(housing, geojson(CUT), dry_run=True)}/changes"
    work(own_town)
    page = housing.read(at, kind="removed", limit=1000)
    assert (page["numberMatched"], page["numberKept"], page["numberReturned"]) == (ROWS // 2, 10, 10)
    assert page["next"] is None


def test_an_erasure_takes_what_was_shown_with_it(
    own_town: Town, housing: Client, delivered: Delivery
) -> None:
    at = f"{DELIVERIES}/{delivered.id}/changes"
    assert housing.read(at, kind="removed")["numberReturned"] == 2
    forget_previews(own_town.platform.work, every=True)
    assert housing.get(at).status_code == 404


def test_taken_back(own_town: Town, housing: Client, planning: Client) -> None:
    received, waiting = submitted(housing, geojson(MOVED)), submitted(housing, geojson(CUT))
    assert take_back(housing, received)["state"] == "withdrawn"
    work(own_town)
    assert housing.read(f"{DELIVERIES}/{received}")["state"] == "withdrawn", "the worker leaves it alone"
    assert [item["id"] for item in waiting_for(planning, "review")] == [waiting]
    assert take_back(housing, waiting)["state"] == "withdrawn"
    assert take_back(housing, waiting)["state"] == "withdrawn", "again is the same"
    assert waiting_for(planning, "review") == []
    refused = decide(planning, waiting, "accept")
    assert refused.status_code in (404, 409)
    landed = submitted(housing, geojson(MOVED))
    work(own_town)
    answer = housing.ask("POST", f"{DELIVERIES}/{landed}/withdrawal", json={})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:diban:problem:illegal-move")


def test_a_question_is_answered_by_its_senders(own_town: Town, housing: Client, planning: Client) -> None:
    asked = submitted(housing, geojson(MOVED), crs="GCJ-02")
    work(own_town)
    told = housing.read(f"{DELIVERIES}/{asked}")
    assert (told["state"], told["may"]["answer"]) == ("asked", True)
    assert told["question"]["declared"] == {"crs": "GCJ-02", "by": "sender"}
    assert told["question"]["candidates"]
    for one in told["question"]["candidates"]:
        assert 0 < len(one["places"]) <= 80
    overseen = own_town.browser("bureau").read(f"{DELIVERIES}/{asked}")["question"]
    assert [one["places"] for one in overseen["candidates"]] == [[]] * len(told["question"]["candidates"])
    assert {**overseen, "candidates": []} == {**told["question"], "candidates": []}
    assert [item["id"] for item in waiting_for(housing, "answer")] == [asked]
    path, word = f"{DELIVERIES}/{asked}/answer", {"crs": told["question"]["proposal"]}
    assert planning.ask("POST", path, json=word).status_code == 403, "a reviewer does not know"
    assert housing.ask("POST", path, json={"crs": "EPSG:1"}).status_code == 400
    for _ in range(2):
        assert housing.ask("POST", path, json=word).status_code == 200, "again is the same"
    assert waiting_for(housing, "answer") == []
    work(own_town)
    told = housing.read(f"{DELIVERIES}/{asked}")
    assert (told["state"], told["question"]["answer"]) == ("landed", word["crs"])
    assert housing.ask("POST", path, json={"crs": "BD-09"}).status_code == 409


def take_back(client: Client, delivery: str) -> Any:
    answer = client.ask("POST", f"{DELIVERIES}/{delivery}/withdrawal", json={"why": "wrong file"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def decide(client: Client, delivery: str, verdict: str, why: str = "核实无误") -> Any:
    body = {"verdict": verdict, "why": why}
    return client.ask("POST", f"{DELIVERIES}/{delivery}/review", json=body)


def waiting_for(client: Client, kind: str) -> Any:
    return next(held for held in client.read("/api/inbox")["kinds"] if held["kind"] == kind)["items"]


@pytest.mark.parametrize(
    ("verdict", "state", "then"), [("accept", "accepted", "landed"), ("return", "returned", "returned")]
)
def test_decided(
    own_town: Town, housing: Client, planning: Client, verdict: str, state: str, then: str
) -> None:
    waiting = submitted(housing, geojson(CUT))
    work(own_town)
    assert planning.read(f"{DELIVERIES}/{waiting}")["may"]["accept"]
    assert decide(housing, waiting, "accept").status_code == 403, "a steward decides on nothing"
    answer = decide(planning, waiting, verdict)
    assert (answer.status_code, answer.json()["state"]) == (200, state)
    assert decide(planning, waiting, verdict).status_code == 200, "the same word again"
    work(own_town)
    told = housing.read(f"{DELIVERIES}/{waiting}")
    assert (told["state"], told["verdict"]["why"]) == (then, "核实无误")
    assert decide(planning, waiting, "accept" if verdict == "return" else "return").status_code == 409
    mend = [item["id"] for item in waiting_for(housing, "mend")]
    assert mend == ([waiting] if then == "returned" else [])


def test_a_word_without_a_reason(own_town: Town, planning: Client, delivered: Delivery) -> None:
    for verdict, why in (("accept", ""), ("accept", "   "), ("ask", "x"), ("perhaps", "x")):
        assert decide(planning, delivered.id, verdict, why).status_code == 400
    assert decide(planning, delivered.id, "accept", "x" * 2001).status_code == 400


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("withdrawal", {"why": "a\0b"}),
        ("answer", {"crs": "a\0b"}),
        ("review", {"verdict": "return", "why": "a\0b"}),
    ],
)
def test_a_word_with_nul(
    own_town: Town, housing: Client, delivered: Delivery, act: str, body: dict[str, Any]
) -> None:
    answer = housing.ask("POST", f"{DELIVERIES}/{delivered.id}/{act}", json=body)
    assert (answer.status_code, answer.json()["field"]) == (
        400,
        f"body.{'crs' if act == 'answer' else 'why'}",
    )


def test_a_key_does_not_decide(own_town: Town, planning: Client, delivered: Delivery) -> None:
    assert decide(own_town.client("planning"), delivered.id, "accept").status_code in (403, 404)
    assert planning.read(f"{DELIVERIES}/{delivered.id}")["state"] == "waiting"


ACTS: list[tuple[str, dict[str, Any]]] = [
    ("withdrawal", {"why": "x"}),
    ("answer", {"crs": "EPSG:4490"}),
    ("review", {"verdict": "accept", "why": "x"}),
]


@pytest.mark.parametrize(("act", "body"), ACTS)
def test_others_do_nothing_to_it(own_town: Town, delivered: Delivery, act: str, body: dict[str, Any]) -> None:
    path = f"{DELIVERIES}/{delivered.id}/{act}"
    found = {}
    for sort, client in (
        ("nobody", own_town.client()),
        ("key", own_town.client("transport")),
        ("stranger", own_town.browser("archive")),
        ("overseer", own_town.browser("bureau")),
    ):
        found[sort] = client.ask("POST", path, json=body).status_code
        assert client.ask("POST", path.replace(delivered.id, "dlv_none"), json=body).status_code in (401, 404)
    assert found == {"nobody": 401, "key": 404, "stranger": 404, "overseer": 403}
    unguarded = own_town.browser("housing").ask("POST", path, json=body, headers={"X-Diban-Request": ""})
    assert unguarded.status_code == 403
    assert own_town.browser("housing").read(f"{DELIVERIES}/{delivered.id}")["state"] == "waiting"


def test_to_foreign_layers_nothing_is_sent(own_town: Town) -> None:
    transport = own_town.browser("transport")
    upload = uploaded(transport, geojson(SAME))
    known, unknown = (submit(transport, upload=upload, layer=slug) for slug in ("buildings", "nothing"))
    assert known.status_code == unknown.status_code == 404
    words = known.json()["detail"].replace("buildings", "nothing")
    assert words == unknown.json()["detail"], "whether the layer exists is not told"
    for client, status in ((own_town.client(), 401), (own_town.browser("bureau"), 403)):
        assert submit(client, upload=upload).status_code == status


@pytest.mark.parametrize(
    "letter",
    [
        {},
        {"upload": None},
        {"upload": "x" * 65},
        {"upload": "upl_x", "mode": "unchanged"},
        {"upload": "upl_x", "mode": "half"},
        {"upload": "upl_x", "layer": ""},
        {"upload": "upl_x", "crs": "x" * 201},
        {"upload": "upl_x", "dry_run": "perhaps"},
        {"upload": "upl_x", "sender": "account_x"},
        {"upload": ["upl_x"]},
        *({"upload": "upl_x", name: "a\0b"} for name in ("upload", "layer", "crs", "source_layer")),
    ],
)
def test_letters_that_are_none(housing: Client, letter: dict[str, Any]) -> None:
    answer = submit(housing, **letter)
    assert (answer.status_code, answer.json()["status"]) == (400, 400)


def test_an_upload_that_is_not_whole(housing: Client, own_town: Town) -> None:
    with unit(own_town.platform.database) as act:
        made = own_town.platform.uploads.create(
            act, own_town.account("housing").id, own_town.parties["housing"].id, "x", 5
        )
    answer = submit(housing, upload=made.id)
    assert (answer.status_code, answer.json()["field"]) == (409, "upload")
    assert submit(housing, upload="upl_none").status_code == 404
    assert submit(housing, key="x" * 201, upload=made.id).json()["field"] == "Idempotency-Key"


def test_the_list(own_town: Town, housing: Client, planning: Client) -> None:
    made = [submitted(housing, b"{%d}" % number) for number in range(5)]
    pages, path = [], f"{DELIVERIES}?limit=2"
    while path:
        page = housing.read(path)
        pages.append([line["id"] for line in page["deliveries"]])
        path = page["next"]
    assert pages == [made[4:2:-1], made[2:0:-1], made[:1]]
    assert [line["id"] for line in planning.read(DELIVERIES)["deliveries"]] == made[::-1]
    assert [line["id"] for line in own_town.browser("bureau").read(DELIVERIES)["deliveries"]] == made[::-1]
    assert own_town.browser("archive").read(DELIVERIES) == {"deliveries": [], "next": None}
    work(own_town)
    assert len(housing.read(DELIVERIES, state="returned,landed", resource="housing")["deliveries"]) == 5
    assert housing.read(DELIVERIES, state="waiting")["deliveries"] == []
    assert housing.read(DELIVERIES, resource="papers")["deliveries"] == []
    archive = own_town.browser("archive")
    hidden, unknown = (archive.get(DELIVERIES, params={"resource": slug}) for slug in ("plans", "nothing"))
    assert (hidden.status_code, hidden.json()) == (unknown.status_code, unknown.json())
    assert housing.get(DELIVERIES, params={"state": "lost"}).status_code == 400
    assert housing.get(DELIVERIES, params={"limit": "0"}).status_code == 400


def test_the_receipt_is_signed(own_town: Town, housing: Client) -> None:
    at = f"{DELIVERIES}/{submitted(housing, geojson(MOVED))}"
    work(own_town)
    told = housing.read(f"{at}/receipt")
    assert told == housing.read(f"{at}/receipt")
    assert orjson.loads(told["signed"]) == told["receipt"]
    assert told["receipt"]["file"]["sha256"] == housing.read(at)["digest"]
    assert told["receipt"]["change"] == {"added": 2, "changed": 1, "removed": 3, "unchanged": 196}
    assert [move["state"] for move in told["receipt"]["moves"]] == ["received", "accepted", "landed"]
    assert told["receipt"]["version"]["rows"] == ROWS - 1
    assert told["signature"]["algorithm"] == receipt.ALGORITHM
    public: FileTrusted = own_town.platform.signer.public
    key, value = told["signature"]["key"], bytes.fromhex(told["signature"]["value"])
    assert public.accepts(key, told["signed"].encode(), value)
    assert not public.accepts(key, told["signed"].replace("landed", "waited").encode(), value)


def test_the_original_is_taken_on_record(own_town: Town, delivered: Delivery) -> None:
    answer = own_town.browser("housing").get(f"{DELIVERIES}/{delivered.id}/original")
    assert (answer.content, answer.headers["content-type"]) == (ORIGINAL, "application/octet-stream")
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "<" not in answer.headers["content-disposition"]
    head = own_town.browser("housing").ask("HEAD", f"{DELIVERIES}/{delivered.id}/original")
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(ORIGINAL)))
    with reading(own_town.services.database) as connection:
        taken = "SELECT count(*) FROM audit_line WHERE act = 'delivery.original'"
        assert connection.exec_driver_sql(taken).scalar_one() == 1
    part = own_town.browser("housing").get(
        f"{DELIVERIES}/{delivered.id}/original", headers={"Range": "bytes=1-6"}
    )
    assert (part.status_code, part.content) == (206, ORIGINAL[1:7])


@pytest.mark.parametrize("page", ["changes", "receipt", "original"])
def test_who_oversees_gets_no_values(own_town: Town, delivered: Delivery, page: str) -> None:
    assert own_town.browser("bureau").get(f"{DELIVERIES}/{delivered.id}/{page}").status_code == 403
    report = own_town.browser("bureau").read(f"{DELIVERIES}/{delivered.id}/report")
    assert report["findings"][0]["places"][0]["value"] is None
