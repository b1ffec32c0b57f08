"""Shapefiles: encodings, what is missing or lost, and every kind of shape."""

from __future__ import annotations

import datetime
import struct
from pathlib import Path
from time import process_time

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from diban.intake import open_upload
from diban.intake.formats.encoding import Verdict, decide
from diban.intake.formats.rings import ordered
from diban.intake.sandbox.unreadable import Unreadable
from tests.intake.shapefiles import (
    NULL,
    dbf,
    named,
    packed,
    point,
    points_set,
    polygon,
    shp,
    square,
    written,
)
from tests.intake.uploads import mutations, read_here

_NAME = [("名称", "C", 24, 0)]
_PLACES = [["南山区人民政府"], ["福田区"], ["罗湖区东门街道"]]


@pytest.mark.parametrize(
    ("encoding", "language", "cpg", "remark"),
    [
        ("gbk", 0, None, "encoding-detected"),
        ("gbk", 0x57, None, "encoding-detected"),
        ("gbk", 0x4D, None, None),
        ("gbk", 0x4D, b"GBK", None),
        ("gbk", 0, b"936", None),
        ("gbk", 0, b"UTF-8", "encoding-contradicted"),
        ("gbk", 0x57, b"ISO-8859-1", "encoding-contradicted"),
        ("utf-8", 0, None, "encoding-detected"),
        ("utf-8", 0, b"UTF-8\r\n", None),
        ("utf-8", 0x4D, None, "encoding-contradicted"),
        ("gb18030", 0, b"GB18030", None),
    ],
)
def test_the_encoding_is_stated_or_told_by_the_bytes(
    encoding: str, language: int, cpg: bytes | None, remark: str | None, tmp_path: Path
) -> None:
    files = points_set(_PLACES, _NAME, encoding=encoding, language=language)
    found = read_here(packed(tmp_path, named("楼", files | ({} if cpg is None else {".cpg": cpg}))))
    assert found.column("名称") == [row[0] for row in _PLACES]
    assert found.codes() == ({remark} if remark else set())
    assert (found.source.format, found.source.name, found.source.crs) == ("Shapefile (ZIP)", "楼", None)


def test_the_senders_word_on_the_encoding_goes_first(tmp_path: Path) -> None:
    files = points_set([["café"]], [("nom", "C", 20, 0)], encoding="latin-1", language=0)
    assert read_here(packed(tmp_path, named("a", files)), encoding="latin-1").column("nom") == ["café"]


def test_bytes_of_neither_encoding_are_asked_about(tmp_path: Path) -> None:
    files = points_set([[b"\xff\xfe\xff\x81 \x80\x80"]], [("a", "C", 20, 0)])
    with pytest.raises(Unreadable) as raised:
        read_here(packed(tmp_path, named("a", files)))
    assert raised.value.code == "encoding-unclear"


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec="gb2312", min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=4))
def test_chinese_text_is_told_apart(text: str) -> None:
    assert decide(text.encode("utf-8")) == Verdict("utf-8", True)
    assert decide(text.encode("gb18030")).encoding in ("gb18030", "utf-8")
    if decide(text.encode("gb18030")).encoding == "utf-8":
        assert not decide(text.encode("gb18030")).sure


def test_values_arrive_as_they_stand(tmp_path: Path) -> None:
    fields = [("code", "C", 6, 0), ("n", "N", 18, 0), ("d", "N", 19, 5), ("f", "F", 19, 11)]
    fields += [("day", "D", 8, 0), ("yes", "L", 1, 0)]
    rows = [
        ["004403", "123456789012345678", "12.50000", "4.40305000000e+005", "20240229", "T"],
        ["", "", "-0.00000", "1.10000000000e-003", "00000000", "?"],
        ["  x", "*" * 18, "440305.00000", "", "20230230", "N"],
    ]
    found = read_here(packed(tmp_path, named("a", points_set(rows, fields))))
    assert found.column("code") == ["004403", None, "  x"]
    assert found.column("n") == ["123456789012345678", None, "*" * 18]
    assert found.column("d") == ["12.5", "-0", "440305"]
    assert found.column("f") == ["440305", "0.0011", None]
    assert found.column("day") == [datetime.date(2024, 2, 29), None, None]
    assert found.column("yes") == ["T", None, "N"]
    assert {remark.code: remark.rows for remark in found.remarks} == {
        "number-overflow": (3,),
        "date-unreadable": (3,),
    }


