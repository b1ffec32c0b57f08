"""Layers taken as files: what is in them, who may take how much, and what each take counts."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely
from shapely.geometry import shape

from diban.ground import LayerId, Unavailable
from diban.share.ogc.kept_files import KeptFiles, forget_files
from tests.share.client import Client
from tests.share.town import ROWS, Town

PATH = "/ogc/collections/buildings/download"
ITEMS = "/ogc/collections/buildings/items"
BOX = "113.9999,22.4999,114.0031,22.5011"


def geopackage(client: Client, path: Path, **query: str) -> Path:
    """The file, taken and kept."""
    answer = client.get(PATH, params={"f": "gpkg", **query}, headers={"Accept-Language": "zh"})
    assert answer.status_code == 200, answer.text
    path.write_bytes(answer.content)
    return path


def records(client: Client) -> dict[int, dict[str, Any]]:
    """All buildings that the client may see, by their number."""
    return {one["id"]: one for one in client.read(ITEMS, limit=1000)["features"]}


def test_geojson_holds_every_feature_and_says_whose_it_is(transport: Client) -> None:
    answer = transport.get(PATH)
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["content-disposition"].startswith('attachment; filename="buildings-2')
    found = json.loads(answer.content)
    page = transport.read(ITEMS, limit=1000)
    assert {one["id"]: one for one in found["features"]} == records(transport)
    assert [found[name] for name in ("source", "licence", "version")] == [
        page[name] for name in ("source", "licence", "version")
    ]
    assert answer.headers["x-diban-version"] == found["version"]
    again = transport.get(PATH, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_a_geopackage_holds_the_same(transport: Client, tmp_path: Path) -> None:
    path = geopackage(transport, tmp_path / "b.gpkg")
    info = pyogrio.read_info(path)
    assert (info["features"], info["crs"], info["geometry_type"]) == (ROWS, "EPSG:4490", "MultiPolygon")
    meta, fids, shapes, values = pyogrio.raw.read(path, return_fids=True)
    held = records(transport)
    assert sorted(fids) == sorted(held)
    names = list(meta["fields"])
    for place, fid in enumerate(fids):
        feature = held[fid]
        assert shapely.from_wkb(shapes[place]).equals(shape(feature["geometry"]))
        got = {name: column[place] for name, column in zip(names, values, strict=True)}
        said = feature["properties"]
        assert (got["code"], got["floors"], bool(got["listed"])) == (
            said["code"],
            said["floors"],
            said["listed"],
        )
        assert float(got["cost"]) == pytest.approx(float(said["cost"]))
        assert str(got["built"]) == said["built"]
    with closing(sqlite3.connect(path)) as database:
        titles = dict(database.execute("SELECT column_name, name FROM gpkg_data_columns"))
        (words,) = database.execute("SELECT description FROM gpkg_contents").fetchone()
    assert titles["floors"] == "层数"
    page = transport.get(ITEMS, params={"limit": 1}, headers={"Accept-Language": "zh"}).json()
    assert all(page[name] in words for name in ("source", "licence", "version"))


def test_the_same_version_gives_the_same_bytes_and_a_broken_download_goes_on(
    own_town: Town, tmp_path: Path
) -> None:
    client = own_town.client("transport")
    whole = client.get(PATH, params={"f": "gpkg"})
    forget_files(own_town.services.files)
    rest = client.get(
        PATH, params={"f": "gpkg"}, headers={"Range": "bytes=5000-", "If-Range": whole.headers["etag"]}
    )
    assert rest.status_code == 206
    assert rest.content == whole.content[5000:]


def test_a_box_some_fields_and_a_value(transport: Client, tmp_path: Path) -> None:
    wanted = transport.read(ITEMS, bbox=BOX, limit=1000, properties="code,floors")["features"]
    assert 0 < len(wanted) < ROWS
    found = transport.read(PATH, bbox=BOX, properties="code,floors")["features"]
    assert found == wanted
    info = pyogrio.read_info(geopackage(transport, tmp_path / "b.gpkg", bbox=BOX, properties="code,floors"))
    assert (info["features"], list(info["fields"])) == (len(wanted), ["code", "floors"])
    assert (
        "-part.gpkg" in transport.get(PATH, params={"f": "gpkg", "bbox": BOX}).headers["content-disposition"]
    )
    few = transport.read(PATH, floors=3)["features"]
    assert {one["properties"]["floors"] for one in few} == {3}


def test_nothing_found_is_an_empty_file(transport: Client, tmp_path: Path) -> None:
    assert transport.read(PATH, bbox="0,0,1,1")["features"] == []
    assert pyogrio.read_info(geopackage(transport, tmp_path / "b.gpkg", bbox="0,0,1,1"))["features"] == 0


def test_coordinates_are_easting_northing_in_a_file(transport: Client, tmp_path: Path) -> None:
    uri = "http://www.opengis.net/def/crs/EPSG/0/4547"
    path = geopackage(transport, tmp_path / "b.gpkg", crs=uri)
    info = pyogrio.read_info(path)
    assert info["crs"] == "EPSG:4547"
    west, south, east, north = info["total_bounds"]
    assert 499_000 < west < east < 520_000  # about 114°E
    assert 2_480_000 < south < north < 2_500_000
    problem = transport.refused(PATH, 400, crs=uri)
    assert problem["field"] == "crs"
    assert "gpkg" in problem["remedy"]


def test_an_earlier_version_and_unknown_words(transport: Client) -> None:
    version = transport.read(ITEMS, limit=1)["version"]
    assert len(transport.read(PATH, version=version)["features"]) == ROWS
    assert transport.refused(PATH, 400, f="shp")["field"] == "f"
    assert transport.refused(PATH, 400, limit=5)["field"] == "limit"


def test_who_may_see_a_part_takes_that_part(own_town: Town, tmp_path: Path) -> None:
    clinic = own_town.client("clinic")
    held = records(clinic)
    found = clinic.read(PATH)["features"]
    assert {one["id"]: one for one in found} == held
    assert {one["properties"]["floors"] <= 5 for one in found} == {True}
    path = geopackage(clinic, tmp_path / "b.gpkg")
    meta, fids, _, values = pyogrio.raw.read(path, return_fids=True)
    assert sorted(fids) == sorted(held)
    assert "cost" not in meta["fields"]
    owners = dict(zip(meta["fields"], values, strict=True))["owner"]
    assert [held[fid]["properties"]["owner"] for fid in fids] == list(owners)
    assert own_town.client().get(PATH).status_code in (403, 404)


def test_each_take_counts_once_with_what_was_in_it(own_town: Town) -> None:
    client = own_town.client("transport")
    client.get(PATH)
    client.get(PATH, params={"f": "gpkg"})
    client.get(PATH, params={"f": "gpkg"})
    client.get(PATH, params={"f": "shp"})
    assert own_town.used() == {("downloads", 200): 3, ("downloads", 400): 1}


def test_what_takes_long_is_asked_for_again(tmp_path: Path) -> None:
    kept, go, tried = KeptFiles(tmp_path, patience=0.05), threading.Event(), []

    def make(target: Path, told: Any) -> int:
        tried.append(target)
        told(7)
        assert go.wait(10)
        target.write_bytes(b"made")
        return 9

    layer = LayerId("lay_1")
    for _ in range(2):
        with pytest.raises(Unavailable, match="7 rows"):
            kept.file(layer, "k", "gpkg", make)
    go.set()
    until = time.monotonic() + 30
    while not (found := list(tmp_path.glob("*/k.9.gpkg"))) and time.monotonic() < until:
        time.sleep(0.01)
    assert kept.file(layer, "k", "gpkg", make) == (found[0], 9)
    assert len(tried) == 1  # the two who asked waited for one and the same
    assert not list(tmp_path.glob("*/part-*"))


def test_what_cannot_be_made_says_why_and_is_tried_again(tmp_path: Path) -> None:
    kept, tries = KeptFiles(tmp_path), iter([OSError(28, "full"), None])

    def make(target: Path, _told: Any) -> int:
        target.write_bytes(b"half")
        if (fault := next(tries)) is not None:
            raise fault
        return 1

    layer = LayerId("lay_1")
    with pytest.raises(Unavailable):
        kept.file(layer, "k", "gpkg", make)
    assert not list(tmp_path.glob("*/*"))
    assert kept.file(layer, "k", "gpkg", make)[1] == 1


def test_files_longest_unused_make_room(tmp_path: Path) -> None:
    kept, layer = KeptFiles(tmp_path, room=250), LayerId("lay_1")

    def make(target: Path, _told: Any) -> int:
        target.write_bytes(b"x" * 100)
        return 1

    for number in range(2):
        path, _ = kept.file(layer, f"k{number}", "gpkg", make)
        os.utime(path, (1_000_000 + number, 1_000_000 + number))
    kept.file(layer, "k2", "gpkg", make)
    assert {path.name for path in tmp_path.glob("*/*")} == {"k1.1.gpkg", "k2.1.gpkg"}
