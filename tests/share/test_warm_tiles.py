"""Tiles from memory: the same answers as read anew, counted once, never across a permission, never stale."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from diban.base import Base, Snapshot, TileAddress
from diban.catalogue import State
from diban.governance import By, revoke_key
from diban.ground import AccountId
from diban.share import api
from diban.share.http.asking import Asking
from diban.store import Generation, unit
from tests.share.client import HOST, Client
from tests.share.town import CLINIC, COLUMN, ROW, ROWS, ZOOM, Town, building

QUAD = "/ogc/collections/{layer}/tiles/WebMercatorQuad"
TILES = QUAD.format(layer="buildings")
TILE = f"{TILES}/{ZOOM}/{ROW}/{COLUMN}"
OPEN = f"{QUAD.format(layer='permits')}/0/0/0"
EMPTY = f"{TILES}/22/0/0"


@dataclass
class Reads:
    """What was read: how often a layer was opened, and which squares were drawn."""

    opened: int
    drawn: Counter[TileAddress]

    def forget(self) -> None:
        """Count from nothing."""
        self.opened = 0
        self.drawn.clear()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    """Counts reads; however slow the machine, what is remembered holds until something is done."""
    told = Reads(0, Counter())
    served, tile = Base.served, Snapshot.tile

    def counted_served(self: Base, *given: Any, **more: Any) -> Snapshot:
        told.opened += 1
        return served(self, *given, **more)

    def counted_tile(self: Snapshot, name: str, address: TileAddress, *more: Any) -> Any:
        told.drawn[address] += 1
        return tile(self, name, address, *more)

    monkeypatch.setattr(Base, "served", counted_served)
    monkeypatch.setattr(Snapshot, "tile", counted_tile)
    monkeypatch.setattr("diban.store.generation.POLL_SECONDS", 3600.0)
    monkeypatch.setattr("diban.share.http.asking.REMEMBERED_SECONDS", 3600.0)
    return told


def forgetful(town: Town, like: Client) -> Client:
    """The same asker at an application that holds no tile."""
    client = Client(api(replace(town.services, tile_memory=0)), town.runner, dict(like.headers))
    for cookie in like.cookies.jar:
        client.cookies.set(cookie.name, cookie.value or "", domain=HOST)
    return client


def told(answer: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All of an answer but what no two have in common."""
    body = answer.content
    if answer.status_code >= 400 and body:
        body = b"-".join(sorted(f"{k}{v}".encode() for k, v in answer.json().items() if k != "request_id"))
    return answer.status_code, body, [pair for pair in answer.headers.items() if pair[0] != "x-request-id"]


WARM: list[tuple[str, str, dict[str, str], dict[str, str]]] = [
    ("GET", TILE, {}, {}),
    ("GET", TILE, {}, {"Accept-Encoding": "identity"}),
    ("GET", TILE, {}, {"Accept-Encoding": "gzip;q=0, br"}),
    ("GET", TILE, {"f": "mvt"}, {}),
    ("HEAD", TILE, {}, {}),
    ("HEAD", TILE, {}, {"Accept-Encoding": "identity"}),
    ("GET", TILE, {}, {"If-None-Match": "*"}),
    ("HEAD", TILE, {}, {"If-None-Match": 'W/"x", *'}),
    ("GET", TILE, {}, {"If-None-Match": '"other"'}),
    ("GET", TILE, {}, {"Origin": "https://elsewhere.example"}),
    ("GET", EMPTY, {}, {}),
    ("HEAD", EMPTY, {}, {}),
    ("GET", f"{TILES}/0/0/0", {}, {"Accept-Language": "zh"}),
]
COLD: list[tuple[str, str, dict[str, str], dict[str, str]]] = [
    ("GET", TILE, {"known-at": "2000-01-01T00:00:00Z"}, {}),
    ("GET", TILE, {"version": "VERSION"}, {}),
    ("GET", TILE, {"f": "png"}, {}),
    ("GET", TILE, {"x": "1"}, {}),
    ("GET", f"{TILES}/99/0/0", {}, {}),
    ("GET", TILE.replace("WebMercatorQuad", "WorldCRS84Quad"), {}, {}),
    ("GET", TILE.replace("buildings", "nothing"), {}, {}),
    ("GET", TILE.replace("buildings", "register"), {}, {}),
    ("GET", TILE + "/", {}, {}),
    ("POST", TILE, {}, {}),
    ("GET", TILE, {}, {"X-API-Key": "nonsense"}),
    ("GET", TILE, {}, {"Authorization": "Basic eDp5"}),
    ("GET", TILE, {}, {"Host": "not a host"}),
]