def test_digits_that_a_double_adds_are_none_of_the_number(tmp_path: Path) -> None:
    """As GDAL and Esri write: 24 characters, 15 decimals, whatever was meant."""
    numbers = [39481.8, 9.7, 0.1, -1234567.25, 1 / 3, 1e-7, 2905165.1, 0.0, 123456789.123456]
    rows = [[f"{number:24.15f}"] for number in numbers]
    exact = "1234567890.123456789012345"  # more than a double: some other program's own digits
    rows += [[exact[:24]], ["12.5"]]
    fields = [("d", "N", 24, 15)]
    found = read_here(packed(tmp_path, named("a", points_set(rows, fields)))).column("d")
    assert found == [
        *("39481.8", "9.7", "0.1", "-1234567.25", "0.333333333333333", "0.0000001", "2905165.1", "0"),
        *("123456789.123456", exact[:24], "12.5"),
    ]


def test_days_are_read_where_no_time_zones_are_seen(tmp_path: Path) -> None:
    rows = [["20240229"], ["20230230"], ["29990101"], ["00010101"]]
    path = packed(tmp_path, named("a", points_set(rows, [("day", "D", 8, 0)])))
    with open_upload(path) as opened:
        days = [day for batch in opened.batches() for day in batch.column("day").to_pylist()]
    assert days == [
        *(datetime.date(2024, 2, 29), None, datetime.date(2999, 1, 1), datetime.date(1, 1, 1)),
    ]


def test_deleted_rows_are_passed_over_with_their_shapes(tmp_path: Path) -> None:
    rows = [["甲乙丙丁"], ["*deleted*戊"], ["己庚辛"]]
    found = read_here(packed(tmp_path, named("a", points_set(rows, _NAME))))
    assert (found.source.rows, found.column("名称")) == (2, ["甲乙丙丁", "己庚辛"])
    assert found.wkt == ["POINT (114 22.5)", "POINT (114.02 22.5)"]
    assert (found.column("_row"), found.column("_source_id")) == ([1, 2], [0, 2])
    assert "rows-deleted" in found.codes()


def test_text_cut_by_its_column_loses_half_a_character_and_says_so(tmp_path: Path) -> None:
    found = read_here(packed(tmp_path, named("a", points_set([["南山区"], ["福田"]], [("a", "C", 5, 0)]))))
    assert found.column("a") == ["南山", "福田"]
    assert [remark.rows for remark in found.remarks if remark.code == "text-cut"] == [(1,)]


@pytest.mark.parametrize("ending", [".shx", ".dbf", ".shp"])
def test_what_is_missing_is_said(ending: str, tmp_path: Path) -> None:
    files = points_set(_PLACES, _NAME, language=0x4D)
    del files[ending]
    path = packed(tmp_path, named("a", files))
    if ending == ".dbf":
        with pytest.raises(Unreadable, match=r"\.dbf") as raised:
            read_here(path)
        assert raised.value.code == "shapefile-incomplete"
        return
    found = read_here(path)
    assert found.column("名称") == [row[0] for row in _PLACES]
    assert found.codes() == ({"shapefile-index-absent"} if ending == ".shx" else set())
    assert found.source.geometry_type == ("Point" if ending == ".shx" else None)


def test_a_shp_alone_is_no_delivery(tmp_path: Path) -> None:
    path = tmp_path / "upload.shp"
    path.write_bytes(points_set(_PLACES, _NAME)[".shp"])
    with pytest.raises(Unreadable, match="ZIP") as raised:
        read_here(path)
    assert raised.value.code == "shapefile-incomplete"


