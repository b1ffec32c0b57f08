"""GeoJSON: what arrives of good files, and of every number and member that is not good."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path

import pytest

from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.unreadable import Unreadable
from tests.intake.uploads import POINT, collection, geojson, read

_NAMED = '{"type":"name","properties":{"name":"%s"}}'


def test_a_good_file_arrives_whole(tmp_path: Path) -> None:
    found = read(
        geojson(
            tmp_path,
            POINT % "113.9,22.5",
            POINT % "114.0,22.6,7.25",
            "null",
            properties=[
                '{"名称":"甲","code":"007","层数":3,"big":9007199254740993,"ok":true,"date":"2020/01/02"}',
                '{"名称":"乙","code":"08","层数":null,"list":[1,"x"],"object":{"a":{"b":1}}}',
            ],
            name='"楼"',
            crs=_NAMED % "urn:ogc:def:crs:EPSG::4490",
        )
    )
    source = found.source
    assert (source.format, source.name, source.rows) == ("GeoJSON", "楼", 3)
    assert (source.crs, source.crs_declared) == ("urn:ogc:def:crs:EPSG::4490", True)
    assert found.wkt == ["POINT (113.9 22.5)", "POINT Z (114 22.6 7.25)", None]
    assert found.column("_row") == [1, 2, 3]
    assert found.column("名称") == ["甲", "乙", None]
    assert found.column("code") == ["007", "08", None]
    assert found.column("层数") == [3, None, None]
    assert found.column("big") == [9007199254740993, None, None]
    assert found.column("ok") == [True, None, None]
    assert found.column("date") == ["2020/01/02", None, None]
    assert found.column("list") == [None, '[ 1, "x" ]', None]
    assert found.column("object") == [None, '{ "a": { "b": 1 } }', None]
    assert found.remarks == ()


def test_rows_keep_their_ids(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    feature = '{"type":"Feature","id":%s,"properties":{"a":1},"geometry":null}'
    two = '{"type":"FeatureCollection","features":[' + feature + "," + feature + "]}"
    path.write_text(two % ("77", "5"))
    whole = read(path)
    assert (whole.source.id_name, whole.column("_source_id")) == ("id", [77, 5])
    path.write_text(two % ('"a7"', "5"))
    text = read(path)
    assert (text.source.id_name, text.column("id")) == (None, ["a7", "5"])


@pytest.mark.parametrize(
    ("member", "crs", "declared"),
    [
        (None, "OGC:CRS84", False),
        ("null", None, False),
        (_NAMED % "EPSG:4547", "EPSG:4547", True),
        (_NAMED % "urn:ogc:def:crs:EPSG::999999", "urn:ogc:def:crs:EPSG::999999", True),
        (_NAMED % "our own", "our own", True),
        ('{"type":"EPSG","properties":{"code":4547}}', "EPSG:4547", True),
        ('{"type":"name"}', "None", True),
        ('"EPSG:4490"', None, True),
    ],
)
def test_the_crs_is_told_as_written(
    member: str | None, crs: str | None, declared: bool, tmp_path: Path
) -> None:
    members = {} if member is None else {"crs": member}
    source = read(geojson(tmp_path, POINT % "1,2", **members)).source
    assert (source.crs, source.crs_declared) == (crs, declared)


def test_a_crs_inside_a_feature_is_an_attribute(tmp_path: Path) -> None:
    link = '{"crs":{"type":"link","properties":{"href":"http://127.0.0.1/"}}}'
    found = read(geojson(tmp_path, POINT % "1,2", properties=[link]))
    assert found.source.crs == "OGC:CRS84"
    assert "crs" in found.table.column_names


_NUMBERS = {
    "NaN,1": (math.nan, math.nan),  # GDAL takes it for an empty point
    "1,NaN": (math.nan, math.nan),
    "Infinity,2": (math.inf, 2.0),
    "-Infinity,2": (-math.inf, 2.0),
    "1e308,-1e308": (1e308, -1e308),
    "1e-300,0": (1e-300, 0.0),
    "-0.0,0": (-0.0, 0.0),
    "null,3": None,
    "": None,
    "1": None,
    '"1","2"': None,
    "[1,2]": None,
    "true,false": None,
}


@pytest.mark.parametrize("text", _NUMBERS)
def test_strange_coordinates_arrive_as_they_are_or_as_absent(text: str, tmp_path: Path) -> None:
    found = read(geojson(tmp_path, POINT % "9,9", POINT % text, POINT % "8,8"))
    first, wkb, last = found.column("geometry")
    assert isinstance(first, bytes)
    assert isinstance(last, bytes)
    expected = _NUMBERS[text]
    if expected is None:
        assert wkb is None
    else:
        assert isinstance(wkb, bytes)
        assert struct.pack("<dd", *struct.unpack_from("<dd", wkb, 5)) == struct.pack("<dd", *expected)


@pytest.mark.parametrize(
    ("geometry", "expected"),
    [
        ('{"type":"Polygon","coordinates":[]}', "POLYGON EMPTY"),
        ('{"type":"MultiPolygon","coordinates":[]}', "MULTIPOLYGON EMPTY"),
        ('{"type":"GeometryCollection","geometries":[]}', "GEOMETRYCOLLECTION EMPTY"),
        ('{"type":"Nonsense","coordinates":[]}', None),
        ("5", None),
        (
            '{"type":"Polygon","coordinates":[[[179,0],[-179,0],[-179,1],[179,0]]]}',
            "POLYGON ((179 0, -179 0, -179 1, 179 0))",
        ),
        (POINT % "1,2,3,4", "POINT Z (1 2 3)"),
    ],
)
def test_strange_geometries_do_not_stop_the_others(
    geometry: str, expected: str | None, tmp_path: Path
) -> None:
    found = read(geojson(tmp_path, POINT % "9,9", geometry, POINT % "8,8"))
    assert found.wkt == ["POINT (9 9)", expected, "POINT (8 8)"]


def test_strange_attribute_numbers_arrive(tmp_path: Path) -> None:
    found = read(geojson(tmp_path, *["null"] * 3, properties=['{"b":NaN}', '{"b":1e308}', '{"b":-Infinity}']))
    nan, large, infinite = found.column("b")
    assert (math.isnan(float(str(nan))), large, infinite) == (True, 1e308, -math.inf)


def test_numbers_that_a_double_cannot_hold_are_remarked(tmp_path: Path) -> None:
    properties = ['{"code":1.5}', '{"code":4403050010010000123456789}']
    found = read(geojson(tmp_path, "null", "null", properties=properties))
    (remark,) = found.remarks
    assert (remark.code, remark.rows) == ("number-inexact", (2,))
    assert "code" in remark.message.en


def test_text_with_nul_is_remarked_since_the_library_cuts_it(tmp_path: Path) -> None:
    properties = ['{"a":"x"}', '{"a":"x\\u0000y"}', '{"a":"\\\\u0000"}', '{"a":"x\0y","b":"\\u0000"}']
    found = read(geojson(tmp_path, *["null"] * 4, properties=properties))
    (remark,) = found.remarks
    assert (remark.code, remark.rows, remark.count, remark.severity) == ("text-nul", (2, 4, 4), 3, "error")


def test_reserved_column_names_give_way(tmp_path: Path) -> None:
    properties = '{"geometry":"a","_row":"b","__x":"c","x_1":"d","OGC_FID":"e","wkb_geometry":"f"}'
    found = read(geojson(tmp_path, POINT % "1,2", properties=[properties]))
    row = {name: values[0] for name, values in found.table.to_pydict().items()}
    assert row.pop("geometry") == struct.pack("<BIdd", 1, 1, 1, 2)
    assert row == {
        "_source_id": 0, "geometry_1": "a", "row_1": "b", "x_2": "c", "x_1": "d", "OGC_FID": "e",
        "wkb_geometry": "f", "_row": 1,
    }  # fmt: skip
    assert found.codes() == {"column-renamed"}


def test_what_is_no_feature_is_not_passed_over(tmp_path: Path) -> None:
    text = collection([POINT % "1,2", POINT % "3,4"])
    path = tmp_path / "upload"
    path.write_text(text.replace('"Feature"', '"Featurd"', 1))
    with pytest.raises(Unreadable) as raised:
        read(path)
    assert raised.value.code == "read-incomplete"


_BROKEN = {
    "cut": collection([POINT % "1,2"] * 3)[:-40],
    "cut in a string": collection([POINT % "1,2"], ['{"a":"b"}'])[:60],
    "last bracket missing": collection([POINT % "1,2"])[:-1],
    "a number no double can hold": collection([POINT % "1e400,2"]),
    "a number smaller than any double": collection([POINT % "1e-400,2"]),
    "a word that is no JSON": collection([POINT % "1,2"], ['{"a":tru}']),
    "two texts": collection([]) * 2,
    "more closed than opened": collection([]) + "}",
    "features that are no array": '{"type":"FeatureCollection","features":{}}',
    "no features": '{"type":"FeatureCollection"}',
    "zero bytes": collection([POINT % "1,2"]) + "\x00" * 100,
    "not UTF-8": None,
}


@pytest.mark.parametrize("fault", _BROKEN)
def test_broken_text_is_said_to_be_broken(fault: str, tmp_path: Path) -> None:
    path, text = tmp_path / "upload", _BROKEN[fault]
    path.write_bytes(b'{"type":"FeatureCollection","\xff\xfe' if text is None else text.encode())
    with pytest.raises(Unreadable) as raised:
        read(path)
    assert raised.value.code == "read-damaged"
    assert str(path) not in str(raised.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"  ", b"[1,2]", b"{}", b'{"a":1}', b'{"type":"Topology"}', b"<gml/>", b"\xff" * 99],
)
def test_other_content_is_of_no_known_format(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "upload.geojson"
    path.write_bytes(content)
    with pytest.raises(Unreadable) as raised:
        read(path)
    assert raised.value.code == "format-unknown"


def test_a_byte_order_mark_and_blanks_are_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(b"\xef\xbb\xbf \r\n" + collection([POINT % "1,2"]).encode())
    assert read(path).wkt == ["POINT (1 2)"]


def test_a_file_too_large_to_read_as_a_whole_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="GeoPackage") as raised:
        read(geojson(tmp_path, *[POINT % "1,2"] * 20), limits=Limits(whole_file=1_000))
    assert raised.value.code == "file-too-large"


def test_another_layer_than_the_one_there_is_unknown(tmp_path: Path) -> None:
    path = geojson(tmp_path, POINT % "1,2", name='"楼"')
    assert read(path, layer="楼").source.name == "楼"
    with pytest.raises(Unreadable, match="楼") as raised:
        read(path, layer="路")
    assert raised.value.code == "layer-unknown"
    assert read(geojson(tmp_path, POINT % "1,2"), layer="路").source.name == "路"


def test_columns_and_vertices_have_stated_limits(tmp_path: Path) -> None:
    wide = geojson(tmp_path, "null", properties=[json.dumps({f"c{i}": 1 for i in range(1_100)})])
    with pytest.raises(Unreadable) as raised:
        read(wide)
    assert raised.value.code == "columns-too-many"
    ring = ",".join(f"[{i},{i % 2}]" for i in range(1_000))
    long = geojson(tmp_path, POINT % "1,2", f'{{"type":"LineString","coordinates":[{ring}]}}')
    with pytest.raises(Unreadable, match="row 2") as raised:
        read(long, limits=Limits(vertices=900))
    assert raised.value.code == "geometry-too-large"
