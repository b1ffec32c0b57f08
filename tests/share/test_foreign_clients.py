"""Clients that others wrote, over real HTTP: GDAL reads features and tiles."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import shapely

from tests.needs import absent
from tests.share.serving import serving
from tests.share.town import COLUMN, ROW, ROWS, SIDE, SOUTH, STEP, WEST, ZOOM, Town


@pytest.fixture(scope="module")
def address(town: Town) -> Iterator[str]:
    """Where the town is served."""
    with serving(town) as at:
        yield at


def gdal(program: str, *arguments: str, key: str = "") -> str:
    """What a program of GDAL says."""
    if shutil.which(program) is None:
        absent(f"GDAL ({program})", "`make system` installs it")
    headers = {"GDAL_HTTP_HEADERS": f"X-API-Key: {key}"} if key else {}
    done = subprocess.run(
        [program, *arguments],
        env={**os.environ, **headers, "GDAL_HTTP_TIMEOUT": "20"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def converted(source: str, layer: str, key: str, *options: str) -> list[dict[str, Any]]:
    """All features of a layer as GDAL reads them."""
    said = gdal("ogr2ogr", "-f", "GeoJSONSeq", "/vsistdout/", source, layer, *options, key=key)
    return [json.loads(line) for line in said.splitlines()]


def square(number: int) -> shapely.Polygon:
    """The outline of a building."""
    street, place = divmod(number, 20)
    west, south = WEST + place * STEP, SOUTH + street * STEP
    return shapely.box(west, south, west + SIDE, south + SIDE)


def test_gdal_finds_the_collections(address: str, town: Town) -> None:
    said = gdal("ogrinfo", "-ro", f"OAPIF:{address}/ogc", key=town.key("transport"))
    for line in ("1: buildings (title: 图层 buildings) (Polygon)", "permits", "register"):
        assert line in said
    everybody = gdal("ogrinfo", "-ro", f"OAPIF:{address}/ogc")
    assert "register" in everybody
    assert "buildings" not in everybody


def test_gdal_reads_features(address: str, town: Town) -> None:
    key = town.key("transport")
    summary = gdal("ogrinfo", "-ro", "-so", f"OAPIF:{address}/ogc", "buildings", key=key)
    assert f"Feature Count: {ROWS}" in summary
    assert "Extent: (114.000000, 22.500000) - (114.019500, 22.509500)" in summary
    for line in (
        "floors: Integer",
        "weight: Real",
        "built: Date",
        "seen: DateTime",
        "listed: Integer(Boolean)",
    ):
        assert line in summary
    found = converted(f"OAPIF:{address}/ogc", "buildings", key, "-oo", "PAGE_SIZE=37")
    assert [feature["properties"]["code"] for feature in found] == [
        f"B{number:04d}" for number in range(ROWS)
    ]
    for number, feature in enumerate(found):
        assert shapely.from_geojson(json.dumps(feature["geometry"])).equals_exact(
            square(number), 1e-6, normalize=True
        )


def test_gdal_counts_over_all_pages(address: str, town: Town) -> None:
    """As much by its own count as by reading page after page, and by a condition that it passes on."""
    key, source = town.key("transport"), f"OAPIF:{address}/ogc"
    said = gdal("ogrinfo", "-ro", "-q", source, "-sql", "SELECT COUNT(*) AS many FROM buildings", key=key)
    assert f"many (Integer) = {ROWS}" in said
    low = converted(source, "buildings", key, "-oo", "PAGE_SIZE=7", "-where", "floors < 3")
    assert len(low) == 3 * ROWS // 10
    paged = gdal("ogrinfo", "-ro", "-al", "-geom=NO", "-oo", "PAGE_SIZE=13", source, "buildings", key=key)
    assert paged.count("OGRFeature(") == ROWS


def test_gdal_asks_by_box(address: str, town: Town) -> None:
    box = ("-spat", "114", "22.5", "114.0052", "22.5006")
    found = converted(f"OAPIF:{address}/ogc", "buildings", town.key("transport"), *box)
    assert [feature["properties"]["code"] for feature in found] == [f"B{number:04d}" for number in range(6)]


def test_gdal_reads_a_table(address: str) -> None:
    found = converted(f"OAPIF:{address}/ogc", "register", "")
    assert len(found) == 30
    assert {feature["geometry"] for feature in found} == {None}


def test_gdal_reads_a_tile(address: str, town: Town) -> None:
    # The name must not end in a number, which GDAL would take for the level of a whole pyramid.
    tile = f"MVT:{address}/ogc/collections/buildings/tiles/WebMercatorQuad/{ZOOM}/{ROW}/{COLUMN}?f=mvt"
    where = ("-oo", f"X={COLUMN}", "-oo", f"Y={ROW}", "-oo", f"Z={ZOOM}")
    found = converted(tile, "buildings", town.key("transport"), *where, "-t_srs", "EPSG:4326")
    by_id = {feature["properties"]["mvt_id"]: feature for feature in found}
    assert sorted(by_id) == list(range(1, ROWS + 1))
    pixel = 360 / 2**ZOOM / 4096
    for fid, feature in by_id.items():
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert shape.hausdorff_distance(square(fid - 1)) < 1.5 * pixel


def test_a_real_server_keeps_the_same_promises(address: str, town: Town) -> None:
    with httpx.Client(base_url=address, headers={"X-API-Key": town.key("transport")}) as client:
        page = client.get("/ogc/collections/buildings/items", params={"limit": 100})
        assert page.headers["content-encoding"] == "gzip"
        links = {link["rel"]: link["href"] for link in page.json()["links"]}
        assert client.get(links["next"]).json()["numberReturned"] == 100
        head = client.head("/ogc/collections/buildings/items")
        assert (head.status_code, head.content) == (200, b"")
        tag = {"If-None-Match": page.headers["etag"]}
        again = client.get("/ogc/collections/buildings/items", params={"limit": 100}, headers=tag)
        assert (again.status_code, again.content) == (304, b"")
        assert "content-length" not in again.headers or again.headers["content-length"] == "0"
        assert client.get("/ogc/collections/buildings/tiles/WebMercatorQuad/22/0/0").status_code == 204
        assert client.get("/%2e%2e/%2e%2e/etc/passwd").status_code in (200, 404)
        assert "root:" not in client.get("/%2e%2e/%2e%2e/etc/passwd").text
        assert client.get("/ogc", headers={"Host": 'evil"host'}).status_code == 400