def test_an_index_that_lies_is_not_followed(tmp_path: Path) -> None:
    files = points_set(_PLACES, _NAME, language=0x4D)
    files[".shx"] = files[".shx"][:100] + struct.pack(">ii", 1 << 29, 10) * 3
    found = read_here(packed(tmp_path, named("a", files)))
    assert (len(found.wkt), found.codes()) == (3, {"shapefile-index-bad"})


@pytest.mark.parametrize("told", [(0, 0, 2), (0, 2, 1)])
def test_an_index_that_disagrees_with_the_records_is_not_followed(
    told: tuple[int, ...], tmp_path: Path
) -> None:
    files = points_set(_PLACES, _NAME, language=0x4D)
    entries = [files[".shx"][100 + 8 * number :][:8] for number in range(3)]
    files[".shx"] = files[".shx"][:100] + b"".join(entries[number] for number in told)
    found = read_here(packed(tmp_path, named("a", files)))
    bad = len(set(told)) < 3
    assert ("shapefile-index-bad" in found.codes()) is bad
    order = range(3) if bad else told
    assert found.wkt == [f"POINT ({114 + number / 100:g} 22.5)" for number in order]


def test_an_index_that_points_into_a_record_is_not_followed(tmp_path: Path) -> None:
    inside = struct.pack("<idd", 1, 1.0, 2.0)
    shapes, index = shp(1, [point(114, 22.5) + struct.pack(">ii", 1, 10) + inside, point(115, 22.5)])
    index = index[:100] + struct.pack(">ii", (100 + 8 + 20) // 2, 8) + index[108:]
    files = {".shp": shapes, ".shx": index, ".dbf": dbf(_NAME, [["甲"], ["乙"]], language=0x4D)}
    found = read_here(packed(tmp_path, named("a", files)))
    assert found.wkt == ["POINT (114 22.5)", "POINT (115 22.5)"]
    assert "shapefile-index-bad" in found.codes()


def test_many_islands_with_lakes_take_time_by_their_number() -> None:
    def seconds(count: int) -> float:
        ring = [*square(0, 0, 10), *square(2, 2, 3, hole=True), *square(20, 0, 5)]
        places = np.concatenate([np.array(ring) + 100 * number for number in range(count)])
        feature, points = np.repeat(np.arange(count), 3), np.full(3 * count, 5)
        started = process_time()
        order, starts, several = ordered(places[:, 0], places[:, 1], feature, points, count)
        assert several.all()
        assert order.tolist() == [3 * number + ring for number in range(count) for ring in (0, 1, 2)]
        assert starts.tolist() == [True, False, True] * count
        return process_time() - started

    assert seconds(16_000) < 12 * seconds(2_000)


def test_rows_and_shapes_that_do_not_pair_are_refused(tmp_path: Path) -> None:
    files = points_set(_PLACES, _NAME) | {".dbf": dbf(_NAME, _PLACES[:2])}
    with pytest.raises(Unreadable) as raised:
        read_here(packed(tmp_path, named("a", files)))
    assert raised.value.code == "shapefile-uneven"


_ISLANDS = [square(0, 0, 10), square(2, 2, 4, hole=True), square(3, 3, 1), square(20, 0, 5),
            square(21, 1, 1, hole=True)]  # fmt: skip


@pytest.mark.parametrize(
    ("rings", "wkt"),
    [
        ([square(0, 0, 1)], "POLYGON ((0 0, 0 1, 1 1, 1 0, 0 0))"),
        ([square(0, 0, 1, hole=True)], "POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"),
        ([square(1, 1, 1, hole=True), square(0, 0, 4)], None),
        ([square(0, 0, 1), square(5, 0, 1)], None),
        (_ISLANDS, None),
        (_ISLANDS[::-1], None),
        ([square(0, 0, 10, hole=True), square(2, 2, 4, hole=True)], None),
    ],
    ids=["one", "one turned", "hole first", "two", "islands", "islands backwards", "all turned"],
)
def test_rings_find_their_polygons(
    rings: list[list[tuple[float, float]]], wkt: str | None, tmp_path: Path
) -> None:
    shapes, index = shp(5, [NULL, polygon(*rings)])
    files = {".shp": shapes, ".shx": index, ".dbf": dbf(_NAME, [["甲"], ["乙"]], language=0x4D)}
    none, made = read_here(packed(tmp_path, named("a", files))).wkt
    assert none is None
    if wkt is not None:
        assert made == wkt
        return
    (geometry,) = shapely.from_wkt([made])
    assert shapely.is_valid(geometry)
    expected = shapely.Polygon()
    for ring in rings:  # areas in or out by turns: what the rings enclose, whatever their direction
        expected = expected ^ shapely.Polygon(ring)
    assert shapely.equals(geometry, expected)


_KINDS = {
    "Point": ["POINT (1 2)"],
    "Point Z": ["POINT Z (1 2 3)"],
    "MultiPoint": ["MULTIPOINT ((1 2), (3 4))", "MULTIPOINT ((5 6))"],
    "MultiPoint Z": ["MULTIPOINT Z ((1 2 3), (3 4 5))"],
    "LineString": ["LINESTRING (1 2, 3 4)", "MULTILINESTRING ((1 2, 3 4), (5 6, 7 8, 9 9))"],
    "LineString Z": ["LINESTRING Z (1 2 3, 3 4 5)"],
    "Polygon": ["POLYGON ((0 0, 0 9, 9 9, 9 0, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))"],
    "MultiPolygon Z": ["MULTIPOLYGON Z (((0 0 1, 0 1 2, 1 1 3, 0 0 1)), ((5 5 1, 5 6 2, 6 6 3, 5 5 1)))"],
}


@pytest.mark.parametrize("kind", _KINDS)
def test_every_kind_of_shape_is_what_gdal_wrote(kind: str, tmp_path: Path) -> None:
    found = read_here(written(tmp_path, list(shapely.from_wkt(_KINDS[kind])), kind))
    assert found.wkt == _KINDS[kind]
    assert found.codes() == set()
    assert found.source.crs_declared
    assert "China_2000" in str(found.source.crs)


def test_measures_survive_where_there_are_any(tmp_path: Path) -> None:
    line = [(1.0, 2.0), (3.0, 4.0)]
    some = struct.pack("<dddd", 0, 0, 7.5, -1e39)
    none = struct.pack("<dddd", 0, 0, -1e39, -1e39)
    shapes, index = shp(23, [polygon(line, code=23, more=more) for more in (some, none, b"")])
    files = {".shp": shapes, ".shx": index, ".dbf": dbf(_NAME, [["甲"]] * 3, language=0x4D)}
    found = read_here(packed(tmp_path, named("a", files)))
    assert found.wkt == ["LINESTRING M (1 2 7.5, 3 4 NaN)", "LINESTRING (1 2, 3 4)", "LINESTRING (1 2, 3 4)"]


def test_multipatches_are_told_apart(tmp_path: Path) -> None:
    shapes, index = shp(31, [NULL])
    files = {".shp": shapes, ".shx": index, ".dbf": dbf(_NAME, [["甲"]])}
    with pytest.raises(Unreadable, match="MultiPatch") as raised:
        read_here(packed(tmp_path, named("a", files)))
    assert raised.value.code == "shapefile-type"


@pytest.mark.parametrize(
    "content",
    [
        struct.pack("<i32xii", 5, 1, 1 << 30),
        struct.pack("<i32xii", 5, 1 << 30, 1 << 30) + bytes(64),
        struct.pack("<i32xiii", 5, 1, 2, 7) + bytes(32),
        struct.pack("<i32xiiii", 5, 2, 4, 3, 1) + bytes(64),
        struct.pack("<i32xii", 5, 0, 0),
        struct.pack("<i", 5),
        point(1, 2),
    ],
)
def test_counts_that_lie_cost_one_geometry(content: bytes, tmp_path: Path) -> None:
    good = polygon(square(0, 0, 1))
    shapes, index = shp(5, [good, content, good])
    files = {".shp": shapes, ".shx": index, ".dbf": dbf(_NAME, [["甲"]] * 3, language=0x4D)}
    found = read_here(packed(tmp_path, named("a", files)))
    assert [wkt is None for wkt in found.wkt] == [False, True, False]
    assert [(remark.code, remark.rows) for remark in found.remarks] == [("geometry-unreadable", (2,))]


def test_several_shapefiles_are_layers(tmp_path: Path) -> None:
    files = points_set(_PLACES, _NAME, language=0x4D)
    path = packed(tmp_path, named("数据/楼", files) | named("数据/路", files) | {"数据/说明.txt": b"x"})
    with pytest.raises(Unreadable, match=r"数据/楼 \(3\), 数据/路 \(3\)") as raised:
        read_here(path)
    assert raised.value.code == "layer-needed"
    found = read_here(path, layer="路")
    assert (found.source.name, found.codes()) == ("路", {"archive-ignored"})
    with pytest.raises(Unreadable) as raised:
        read_here(path, layer="河")
    assert raised.value.code == "layer-unknown"


@pytest.mark.parametrize("ending", [".shp", ".shx", ".dbf"])
@pytest.mark.parametrize("count", [60, pytest.param(5_000, marks=pytest.mark.battery)])
def test_damage_ends_in_rows_or_a_clean_refusal(ending: str, count: int, tmp_path: Path) -> None:
    """T-CORRUPT, past the archive's check sums."""
    shapes, index = shp(5, [polygon(*_ISLANDS), NULL] * 20)
    fields = [*_NAME, ("高", "N", 9, 2), ("日", "D", 8, 0)]
    files = {".shp": shapes, ".shx": index, ".dbf": dbf(fields, [["南山区", "12.50", "20240101"]] * 40)}
    outcomes = set()
    for content in mutations(files[ending], count, count):
        try:
            outcomes.add(read_here(packed(tmp_path, named("a", files | {ending: content}))).table.num_rows)
        except Unreadable as fault:
            outcomes.add(fault.code)
    assert outcomes & {40, "read-damaged", "read-incomplete"}
    assert all(isinstance(outcome, int) or outcome in _CLEAN for outcome in outcomes), outcomes


_CLEAN = {"read-damaged", "read-incomplete", "shapefile-uneven", "shapefile-type", "encoding-unclear"}
_CLEAN |= {"columns-too-many"}


@pytest.mark.filterwarnings("ignore:Measured")
def test_real_shapefiles_are_what_gdal_reads(test_data: Path, tmp_path: Path) -> None:
    shapefiles = sorted(test_data.rglob("*.shp"))
    assert {"olinda1", "sz_districts_gbk"} <= {shapefile.stem for shapefile in shapefiles}
    for shapefile in shapefiles:
        parts = {
            path.name: path.read_bytes()
            for path in shapefile.parent.iterdir()
            if path.stem == shapefile.stem and path.suffix != ".geojson"
        }
        path = packed(tmp_path, parts)
        if shapefile.stem == "olinda1":  # Portuguese, and nothing says so
            with pytest.raises(Unreadable) as raised:
                read_here(path)
            assert raised.value.code == "encoding-unclear"
        found = read_here(path, encoding="latin-1" if shapefile.stem == "olinda1" else None)
        _, _, geometry, _ = pyogrio.raw.read(shapefile, columns=[])
        mine, theirs = shapely.from_wkb(found.column("geometry")), shapely.from_wkb(geometry)
        flat = shapely.force_2d(mine), shapely.force_2d(theirs)
        assert np.all(shapely.equals_identical(*flat)), shapefile
        if shapefile.stem == "sz_districts_gbk":
            assert found.codes() == {"encoding-detected"}
            assert "南山区" in {value for name in found.table.column_names for value in found.column(name)}
