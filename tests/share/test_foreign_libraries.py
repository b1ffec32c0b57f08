"""Libraries that others wrote, over real HTTP: OWSLib, geopandas, and the GDAL inside pyogrio."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import geopandas
import pyogrio
import pytest
from owslib.ogcapi.features import Features

from tests.share.serving import serving
from tests.share.town import ROWS, SIDE, SOUTH, STEP, WEST, Town

WEST_STREET = (WEST, SOUTH, WEST + 4 * STEP + SIDE, SOUTH + SIDE)
"""The first five buildings."""
CODES = [f"B{number:04d}" for number in range(ROWS)]


@pytest.fixture(scope="module")
def address(town: Town) -> Iterator[str]:
    """Where the town is served."""
    with serving(town) as at:
        yield at


@pytest.fixture(scope="module")
def services(address: str, town: Town) -> Features:
    """The services as OWSLib sees them, for who may read all buildings."""
    return Features(f"{address}/ogc", headers={"X-API-Key": town.key("transport")})


@contextmanager
def with_key(key: str) -> Iterator[None]:
    """GDAL sends this key meanwhile."""
    options = {"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": key, "GDAL_HTTP_TIMEOUT": "20"}
    pyogrio.set_gdal_config_options(options)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(options))


def test_owslib_finds_what_is_there(services: Features) -> None:
    assert {"buildings", "permits", "register"} <= set(services.feature_collections())
    assert (
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in services.conformance()["conformsTo"]
    )
    assert "/ogc/collections/{collection}/items" in services.api()["paths"]
    told = services.collection("buildings")
    assert told["title"] == "图层 buildings"
    assert told["extent"]["spatial"]["bbox"][0] == pytest.approx([114.0, 22.5, 114.0195, 22.5095])


def test_owslib_reads_pages_boxes_and_conditions(services: Features) -> None:
    first = services.collection_items("buildings", limit=3)
    assert (first["numberMatched"], first["numberReturned"]) == (ROWS, 3)
    seen, after = list[str](), dict[str, str]()
    while True:
        page = services.collection_items("buildings", limit=70, **after)
        seen += [feature["properties"]["code"] for feature in page["features"]]
        further = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not further:
            break
        after = {"after": parse_qs(urlsplit(further[0]).query)["after"][0]}
    assert seen == CODES
    boxed = services.collection_items("buildings", bbox=list(WEST_STREET))
    assert [feature["properties"]["code"] for feature in boxed["features"]] == CODES[:5]
    low = services.collection_items("buildings", floors=1, sortby=("code", "desc"), limit=1000)
    assert low["numberMatched"] == ROWS // 10
    assert [one["properties"]["code"] for one in low["features"]] == CODES[::-1][8::10]
    assert services.collection_item("buildings", "7")["properties"]["code"] == CODES[6]


@pytest.mark.filterwarnings("ignore:.*non conformant file extension")  # an address has none
def test_geopandas_reads_items_and_files_by_address(own_town: Town) -> None:
    own_town.grant("public", "buildings")
    with serving(own_town) as address:
        here = f"{address}/ogc/collections/buildings"
        items = geopandas.read_file(f"{here}/items?f=json&limit=1000")
        package = geopandas.read_file(f"{here}/download?f=gpkg")
        boxed = geopandas.read_file(f"{here}/download?f=geojson&bbox={','.join(map(str, WEST_STREET))}")
    assert (items.crs.to_string(), package.crs.to_string()) == ("EPSG:4326", "EPSG:4490")
    for read in (items, package):
        assert list(read["code"]) == CODES
        assert tuple(read.total_bounds) == pytest.approx((114.0, 22.5, 114.0195, 22.5095))
    assert list(boxed["code"]) == CODES[:5]
    assert package["cost"].iloc[2] == "2000000000000.02", "a decimal keeps its digits"


def test_the_gdal_of_pyogrio_pages_and_counts(address: str, town: Town) -> None:
    source = f"OAPIF:{address}/ogc"
    with with_key(town.key("transport")):
        assert pyogrio.read_info(source, layer="buildings", force_feature_count=True)["features"] == ROWS
        read = pyogrio.read_dataframe(source, layer="buildings", PAGE_SIZE="37")
        high = pyogrio.read_dataframe(source, layer="buildings", where="floors > 7")
    assert list(read["code"]) == CODES
    assert sorted(high["code"]) == [code for number, code in enumerate(CODES) if number % 10 > 7]
