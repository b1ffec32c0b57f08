"""Features as the client takes them are those that the platform holds."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest
import shapely

from diban.app import Platform, go_forward, register, step
from diban.base import Query
from diban.catalogue import State
from diban.client import Client, Invalid, Missing, MissingExtra
from diban.ground import CRS84, FID, GAUSS_114E, GEOMETRY, NOW, Scope, project
from diban.store import reading
from tests.app.town import APPROVER, CITY, STEWARD, description, geojson, square
from tests.client.city import KINDS, LOTS, ROWS, City, land_lots

PAGE = 50


def held(platform: Platform) -> pa.Table:
    """What the base itself answers, in one page."""
    with reading(platform.database) as connection:
        layer = platform.catalogue.by_layer_slug(connection, LOTS).layer(LOTS).layer
    assert layer is not None
    page = platform.base.at(layer, NOW, Scope.system("test")).page(Query(limit=10_000))
    return pa.Table.from_batches([page.batch])


def shapes(table: pa.Table) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    found: np.ndarray[tuple[int], np.dtype[np.object_]] = shapely.from_wkb(table[GEOMETRY].to_numpy())
    return found


def test_all_pages_are_what_is_held(city: City, client: Client) -> None:
    features = client.layer(LOTS).features(page=PAGE)
    batches = list(features)
    assert [batch.num_rows for batch in batches] == [50, 50, 50, 50, 30]
    found, wanted = pa.Table.from_batches(batches), held(city.town.platform)
    assert found.column_names == [FID, *KINDS, GEOMETRY]
    for name in (FID, *KINDS):
        assert found[name].type == wanted[name].type
        assert found[name].combine_chunks().equals(wanted[name].combine_chunks()), name
    assert shapely.equals_exact(shapes(found), shapes(wanted), tolerance=0).all()
    assert found["worth"][3].as_py() == Decimal("12345678901237.0021")
    assert features.to_arrow().equals(found)
    assert pa.RecordBatchReader.from_stream(features).read_all().equals(found)


def test_what_is_told_of_them_goes_with_them(client: Client, tmp_path: Path) -> None:
    layer = client.layer(LOTS)
    table = layer.features().to_arrow()
    told = {name.decode(): value.decode() for name, value in table.schema.metadata.items()}
    assert (told["layer"], told["source"], told["licence"]) == (LOTS, layer.source, layer.licence)
    assert told["version"] == layer.version
    assert layer.source
    assert layer.licence
    field = table.schema.field(GEOMETRY)
    assert field.metadata[b"ARROW:extension:name"] == b"geoarrow.wkb"
    crs = json.loads(field.metadata[b"ARROW:extension:metadata"])["crs"]
    assert pyproj.CRS.from_json_dict(crs) == pyproj.CRS("OGC:CRS84")
    pq.write_table(table, tmp_path / "lots.parquet")
    read = geopandas.read_parquet(tmp_path / "lots.parquet")
    assert len(read) == ROWS
    assert read.crs == pyproj.CRS("OGC:CRS84")


@pytest.mark.parametrize("crs", [4490, "EPSG:4326", pyproj.CRS(4547), "EPSG:3857"])
def test_x_comes_first_in_every_crs(client: Client, crs: int | str | pyproj.CRS) -> None:
    layer = client.layer(LOTS)
    frame = layer.features(crs=crs, page=PAGE).to_geodataframe()
    wanted = layer.features().to_geodataframe()
    assert frame.crs == pyproj.CRS.from_user_input(crs)
    moved = frame.to_crs("OGC:CRS84") if not frame.crs.is_geographic else frame
    assert shapely.equals_exact(moved.geometry, wanted.geometry, tolerance=2e-8).all()
    if frame.crs.to_epsg() == 4547:
        own = project(shapely.get_coordinates(wanted.geometry), CRS84, GAUSS_114E)
        assert np.abs(shapely.get_coordinates(frame.geometry) - own).max() < 1e-3


def test_a_geodataframe_keeps_ids_and_whole_numbers(client: Client) -> None:
    layer = client.layer(LOTS)
    frame = layer.features(page=PAGE).to_geodataframe()
    assert frame.index.name == FID
    assert list(frame.index) == layer.features().to_arrow()[FID].to_pylist()
    assert str(frame["floors"].dtype) == "Int64"
    assert frame["floors"].isna().sum() == len(range(0, ROWS, 9))
    assert frame.attrs["version"] == layer.version
    assert frame.attrs["source"] == layer.source
    assert frame.loc[[1]].geometry.iloc[0].equals(shapely.geometry.shape(layer.feature(1)["geometry"]))


def test_without_geopandas_the_extra_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "geopandas", None)
    with pytest.raises(MissingExtra) as told:
        client.layer(LOTS).features(limit=1).to_geodataframe()
    assert "diban[geo]" in str(told.value)


def test_reading_keeps_to_its_version_while_another_lands(city: City, client: Client) -> None:
    layer = client.layer(LOTS)
    before = layer.version
    features = layer.features(page=PAGE)
    reading_on = iter(features)
    first = next(reading_on)
    after = land_lots(city.town, lambda row: row | {"name": "新名"})
    rest = pa.Table.from_batches([first, *reading_on])
    assert rest.num_rows == ROWS
    assert set(rest["name"].to_pylist()) & {"新名"} == set()
    assert features.to_arrow().equals(rest), "read again it is the same version"
    layer.refresh()
    assert (layer.version, features.schema.metadata[b"version"].decode()) == (after, before)
    assert set(layer.features().to_arrow()["name"].to_pylist()) == {"新名"}
    assert layer.features(version=before).to_arrow().equals(rest)
    assert layer.feature(1, version=before)["properties"]["name"] == "地块0"


def test_an_earlier_version_by_its_id_or_its_time(city: City, client: Client) -> None:
    layer = client.layer(LOTS)
    *_, second, first = client.resource(LOTS).document["versions"]
    assert layer.count(where={"floors": 99}, version=first["id"]) == 0
    raised = [number for number in range(7, ROWS, 10) if number % 9]
    assert layer.count(where={"floors": 99}, version=second["id"]) == len(raised)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    assert layer.count(known_at=long_ago) == 0
    empty = layer.features(known_at=long_ago, properties=["code", "since"]).to_arrow()
    assert (empty.num_rows, empty.column_names) == (0, [FID, "code", "since", GEOMETRY])
    assert empty["since"].type == pa.date32()


def test_conditions_order_fields_and_limit(client: Client) -> None:
    layer = client.layer(LOTS)
    every = layer.features().to_arrow().to_pylist()
    conditions: dict[str, bool | date] = {"listed": True, "since": date(2016, 7, 11)}
    wanted = [row["code"] for row in every if all(row[name] == value for name, value in conditions.items())]
    assert wanted
    found = layer.features(where=conditions, properties=["code"], page=1).to_arrow()
    assert found["code"].to_pylist() == wanted
    assert found.column_names == [FID, "code", GEOMETRY]
    assert layer.count(where=conditions) == len(wanted)
    assert layer.count(where={"worth": Decimal("12345678901237.0021")}) == 1
    top = layer.features(sortby=["-height", "code"], limit=73, page=20).to_arrow()
    assert top["code"].to_pylist() == [f"L{number:04d}" for number in range(ROWS - 1, ROWS - 74, -1)]
    assert layer.features(limit=0).to_arrow().num_rows == 0


def test_a_box_is_x_then_y_in_every_crs(client: Client) -> None:
    layer = client.layer(LOTS)
    west, south, east, north = 113.9, 22.5, 113.9033, 22.5033
    inside = layer.features(bbox=(west, south, east, north)).to_arrow()
    assert 0 < inside.num_rows < 30
    turned = layer.features(bbox=(west, south, east, north), bbox_crs="EPSG:4490").to_arrow()
    assert turned.equals(inside)
    corners = project(np.array([[west, south], [east, north]]), CRS84, GAUSS_114E).ravel().tolist()
    assert layer.count(bbox=corners, bbox_crs=4547) == inside.num_rows


def test_what_is_masked_is_text_and_what_is_hidden_is_not_there(public: Client) -> None:
    table = public.layer(LOTS).features(page=PAGE).to_arrow()
    assert table.column_names == [FID, "code", "floors", "since", GEOMETRY]
    assert (table["floors"].type, table["since"].type) == (pa.string(), pa.date32())
    assert table["floors"][1].as_py() == "1*2"


def test_a_tile_its_description_and_nothing(client: Client, tmp_path: Path) -> None:
    layer = client.layer(LOTS)
    level = 12
    x = int((113.91 + 180) / 360 * 2**level)
    y = int((1 - np.arcsinh(np.tan(np.radians(22.505))) / np.pi) / 2 * 2**level)
    tile = layer.tile(level, x, y)
    assert tile is not None
    (tmp_path / "0.pbf").write_bytes(tile)
    assert pyogrio.read_info(f"MVT:{tmp_path / '0.pbf'}")["layer_name"] == LOTS
    assert layer.tile(level, 0, 0) is None
    assert layer.tilejson()["vector_layers"][0]["id"] == LOTS


def test_the_catalogue(client: Client, public: Client) -> None:
    assert {"districts", "plots", LOTS, "aerial"} <= {one.slug for one in client.catalogue()}
    assert [one.slug for one in public.catalogue("lots")] == [LOTS]
    found = client.resource(LOTS)
    (layer,) = found.layers
    assert (found.state, found.provider, layer.rows, layer.readable) == ("published", "Survey", ROWS, True)
    assert {field.name: field.kind for field in layer.fields} == KINDS
    assert client.layer(LOTS).resource == LOTS
    with pytest.raises(Missing):
        client.resource("none")


@pytest.mark.parametrize("field", ["bbox", "where.limit", "limit", "crs"])
def test_what_cannot_be_asked_is_refused(client: Client, field: str) -> None:
    layer = client.layer(LOTS)
    asks: dict[str, Callable[[], object]] = {
        "bbox": lambda: layer.features(bbox=(1, 2)),
        "where.limit": lambda: layer.features(where={"limit": 3}),
        "limit": lambda: layer.features(limit=-1),
        "crs": lambda: layer.features(crs="x").to_arrow(),
    }
    with pytest.raises(Invalid) as told:
        asks[field]()
    assert told.value.field == field


def test_an_earlier_version_has_the_fields_it_had(city: City, client: Client) -> None:
    town = city.town
    row = {"code": "S1", "size": 5, "area": 7}

    def enter(*names: str) -> None:
        kinds = [("code", "text"), *((name, "integer") for name in names)]
        fields = [{"name": name, "kind": kind, "title": {"zh": name, "en": name}} for name, kind in kinds]
        schema = {"geometry": "polygon", "key": "code", "fields": fields}
        register(town.platform, description("sheds", schema), town.asker(STEWARD))

    enter("size")
    for login in (STEWARD, APPROVER, STEWARD, CITY):
        go_forward(town.platform, "sheds", town.asker(login))
    first = town.send("sheds", geojson([(row, square(113.9000123, 22.5000123, 0.001))]))
    step(town.platform, "sheds", State.WITHDRAWN, town.asker(APPROVER), "another field")
    step(town.platform, "sheds", State.DRAFT, town.asker(STEWARD), "another field")
    enter("area")
    for login in (STEWARD, APPROVER, STEWARD, CITY):
        go_forward(town.platform, "sheds", town.asker(login))
    town.send("sheds", geojson([(row, square(113.9000123, 22.5000123, 0.001))]))
    layer = client.layer("sheds")
    (now,) = layer.features().to_arrow().drop_columns([FID, GEOMETRY]).to_pylist()
    (then,) = layer.features(version=first.version).to_arrow().drop_columns([FID, GEOMETRY]).to_pylist()
    assert (now, then) == ({"code": "S1", "area": 7}, {"code": "S1", "size": "5"})


def test_a_table_has_no_geometry(city: City, client: Client) -> None:
    town = city.town
    fields = [{"name": name, "kind": "text", "title": {"zh": name, "en": name}} for name in ("code", "word")]
    schema = {"geometry": "none", "key": "code", "fields": fields}
    register(town.platform, description("words", schema), town.asker(STEWARD))
    for login in (STEWARD, APPROVER, STEWARD, CITY):
        go_forward(town.platform, "words", town.asker(login))
    town.send("words", "code,word\n001,底板\n002,board\n".encode(), "words.csv")
    layer = client.layer("words")
    table = layer.features(sortby="-code").to_arrow()
    assert table.select(["code", "word"]).to_pylist() == [
        {"code": "002", "word": "board"},
        {"code": "001", "word": "底板"},
    ]
    assert GEOMETRY not in table.column_names
    assert b"geo" not in table.schema.metadata
    with pytest.raises(Invalid) as told:
        layer.features().to_geodataframe()
    assert told.value.field == GEOMETRY
    with pytest.raises(Missing):
        layer.tile(0, 0, 0)