def askers(town: Town) -> dict[str, Client]:
    """By key under several limits, by session, nobody; some refused."""
    bearer = town.client()
    bearer.headers["Authorization"] = f"Bearer {town.key('transport')}"
    return {
        "whole": town.client("transport"),
        "bearer": bearer,
        "some rows": town.client("clinic"),
        "roughly": town.client("school"),
        "session": town.browser("housing"),
        "refused": town.client("archive"),
        "nobody": town.client(),
        "must change": town.browser("office"),
    }


def test_from_memory_as_read_anew(own_town: Town, reads: Reads) -> None:
    """Every asker's every request: answered as by an application that holds nothing, twice."""
    version = own_town.client("transport").read("/ogc/collections/buildings/items")["version"]
    for name, client in askers(own_town).items():
        anew = forgetful(own_town, client)
        for method, path, query, headers in (*WARM, *COLD):
            what = {"params": {key: version if key == "version" else value for key, value in query.items()}}
            expected = told(anew.ask(method, path, headers=headers, **what))
            for _ in range(2):
                found = told(client.ask(method, path, headers=headers, **what))
                assert found == expected, (name, method, path, query, headers)


def test_what_is_in_memory_is_not_read(own_town: Town, reads: Reads) -> None:
    client, browser = own_town.client("transport"), own_town.browser("housing")
    for one in (client, browser):
        for method, path, query, headers in WARM:
            one.ask(method, path, params=query, headers=headers)
    reads.forget()
    for one in (client, browser):
        for method, path, query, headers in WARM:
            assert one.ask(method, path, params=query, headers=headers).status_code < 400
    assert (reads.opened, +reads.drawn) == (0, Counter())


def test_the_public_is_answered_from_memory_too(own_town: Town, reads: Reads) -> None:
    own_town.grant("public", "permits")
    nobody = own_town.client()
    first = told(nobody.get(OPEN))
    reads.forget()
    assert told(nobody.get(OPEN)) == first
    assert reads.opened == 0


def test_counted_once_whichever_way(own_town: Town, reads: Reads) -> None:
    client = own_town.client("transport")
    tag = client.get(TILE).headers["etag"]
    sizes = [len(client.get(TILE, headers={"Accept-Encoding": "identity"}).content) for _ in range(2)]
    client.get(TILE, headers={"If-None-Match": tag})
    client.ask("HEAD", TILE)
    for _ in range(2):
        client.get(EMPTY)
    own_town.client("archive").get(TILE)
    assert own_town.used() == {
        ("tiles", 200): 4,
        ("tiles", 204): 2,
        ("tiles", 304): 1,
        ("tiles", 403): 1,
    }
    assert sizes[0] == sizes[1] > 0


def test_who_may_see_less_gets_less_of_a_warm_tile(own_town: Town, reads: Reads) -> None:
    """Every asker in turn, again and again: each gets what an application without memory gives them."""
    clients = askers(own_town)
    expected = {name: told(forgetful(own_town, client).get(TILE)) for name, client in clients.items()}
    assert len({body for status, body, _ in expected.values() if status == 200}) == 3
    for _ in range(3):
        for name, client in clients.items():
            assert told(client.get(TILE)) == expected[name], name


def test_a_tag_of_one_does_not_open_the_tile_of_another(own_town: Town, reads: Reads) -> None:
    whole, less = own_town.client("transport"), own_town.client("clinic")
    tag = whole.get(TILE).headers["etag"]
    less.get(TILE)
    assert less.get(TILE, headers={"If-None-Match": tag}).status_code == 200


def test_a_grant_that_is_taken_back(own_town: Town, reads: Reads) -> None:
    grant = own_town.grant("archive", "buildings")
    client = own_town.client("archive")
    for _ in range(2):
        assert client.get(TILE).status_code == 200
    own_town.revoke(grant)
    client.refused(TILE, 403)
    own_town.grant("archive", "buildings", CLINIC)
    narrowed = client.get(TILE)
    assert narrowed.content == own_town.client("clinic").get(TILE).content


def test_a_key_that_is_revoked(own_town: Town, reads: Reads) -> None:
    client = own_town.client("transport")
    for _ in range(2):
        assert client.get(TILE).status_code == 200
    key = client.headers["X-API-Key"].rpartition("_")[0]
    with unit(own_town.services.database) as act:
        revoke_key(act, key)
        own_town.services.generation.bump(act)
    client.refused(TILE, 401)


@pytest.mark.parametrize("what", ["grant", "key"])
def test_what_another_process_takes_back_is_gone_within_a_second(own_town: Town, what: str) -> None:
    grant, client = own_town.grant("archive", "buildings"), own_town.client("archive")
    for _ in range(3):
        assert client.get(TILE).status_code == 200
    elsewhere = Generation(own_town.services.database)
    with unit(own_town.services.database) as act:
        if what == "grant":
            type(own_town.grants)(elsewhere).revoke(act, By("approver", "housing", "req"), grant, "over")
        else:
            revoke_key(act, client.headers["X-API-Key"].rpartition("_")[0])
    time.sleep(1.0)
    client.refused(TILE, 403 if what == "grant" else 401)


