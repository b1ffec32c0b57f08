"""Which CRS a name, a WKT or a number means: every zone, by every writing; what is refused says why."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import CRS

from diban.ground import BD09, GCJ02, SUPPORTED, Crs, Invalid, project, source_crs
from diban.ground.source_crs import _BY_CODE

CODES = [f"EPSG:{number}" for number in (*range(4491, 4555), *range(32647, 32654))]
SIX_DEGREES = range(4502, 4513)
WRITINGS = ("WKT1_ESRI", "WKT1_GDAL", "WKT2_2019", "json")


def as_written(code: str, writing: str) -> str:
    crs = CRS.from_user_input(code)
    return crs.to_json() if writing == "json" else str(crs.to_wkt(writing))


@pytest.mark.parametrize("code", CODES)
def test_a_zone_has_the_place_and_the_axes_of_the_register(code: str) -> None:
    crs = source_crs(code)
    register = CRS.from_user_input(code)
    assert register.coordinate_operation is not None
    given = {param.name: param.value for param in register.coordinate_operation.params}
    middle = np.array([[given["Longitude of natural origin"], 30.0]])
    assert project(middle, SUPPORTED[1], crs)[0, 0] == pytest.approx(given["False easting"], abs=1e-6)
    assert crs.swapped == (register.axis_info[0].direction == "north")
    assert source_crs(code.removeprefix("EPSG:")) is source_crs(f"urn:ogc:def:crs:EPSG::{code[5:]}") is crs
    title = crs.title.en.rpartition(" ")[2]
    assert title in register.name.replace("zone ", "zone")
    assert ("3-degree" in register.name) == ("3-degree" in crs.title.en)


def test_what_is_answered_in_can_be_sent() -> None:
    for crs in SUPPORTED:
        assert source_crs(crs.code) is source_crs(crs.uri) is crs


@pytest.mark.parametrize("writing", WRITINGS)
def test_descriptions_are_matched_by_what_they_say(writing: str) -> None:
    for code in (*CODES, "EPSG:4490", "EPSG:4326", "EPSG:3857"):
        found, meant = source_crs(as_written(code, writing)), source_crs(code)
        if int(code[5:]) in SIX_DEGREES:  # the three-degree zone of the same meridian is the same
            here = np.array([[501_000.0, 2.5e6]])
            assert project(here, found, SUPPORTED[1]).tolist() == project(here, meant, SUPPORTED[1]).tolist()
        else:
            assert found == meant, code


@pytest.mark.parametrize(("name", "code"), [
    ("CGCS2000_3_Degree_GK_CM_114E", "EPSG:4547"),
    ("CGCS2000_3_Degree_GK_Zone_38", "EPSG:4526"),
    ("GCS_China_Geodetic_Coordinate_System_2000", "EPSG:4490"),
    ("WGS_1984_UTM_Zone_49N", "EPSG:32649"),
    ("WGS 84", "EPSG:4326"),
])  # fmt: skip
def test_names_of_desktop_programs_are_known(name: str, code: str) -> None:
    assert source_crs(name).code == code


@pytest.mark.parametrize(
    ("name", "crs"), [("GCJ-02", GCJ02), ("gcj02", GCJ02), ("BD-09", BD09), ("bd09ll", BD09)]
)
def test_web_maps_have_names(name: str, crs: Crs) -> None:
    assert source_crs(name) is crs


def test_y_before_x_is_said() -> None:
    turned = source_crs("EPSG:4547,yx")
    assert (turned.code, turned.turned) == ("EPSG:4547,yx", True)
    assert source_crs(turned.code) == turned == source_crs("EPSG:4547").turned_round
    straight = np.array([[114.1, 22.5]])
    metres = project(straight, SUPPORTED[1], source_crs("EPSG:4547"))
    assert project(metres[:, ::-1], turned, SUPPORTED[1]) == pytest.approx(straight, abs=1e-9)


@pytest.mark.parametrize("name", [
    "EPSG:4214", "EPSG:2436", "EPSG:2422", as_written("EPSG:2436", "WKT1_ESRI"),
    "EPSG:4610", "EPSG:2363", as_written("EPSG:2383", "WKT1_ESRI"), "Xian_1980_3_Degree_GK_CM_114E",
])  # fmt: skip
def test_old_datums_need_an_approved_transformation(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        source_crs(name)
    assert "approved" in refused.value.message.en
    assert refused.value.remedy is not None
    assert "CGCS2000" in refused.value.remedy.zh


@pytest.mark.parametrize(("name", "code"), [
    ("urn:ogc:def:crs:EPSG::4490", "EPSG:4490"), ("URN:OGC:DEF:CRS:EPSG:10.5:4547", "EPSG:4547"),
    ("https://www.opengis.net/def/crs/EPSG/0/4490", "EPSG:4490"), ("[EPSG:4490]", "EPSG:4490"),
    ("http://opengis.net/def/crs/EPSG/9.9.1/4526", "EPSG:4526"), ("4490", "EPSG:4490"),
    ("http://www.opengis.net/gml/srs/epsg.xml#4490", "EPSG:4490"), ("epsg:4490", "EPSG:4490"),
    ("urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84"), ("CRS84", "OGC:CRS84"), ("OGC:CRS84", "OGC:CRS84"),
])  # fmt: skip
def test_names_of_the_register_are_known_in_full(name: str, code: str) -> None:
    assert source_crs(name).code == code


LOCAL = as_written("EPSG:4547", "WKT1_ESRI").replace("500000.0", "500123.0")
FEET = as_written("EPSG:4547", "WKT1_GDAL").replace('UNIT["metre",1', 'UNIT["foot",0.3048')


_DEGREES = as_written("EPSG:4490", "WKT1_ESRI")
WITHOUT_PLACE = as_written("EPSG:4547", "WKT1_ESRI").replace('PARAMETER["Latitude_Of_Origin",0.0],', "")
GRADS = _DEGREES.replace('UNIT["Degree",0.0174532925199433]', 'UNIT["Grad",0.01570796326794897]')
FERRO = _DEGREES.replace('PRIMEM["Greenwich",0.0]', 'PRIMEM["Ferro",-17.666666]')
_KRASOVSKY = ("6378137.0,298.257222101", "6378245.0,298.3")
KRASOVSKY = _DEGREES.replace(*_KRASOVSKY)
KRASOVSKY_ZONE = as_written("EPSG:4547", "WKT1_ESRI").replace(*_KRASOVSKY)


def test_the_edited_descriptions_differ_from_the_public_ones() -> None:
    zone = as_written("EPSG:4547", "WKT1_ESRI")
    assert len({_DEGREES, GRADS, FERRO, KRASOVSKY, zone, KRASOVSKY_ZONE, WITHOUT_PLACE, LOCAL}) == 8


@pytest.mark.parametrize("name", [
    "", " ", ",yx", "EPSG:", "EPSG:0", "EPSG:4269", "EPSG:27700", "EPSG:5555555", "nonsense", "x" * 50_000,
    "A[" * 5_000, '{"a":' * 3_999, '{"a":' * 300,
    "+proj=longlat +nadgrids=/etc/passwd", "+init=epsg:4490", "/etc/passwd", "EPSG:4490/0",
    "http://10.0.0.1/EPSG/4490", "http://www.opengis.net.example/def/crs/EPSG/0/4490", "/tmp/EPSG/4490",
    "https://example/?u=http://www.opengis.net/def/crs/EPSG/0/4490", "file:EPSG:4490", "EPSG:EPSG:4490",
    "proj=utm zone=50 datum=WGS84", "EPSG:4547,yx,yx", "EPSG:4490" + ",yx" * 3_000,
    *(WITHOUT_PLACE, GRADS, FERRO, KRASOVSKY, KRASOVSKY_ZONE),
    LOCAL, FEET, '{"type": "GeographicCRS"}',
])  # fmt: skip
def test_what_is_none_of_these_is_refused_with_what_can_be_taken(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        source_crs(name)
    assert (refused.value.field, "4491–4554" in str(refused.value.limit)) == ("crs", True)
    assert len(str(refused.value)) < 1_000


def test_every_code_is_listed_once() -> None:
    assert all(crs.code == code for code, crs in _BY_CODE.items())
    assert set(CODES) <= set(_BY_CODE)
