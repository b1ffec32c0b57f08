"""The services describe themselves: landing page, conformance, collections, OpenAPI."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.routing import APIRoute

from diban.share import api, blocks_of
from diban.share.ogc.features import ITEMS
from tests.share.client import ADDRESS, Client
from tests.share.town import Town

SPEC = "http://www.opengis.net/spec"


def test_landing_page(nobody: Client) -> None:
    told = nobody.read("/ogc")
    assert told["title"] == "Town Board"
    links = {link["rel"]: link["href"] for link in told["links"]}
    assert links["self"] == f"{ADDRESS}/ogc"
    for rel in (
        "service-desc",
        "conformance",
        "data",
        "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes",
    ):
        assert nobody.get(links[rel].removeprefix(ADDRESS)).status_code == 200, rel
    assert nobody.read("/ogc/") == told
    assert nobody.ask("GET", "/ogc", headers={"Accept-Language": "zh"}).json()["title"] == "样城空间平台"


def test_conformance(nobody: Client) -> None:
    classes = nobody.read("/ogc/conformance")["conformsTo"]
    assert len(classes) == len(set(classes))
    for name in (
        "ogcapi-common-1/1.0/conf/core",
        "ogcapi-common-2/1.0/conf/collections",
        "ogcapi-features-1/1.0/conf/core",
        "ogcapi-features-1/1.0/conf/geojson",
        "ogcapi-features-2/1.0/conf/crs",
        "ogcapi-tiles-1/1.0/conf/core",
        "ogcapi-tiles-1/1.0/conf/mvt",
    ):
        assert f"{SPEC}/{name}" in classes


def test_collections(transport: Client) -> None:
    told = transport.read("/ogc/collections")
    assert told["numberMatched"] == told["numberReturned"] == 3
    found = {each["id"]: each for each in told["collections"]}
    assert sorted(found) == ["buildings", "permits", "register"]
    buildings = found["buildings"]
    alone = transport.read("/ogc/collections/buildings")
    assert alone.pop("links")[: len(buildings["links"])] == buildings["links"]
    assert alone == {name: value for name, value in buildings.items() if name != "links"}
    assert buildings["itemType"] == "feature"
    assert buildings["title"] == "Layer buildings"
    assert buildings["licence"] == "government use"
    assert buildings["extent"]["spatial"]["bbox"][0] == pytest.approx([114.0, 22.5, 114.0195, 22.5095])
    rels = {link["rel"] for link in buildings["links"]}
    registered = {
        f"http://www.opengis.net/def/rel/ogc/1.0/{name}" for name in ("tilesets-vector", "styles", "legend")
    }
    assert rels == {"self", "describedby", "items", "enclosure", *registered}


def test_a_table_has_no_tiles(nobody: Client) -> None:
    told = nobody.read("/ogc/collections/register")
    rels = {link["rel"] for link in told["links"]}
    assert rels == {"self", "describedby", "items", "enclosure", "alternate"}
    assert told["extent"] == {}
    assert "storageCrs" not in told
    for part in ("tiles", "styles", "styles/current", "legend"):
        nobody.refused(f"/ogc/collections/register/{part}", 404)
    nobody.refused("/ogc/collections/register/tiles/WebMercatorQuad/0/0/0", 404)


def test_every_link_leads_somewhere(transport: Client) -> None:
    seen: set[str] = set()
    waiting = ["/ogc"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = transport.get(path)
        assert answer.status_code == 200, path
        if "json" in answer.headers["content-type"]:
            waiting += [href.removeprefix(ADDRESS) for href in _links(answer.json())]
    assert len(seen) > 30


def _links(told: Any) -> list[str]:
    """The addresses of all links in a document, however deep."""
    if isinstance(told, list):
        return [href for each in told for href in _links(each)]
    if not isinstance(told, dict):
        return []
    here = [str(told["href"])] if "href" in told and not told.get("templated") else []
    return here + [href for each in told.values() for href in _links(each)]


def test_openapi_has_every_route(town: Town, nobody: Client) -> None:
    answer = nobody.get("/ogc/api")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    told = answer.json()
    assert told["openapi"].startswith("3.0.")
    described = {(method.upper(), path) for path, methods in told["paths"].items() for method in methods}
    routes = {
        (method, route.path)
        for block in blocks_of(town.services)
        for route in block.router(town.services).routes
        if isinstance(route, APIRoute) and route.include_in_schema
        for method in route.methods or ()
    }
    assert described == routes
    names = [each["operationId"] for methods in told["paths"].values() for each in methods.values()]
    assert len(names) == len(set(names)) == len(routes)


def test_openapi_has_every_parameter(nobody: Client) -> None:
    paths = nobody.read("/ogc/api")["paths"]
    items = {each["name"]: each for each in paths["/ogc/collections/{collection}/items"]["get"]["parameters"]}
    assert set(items) == {"collection", "fields", *(parameter.name for parameter in ITEMS)}
    assert items["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 10}
    assert items["bbox"]["explode"] is False
    assert items["collection"]["in"] == "path"
    tile = paths["/ogc/collections/{collection}/tiles/{grid}/{matrix}/{row}/{column}"]["get"]
    path = [each["name"] for each in tile["parameters"] if each["in"] == "path"]
    assert path == ["collection", "grid", "matrix", "row", "column"]
    for methods in paths.values():
        for operation in methods.values():
            assert "422" not in operation["responses"]
            answers = {int(status): told for status, told in operation["responses"].items()}
            refusals = [told for status, told in answers.items() if status >= 400 and status != 416]
            assert all("application/problem+json" in told["content"] for told in refusals)
            assert {"400", "414", "503"} <= set(operation["responses"])


@pytest.mark.parametrize("path", ["/ogc", "/ogc/api", "/ogc/conformance", "/ogc/collections"])
def test_forms(nobody: Client, path: str) -> None:
    assert nobody.get(f"{path}?f=json").status_code == 200
    assert nobody.get(f"{path}?f=html").headers["content-type"].startswith("text/html")
    assert nobody.refused(f"{path}?f=xml", 400)["field"] == "f"
    assert nobody.refused(f"{path}?x=1", 400)["field"] == "x"


def _addresses(value: object) -> Iterator[str]:
    """Every address in a document."""
    if isinstance(value, dict):
        yield from (each for item in value.values() for each in _addresses(item))
    elif isinstance(value, list):
        yield from (each for item in value for each in _addresses(item))
    elif isinstance(value, str) and value.startswith("http") and "opengis.net" not in value:
        yield value


def places_of(address: str) -> tuple[str, str]:
    """How links of an installation begin: its services, and the catalogue entries of its layers."""
    return f"{address}/ogc", f"{address}/api/resources/"


PAGES = ("/ogc", "/ogc/collections", "/ogc/collections/buildings/items?limit=1", "/ogc/tileMatrixSets")
TILESET = "/ogc/collections/buildings/tiles/WebMercatorQuad"
FORWARDED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "host=evil.example;proto=https",
}


@pytest.mark.parametrize("address", ["https://city.example", "https://city.example:8443/base"])
def test_links_begin_with_the_installations_address(own_town: Town, address: str) -> None:
    object.__setattr__(own_town.services, "address", address)
    own_town.app = api(own_town.services)
    client = own_town.client("transport")
    prefix = urlsplit(address).path
    for path in (*PAGES, TILESET, f"{TILESET}?f=tilejson"):
        for asked in {path, prefix + path}:  # the server before may have taken the path off, or not
            found = list(_addresses(client.get(asked, headers=FORWARDED).json()))
            assert found
            assert [link for link in found if not link.startswith(places_of(address))] == []


def test_links_follow_the_request_where_none_is_set(transport: Client) -> None:
    for path in (*PAGES, TILESET, f"{TILESET}?f=tilejson"):
        found = list(_addresses(transport.get(path, headers=FORWARDED).json()))
        assert found
        assert [link for link in found if not link.startswith(places_of(ADDRESS))] == []