def test_after_an_edit_only_what_it_touched_is_drawn_anew(own_town: Town, reads: Reads) -> None:
    client = own_town.client("transport")
    squares = [
        TileAddress(17, 16 * ROW + down, 16 * COLUMN + along) for down in range(16) for along in range(16)
    ]
    paths = {each: f"{TILES}/{each.zoom}/{each.row}/{each.column}" for each in squares}
    before = {each: told(client.get(path)) for each, path in paths.items()}
    changed = [building(number) | ({"name": "改"} if number == 0 else {}) for number in range(ROWS)]
    own_town.land("buildings", changed)
    reads.forget()
    after = {each: told(client.get(path)) for each, path in paths.items()}
    touched = {each for each in squares if before[each] != after[each]}
    assert touched
    assert len(touched) < 10
    assert reads.drawn == Counter(touched)
    reads.forget()
    assert {each: told(client.get(path)) for each, path in paths.items()} == after
    assert (reads.opened, +reads.drawn) == (0, Counter())


def test_other_acts_do_not_make_tiles_cold(own_town: Town, reads: Reads) -> None:
    """One look at the layer, then all is answered from memory again."""
    client = own_town.client("transport")
    paths = [
        f"{TILES}/{ZOOM + 1}/{2 * ROW + down}/{2 * COLUMN + along}" for down in (0, 1) for along in (0, 1)
    ]
    before = [told(client.get(path)) for path in paths]
    own_town.grant("archive", "permits")
    own_town.land("permits", [])
    reads.forget()
    assert [told(client.get(path)) for path in paths] == before
    assert (reads.opened, +reads.drawn) == (1, Counter())


def test_an_overview_made_anew_shows(own_town: Town, reads: Reads, monkeypatch: pytest.MonkeyPatch) -> None:
    client = own_town.client("transport")
    before = told(client.get(TILE))
    monkeypatch.setattr("diban.base.overview.build.DENSE", 30)
    monkeypatch.setattr("diban.base.overview.build.TILE_FEATURES", 50)
    own_town.services.base.overview(own_town.layers["buildings"])
    after = client.get(TILE)
    assert after.headers["diban-features-left-out"] == str(ROWS - 50)
    assert told(after) != before
    assert told(after) == told(forgetful(own_town, client).get(TILE))


def test_what_is_erased_is_in_no_warm_tile(own_town: Town, reads: Reads) -> None:
    """Not even in one that was drawn while its rows were being removed."""
    client, base, layer = own_town.client("transport"), own_town.services.base, own_town.layers["buildings"]
    tags = [client.get(TILE).headers["etag"]]
    base.erase(layer, [1], lambda done, total: tags.append(client.get(TILE).headers["etag"]))
    last = client.get(TILE)
    assert last.headers["diban-features-counted"] == str(ROWS - 1)
    assert len({*tags, last.headers["etag"]}) == 3
    assert told(last) == told(forgetful(own_town, client).get(TILE))


def test_a_layer_that_is_withdrawn(own_town: Town, reads: Reads) -> None:
    client = own_town.client("transport")
    for _ in range(2):
        assert client.get(TILE).status_code == 200
    with unit(own_town.services.database) as act:
        seen = own_town.services.catalogue.by_slug(act.connection, "housing")
        own_town.services.catalogue.move(act, seen, State.WITHDRAWN, AccountId("approver"), "because")
        own_town.services.generation.bump(act)
    assert client.get(TILE).status_code in (403, 404)


def test_who_keeps_asking_is_recognised_ahead_of_need(
    own_town: Town, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a thread beside: no request waits for it; and who is shut out meanwhile is shut out."""
    client, recognised = own_town.client("transport"), []
    client.get(TILE)
    authenticate = Asking._authenticate

    def noted(self: Asking, *given: Any) -> Any:
        recognised.append(threading.current_thread().name)
        return authenticate(self, *given)

    monkeypatch.setattr(Asking, "_authenticate", noted)
    reads.forget()
    monkeypatch.setattr("diban.share.http.asking.REMEMBERED_SECONDS", 9000.0)  # more than half has passed
    for _ in range(100):
        assert client.get(TILE).status_code == 200
        if recognised:
            break
        time.sleep(0.05)
    assert (reads.opened, +reads.drawn) == (0, Counter())
    assert recognised
    assert all(name.startswith("asyncio") for name in recognised)
    with unit(own_town.services.database) as act:
        revoke_key(act, client.headers["X-API-Key"].rpartition("_")[0])
        own_town.services.generation.bump(act)
    client.refused(TILE, 401)
