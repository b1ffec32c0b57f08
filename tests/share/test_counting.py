"""Every answer about a layer is counted once: N requests, N in the record."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from diban.governance import use_of
from diban.store import reading
from tests.share.town import COLUMN, ROW, ZOOM, Town

ITEMS = "/ogc/collections/buildings/items"
QUAD = "/ogc/collections/buildings/tiles/WebMercatorQuad"
TILE = f"{QUAD}/{ZOOM}/{ROW}/{COLUMN}"


def test_whatever_the_status(own_town: Town) -> None:
    client, stranger = own_town.client("transport"), own_town.client()
    tag = client.get(ITEMS).headers["etag"]
    client.get(ITEMS, headers={"If-None-Match": tag})
    client.get(ITEMS, params={"limit": 0})
    client.get(f"{ITEMS}/1")
    client.get(f"{ITEMS}/999")
    client.ask("HEAD", ITEMS)
    client.get(TILE)
    client.get(f"{QUAD}/22/0/0")
    client.get(f"{QUAD}/99/0/0")
    client.get(QUAD)
    client.get("/ogc/collections/buildings")
    client.get("/ogc/collections/secrets/items")
    stranger.get(ITEMS)
    stranger.get(ITEMS, headers={"X-API-Key": "nonsense"})
    assert own_town.used() == {
        ("features", 200): 3,
        ("features", 304): 1,
        ("features", 400): 1,
        ("features", 401): 1,
        ("features", 403): 1,
        ("features", 404): 2,
        ("tiles", 200): 2,
        ("tiles", 204): 1,
        ("tiles", 400): 1,
        ("core", 200): 1,
    }


def test_n_requests_are_n(own_town: Town) -> None:
    client = own_town.client("clinic")
    for _ in range(5):
        assert {answer.status_code for answer in client.together(40, "GET", ITEMS)} == {200}
    assert own_town.used() == {("features", 200): 200}


def test_who_used_what(own_town: Town) -> None:
    client = own_town.client("transport")
    answer = client.get(ITEMS, params={"limit": 7}, headers={"Accept-Encoding": "identity"})
    client.ask("HEAD", ITEMS, params={"limit": 7})
    own_town.client().get("/ogc/collections/register/items")
    own_town.services.use.flush()
    with reading(own_town.services.database) as connection:
        days = {day.party: day for day in use_of(connection, date(2000, 1, 1), date(2100, 1, 1))}
        keys = connection.execute(sa.text("SELECT key, layer FROM use_sum")).all()
    mine = days[own_town.parties["transport"].id]
    assert (mine.calls, mine.rows, mine.bytes) == (2, 14, len(answer.content))
    assert days[own_town.parties["public"].id].calls == 1
    names = {layer: key for key, layer in keys}
    assert names[own_town.layers["buildings"]].startswith("dbk_")
    assert names[own_town.layers["register"]] == ""


def test_text_of_a_request_is_never_counted(own_town: Town) -> None:
    client = own_town.client()
    for number in range(20):
        client.get(f"/ogc/collections/name-{number}/items")
    own_town.services.use.flush()
    with reading(own_town.services.database) as connection:
        assert connection.execute(sa.text("SELECT resource, layer, calls FROM use_sum")).all() == [
            ("", "", 20)
        ]
