"""Vector tiles: what is in them, their documents, their refusals."""

from __future__ import annotations

import math
from typing import Any

import mapbox_vector_tile
import pytest

from diban.base import Moved, Snapshot, Tile
from diban.ground import Text
from tests.share.client import ADDRESS, Client
from tests.share.town import COLUMN, ROW, ROWS, ZOOM, Town, building

TILES = "/ogc/collections/buildings/tiles"
QUAD = f"{TILES}/WebMercatorQuad"
TILE = f"{QUAD}/{ZOOM}/{ROW}/{COLUMN}"


def test_a_tile(transport: Client) -> None:
    answer = transport.get(TILE)
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    layers = mapbox_vector_tile.decode(answer.content)
    assert list(layers) == ["buildings"]
    found = {feature["id"]: feature for feature in layers["buildings"]["features"]}
    assert sorted(found) == list(range(1, ROWS + 1))
    assert found[124]["properties"]["code"] == "B0123"
    assert found[124]["properties"]["floors"] == 3
    assert found[124]["geometry"]["type"] == "Polygon"
    assert answer.headers["diban-features-counted"] == str(ROWS)
    assert "left-out" not in str(answer.headers)
    assert "simplified" not in str(answer.headers)


def test_a_tile_that_leaves_something_out(own_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the header, the tile and TileJSON say; who sees fewer rows learns nothing of the others."""
    monkeypatch.setattr("diban.base.snapshot.TILE_FEATURES", 50)
    for party, rows in (("transport", ROWS), ("clinic", ROWS * 6 // 10)):
        client = own_town.client(party)
        answer = client.get(TILE)
        assert answer.headers["diban-features-counted"] == str(rows)
        assert answer.headers["diban-features-left-out"] == str(rows - 50)
        budget = client.read(f"{QUAD}?f=tilejson")["diban:budget"]
        assert (budget["bytes"], budget["kept"]) == (500_000, "largest")
        layers = mapbox_vector_tile.decode(answer.content)
        assert list(layers) == ["buildings", budget["summary_layer"]]
        (told,) = layers[budget["summary_layer"]]["features"]
        assert told["properties"] == {
            "layer": "buildings",
            "counted": rows,
            "shown": 50,
            "left_out": rows - 50,
            "drawn": 50,
            "kept": "largest",
            "simplified": False,
        }


def test_a_tile_that_is_made_anew_meanwhile(own_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    client = own_town.client("transport")
    told = client.get(TILE)
    draw, calls = Snapshot.tile, []

    def tile(*arguments: Any) -> Tile:
        calls.append(arguments)
        if len(calls) == 1:
            raise Moved(Text(zh="变了", en="moved"))
        return draw(*arguments)

    monkeypatch.setattr(Snapshot, "tile", tile)
    monkeypatch.setattr("diban.share.ogc.tile_cache.TileCache.answer", lambda *_: None)
    monkeypatch.setattr("diban.share.ogc.tile_cache.TileCache.note", lambda *_: None)
    again = client.get(TILE)
    assert (again.status_code, again.content, again.headers["etag"]) == (
        200,
        told.content,
        told.headers["etag"],
    )
    assert len(calls) == 2


def test_an_empty_tile(transport: Client) -> None:
    answer = transport.get(f"{QUAD}/{ZOOM}/{ROW}/{COLUMN + 1}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "etag" in answer.headers


def test_a_tile_of_a_version(own_town: Town) -> None:
    client = own_town.client("transport")
    version = client.read("/ogc/collections/buildings/items")["version"]
    own_town.land("buildings", [building(number) for number in range(5)])
    for query, count in (({}, 5), ({"version": version}, ROWS)):
        layers = mapbox_vector_tile.decode(client.get(TILE, params=query).content)
        assert len(layers["buildings"]["features"]) == count
    assert client.get(TILE, params={"known-at": "2000-01-01T00:00:00Z"}).status_code == 204


@pytest.mark.parametrize(
    ("square", "field"),
    [
        ("23/0/0", "matrix"),
        ("-1/0/0", "matrix"),
        ("0/1/0", "row"),
        ("0/0/1", "column"),
        ("5/32/0", "row"),
        ("5/-1/0", "row"),
        ("22/4194304/0", "row"),
        ("1/999999999999999999999999/0", "row"),
        ("z/0/0", "matrix"),
        ("0/0/0.mvt", "column"),
        ("1/１/0", "row"),
        ("1e1/0/0", "matrix"),
    ],
)
def test_a_tile_that_is_none(transport: Client, square: str, field: str) -> None:
    told = transport.refused(f"{QUAD}/{square}", 400)
    assert told["field"] == field
    assert "limit" in told


def test_other_grids_and_forms(transport: Client) -> None:
    for path in (f"{TILES}/WorldCRS84Quad", f"{TILES}/WorldCRS84Quad/0/0/0"):
        assert transport.refused(path, 404)["limit"] == "WebMercatorQuad"
    assert transport.refused(f"{TILE}?f=png", 400)["limit"] == "mvt"
    assert transport.refused(f"{QUAD}?f=xml", 400)["limit"] == "json | tilejson | html"
    assert transport.refused(f"{TILE}?bbox=1,1,2,2", 400)["field"] == "bbox"
    assert transport.get(f"{TILE}?f=mvt").status_code == 200


def test_the_grid(nobody: Client) -> None:
    listed = nobody.read("/ogc/tileMatrixSets")["tileMatrixSets"]
    assert [each["id"] for each in listed] == ["WebMercatorQuad"]
    grid = nobody.read(listed[0]["links"][0]["href"].removeprefix(ADDRESS))
    first, last = grid["tileMatrices"][0], grid["tileMatrices"][-1]
    assert first["scaleDenominator"] == pytest.approx(559082264.0287178)
    assert first["cellSize"] == pytest.approx(156543.03392804097)
    assert first["pointOfOrigin"] == pytest.approx([-20037508.342789244, 20037508.342789244])
    assert (last["id"], last["matrixWidth"]) == ("22", 2**22)
    assert all(
        math.isclose(each["cellSize"], each["scaleDenominator"] * 0.00028, rel_tol=1e-9)
        for each in grid["tileMatrices"]
    )
    nobody.refused("/ogc/tileMatrixSets/WorldCRS84Quad", 404)


def test_tileset_and_tilejson(transport: Client) -> None:
    listed = transport.read(TILES)["tilesets"]
    told = transport.read(QUAD)
    assert told["links"].pop()["rel"] == "alternate"
    assert listed == [told]
    links = {link["rel"]: link for link in told["links"]}
    assert links["item"]["templated"] is True
    template = links["item"]["href"].replace("{tileMatrix}", str(ZOOM))
    template = template.replace("{tileRow}", str(ROW)).replace("{tileCol}", str(COLUMN))
    assert transport.get(template.removeprefix(ADDRESS)).status_code == 200
    tilejson = transport.read(links["describedby"]["href"].removeprefix(ADDRESS))
    assert tilejson["tilejson"] == "3.0.0"
    assert tilejson["tiles"] == [f"{ADDRESS}{QUAD}/{{z}}/{{y}}/{{x}}?f=mvt"]
    assert tilejson["bounds"] == pytest.approx([114.0, 22.5, 114.0195, 22.5095])
    assert (tilejson["minzoom"], tilejson["maxzoom"]) == (0, 22)
    assert tilejson["vector_layers"][0]["id"] == "buildings"
    assert tilejson["vector_layers"][0]["fields"]["cost"] == "cost"


def test_words_of_a_provider_are_not_markup(transport: Client) -> None:
    told = transport.read(f"{QUAD}?f=tilejson")
    assert told["attribution"] == "&lt;b&gt;housing&lt;/b&gt; bureau · government use"


def test_tilejson_says_what_each_zoom_leaves_out(own_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers only for who sees every row, and where it is."""
    monkeypatch.setattr("diban.base.overview.build.DENSE", 30)
    monkeypatch.setattr("diban.base.overview.build.TILE_FEATURES", 50)
    base = own_town.services.base
    base.overview(own_town.layers["buildings"])
    told = own_town.client("transport").read(f"{QUAD}?f=tilejson")["diban:zooms"]
    assert [each["zoom"] for each in told] == list(range(23))
    assert {each["features"] for each in told} == {ROWS}
    thinned = {each["zoom"]: each["left_out"] for each in told if each["state"] == "thinned"}
    assert thinned[0] == thinned[ZOOM] == ROWS - 50
    assert max(thinned) < 20
    answer = own_town.client("transport").get(TILE)
    assert answer.headers["diban-features-left-out"] == str(ROWS - 50)
    seen = own_town.client("clinic").read(f"{QUAD}?f=tilejson")["diban:zooms"]
    assert {each["state"] for each in seen} == {"as each tile says"}
    assert {each["features"] for each in seen} == {ROWS * 6 // 10}
