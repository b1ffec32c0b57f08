"""Boxes and coordinate systems: axis order as each CRS prescribes it, what a box means, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pyproj import Transformer
from shapely import Point

from tests.share.client import Client
from tests.share.town import SIDE, SOUTH, STEP, WEST, Town, features

ITEMS = "/ogc/collections/buildings/items"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
THIRD = (WEST + 2 * STEP, SOUTH, WEST + 2 * STEP + SIDE, SOUTH + SIDE)
"""The box of the third building, west, south, east, north."""


def written(numbers: tuple[float, ...]) -> str:
    """Numbers as a request writes them."""
    return ",".join(f"{number!r}" for number in numbers)


def inner(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """A smaller box in the middle of a box."""
    west, south, east, north = box
    width, height = (east - west) / 4, (north - south) / 4
    return west + width, south + height, east - width, north - height


def to(code: int, box: tuple[float, float, float, float]) -> tuple[float, ...]:
    """A box in lon/lat as a CRS writes it: projected, in its axis order."""
    move = Transformer.from_crs("EPSG:4490", f"EPSG:{code}")  # axes as prescribed on both sides
    corners = ((box[1], box[0]), (box[3], box[2]))
    return tuple(number for corner in corners for number in move.transform(*corner))


def codes(page: dict[str, Any]) -> list[str]:
    return [properties["code"] for properties in features(page)]


@pytest.mark.parametrize(
    ("box", "crs"),
    [
        (inner(THIRD), None),
        ((*inner(THIRD)[:2], -10.0, *inner(THIRD)[2:], 900.0), None),
        (inner(THIRD), CRS84),
        (to(4490, inner(THIRD)), EPSG + "4490"),
        (to(4326, inner(THIRD)), EPSG + "4326"),
        (to(3857, inner(THIRD)), EPSG + "3857"),
        (to(4547, inner(THIRD)), EPSG + "4547"),
        (to(4547, inner(THIRD)), "urn:ogc:def:crs:EPSG::4547"),
        (to(4547, inner(THIRD)), "[EPSG:4547]"),
    ],
)
def test_a_box_in_each_crs(transport: Client, box: tuple[float, ...], crs: str | None) -> None:
    query = {"bbox": written(box), **({} if crs is None else {"bbox-crs": crs})}
    page = transport.read(ITEMS, **query)
    assert (codes(page), page["numberMatched"]) == (["B0002"], 1)


def test_axis_order_is_minded(transport: Client) -> None:
    swapped = to(4490, inner(THIRD))
    assert transport.read(ITEMS, bbox=written(swapped))["features"] == []
    mixed = {"bbox": written(inner(THIRD)), "bbox-crs": EPSG + "4490"}
    assert transport.read(ITEMS, **mixed)["features"] == []


def test_borders_belong_to_a_box(transport: Client) -> None:
    west, south, east, north = THIRD
    assert codes(transport.read(ITEMS, bbox=written((east, north, east, north)))) == ["B0002"]
    gap = (east + STEP / 8, south, west + STEP - STEP / 8, north)
    assert transport.read(ITEMS, bbox=written(gap))["numberMatched"] == 0


def test_across_the_antimeridian(transport: Client) -> None:
    assert transport.read(ITEMS, bbox="179,-90,178,90")["numberMatched"] == 200
    assert transport.read(ITEMS, bbox="179,-90,-179,90")["numberMatched"] == 0
    assert transport.read(ITEMS, bbox="114.0027,22,-179,23")["numberMatched"] == 170
    swapped = {"bbox": "22,114.0027,23,-179", "bbox-crs": EPSG + "4490"}
    assert transport.read(ITEMS, **swapped)["numberMatched"] == 170


def test_a_box_around_everything(transport: Client) -> None:
    assert transport.read(ITEMS, bbox="-180,-90,180,90")["numberMatched"] == 200
    assert transport.read(ITEMS, bbox="-1e308,-1e308,1e308,1e308")["numberMatched"] == 200


@pytest.mark.parametrize(
    "bbox",
    [
        *("", "1", "1,2,3", "1,2,3,4,5", "1,2,3,4,5,6,7", "a,b,c,d", "1,2,3,", "nan,0,1,1", "0,0,inf,1"),
        *("1e400,0,1,1", "0,2,1,1", "300,0,200,1"),
    ],
)
def test_a_box_that_is_none(transport: Client, bbox: str) -> None:
    assert transport.refused(ITEMS, 400, bbox=bbox)["field"] == "bbox"


@pytest.mark.parametrize("name", ["bbox-crs", "crs"])
@pytest.mark.parametrize("crs", ["", "nonsense", EPSG + "2000000", "EPSG:4214", "file:///etc/passwd"])
def test_a_crs_that_is_not_offered(transport: Client, name: str, crs: str) -> None:
    told = transport.refused(ITEMS, 400, **{name: crs})
    assert told["field"] == name
    assert "EPSG:4490" in told["limit"]


def test_a_box_wider_than_the_world(transport: Client) -> None:
    query = {"bbox": "0,0,3e7,3e6", "bbox-crs": EPSG + "3857"}
    assert transport.read(ITEMS, **query)["numberMatched"] == 200
    query = {"bbox": "13000000,0,3e7,3e6", "bbox-crs": EPSG + "3857"}
    assert transport.read(ITEMS, **query)["numberMatched"] == 0


def test_a_box_outside_of_its_crs(transport: Client) -> None:
    query = {"bbox": "-1e300,-1e300,1e300,1e300", "bbox-crs": EPSG + "4547"}
    assert transport.refused(ITEMS, 400, **query)["field"] == "bbox"
    query = {"bbox": "1,1,0,0", "bbox-crs": EPSG + "3857"}
    assert transport.refused(ITEMS, 400, **query)["field"] == "bbox"


@pytest.mark.parametrize("code", [4490, 4326, 3857, 4547])
def test_coordinates_in_each_crs(transport: Client, code: int) -> None:
    answer = transport.get(ITEMS, params={"crs": f"{EPSG}{code}", "code": "B0002"})
    assert answer.headers["content-crs"] == f"<{EPSG}{code}>"
    ring = answer.json()["features"][0]["geometry"]["coordinates"][0]
    found = (
        min(x for x, _ in ring),
        min(y for _, y in ring),
        max(x for x, _ in ring),
        max(y for _, y in ring),
    )
    tolerance = 1e-9 if code in (4490, 4326) else 1e-3
    assert found == pytest.approx(to(code, THIRD), abs=tolerance)


def test_one_feature_in_another_crs(transport: Client) -> None:
    answer = transport.get(f"{ITEMS}/3", params={"crs": EPSG + "4547"})
    first, second = answer.json()["geometry"]["coordinates"][0][0]
    assert first > 2_000_000 > second  # northing goes first


def test_a_collection_names_its_crs(transport: Client) -> None:
    told = transport.read("/ogc/collections/buildings")
    assert told["crs"][0] == CRS84
    assert told["storageCrs"] == EPSG + "4490"
    assert told["storageCrs"] in told["crs"]
    assert {f"{EPSG}{code}" for code in (4490, 4326, 3857, 4547)} <= set(told["crs"])


def test_what_a_crs_cannot_express_is_said(own_town: Town) -> None:
    client = own_town.client("transport")
    rows = [{"code": "FAR", "geometry": Point(24.0, 0.0)}, {"code": "HERE", "geometry": Point(114.0, 22.5)}]
    own_town.land("permits", rows)
    path = "/ogc/collections/permits/items"
    told = client.refused(path, 400, crs=EPSG + "4547")
    assert (told["field"], told["limit"]) == ("crs", "EPSG:4547")
    assert codes(client.read(path)) == ["FAR", "HERE"]
    assert codes(client.read(path, crs=EPSG + "4547", bbox="113,22,115,23")) == ["HERE"]


def test_heights_survive(own_town: Town) -> None:
    own_town.land("permits", [{"code": "Z", "geometry": Point(114.0, 22.5, 12.5)}])
    client = own_town.client("transport")
    for crs in (CRS84, EPSG + "4490", EPSG + "4547"):
        page = client.read("/ogc/collections/permits/items", crs=crs)
        assert page["features"][0]["geometry"]["coordinates"][2] == 12.5
