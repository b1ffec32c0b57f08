"""GeoPackage: layers, tables, what desktop programs leave in it, and blobs that are not what they say."""

from __future__ import annotations

import struct
from pathlib import Path

import pyarrow as pa
import pytest

from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.unreadable import Unreadable
from tests.intake.uploads import buildings, geopackage, read, rewritten

_TRIANGLE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)]


def test_a_good_file_arrives_whole(tmp_path: Path) -> None:
    sent = buildings(1_000)
    found = read(geopackage(tmp_path, sent), limits=Limits(batch_rows=300))
    source = found.source
    assert (source.format, source.name, source.rows) == ("GeoPackage", "建筑", 1_000)
    assert (source.crs, source.crs_declared, source.geometry_type) == ("EPSG:4490", True, "Polygon")
    assert source.id_name == "fid"
    assert found.column("_row") == found.column("_source_id") == list(range(1, 1_001))
    for name in sent.column_names:
        assert found.column(name) == sent.column(name).to_pylist()
    assert found.table.schema.field("层数").type == pa.int32()
    assert found.remarks == ()


def test_heights_and_measures_survive(tmp_path: Path) -> None:
    sent = [struct.pack("<BI4d", 1, 3001, 1, 2, 3, 4), struct.pack("<BI3d", 1, 1001, 1, 2, 3)]
    path = rewritten(geopackage(tmp_path, buildings(2), geometry_type="Unknown"), blobs=sent)
    assert read(path).column("geometry") == sent


def test_a_table_without_geometry_is_read(tmp_path: Path) -> None:
    found = read(geopackage(tmp_path, pa.table({"编码": ["007", None], "值": [1.5, 2.5]}), layer="登记"))
    assert (found.source.geometry_type, found.source.crs) == (None, None)
    assert found.table.column_names == ["_source_id", "编码", "值", "_row"]
    assert found.column("编码") == ["007", None]


def test_text_with_nul_is_remarked_since_the_library_cuts_it(tmp_path: Path) -> None:
    path = rewritten(
        geopackage(tmp_path, buildings(5)),
        "UPDATE \"建筑\" SET 名称 = 'a' || char(0) || 'b' WHERE fid IN (2, 5)",
        'UPDATE "建筑" SET 编码 = char(0) WHERE fid = 3',
    )
    found = {remark.message.en.rpartition(": ")[2]: remark for remark in read(path).remarks}
    assert {name: (said.code, said.rows, said.count) for name, said in found.items()} == {
        "名称": ("text-nul", (2, 5), 2),
        "编码": ("text-nul", (3,), 1),
    }


def test_bytes_are_not_text_and_may_hold_zeros(tmp_path: Path) -> None:
    sent = buildings(2).append_column("图", pa.array([b"\0\1\0", b""], pa.binary()))
    found = read(geopackage(tmp_path, sent))
    assert (found.column("图"), found.remarks) == ([b"\0\1\0", b""], ())


def test_times_of_a_geopackage_are_utc_as_its_standard_says(tmp_path: Path) -> None:
    sent = buildings(3).append_column("测时", pa.array([0, 1, None], pa.timestamp("ms")))
    path = rewritten(
        geopackage(tmp_path, sent), "UPDATE \"建筑\" SET 测时 = '2020-01-01T08:00:00' WHERE fid = 2"
    )
    found = read(path).table.column("测时")
    assert found.type == pa.timestamp("ms", "UTC")
    assert [value and value.isoformat() for value in found.to_pylist()] == [
        "1970-01-01T00:00:00+00:00",
        "2020-01-01T08:00:00+00:00",
        None,
    ]


def test_several_layers_ask_for_one(tmp_path: Path) -> None:
    geopackage(tmp_path, buildings(2), layer="楼")
    path = geopackage(tmp_path, buildings(3), layer="房")
    with pytest.raises(Unreadable, match="楼, 房") as raised:
        read(path)
    assert raised.value.code == "layer-needed"
    with pytest.raises(Unreadable) as raised:
        read(path, layer="路")
    assert raised.value.code == "layer-unknown"
    assert read(path, layer="房").source.rows == 3


def test_how_things_are_drawn_is_no_layer(tmp_path: Path) -> None:
    geopackage(tmp_path, buildings(2))
    path = geopackage(tmp_path, pa.table({"styleQML": ["<qgis/>"]}), layer="layer_styles")
    assert read(path).source.name == "建筑"


@pytest.mark.parametrize("number", [0, -1])
def test_an_undefined_crs_is_none(number: int, tmp_path: Path) -> None:
    path = rewritten(
        geopackage(tmp_path, buildings()),
        f"UPDATE gpkg_geometry_columns SET srs_id = {number}",
        f"UPDATE gpkg_contents SET srs_id = {number}",
    )
    source = read(path).source
    assert (source.crs, source.crs_declared) == (None, False)


def test_a_file_left_in_wal_mode_is_read(tmp_path: Path) -> None:
    path = rewritten(geopackage(tmp_path, buildings()))
    path.write_bytes(path.read_bytes()[:18] + b"\x02\x02" + path.read_bytes()[20:])
    path.chmod(0o444)
    assert read(path).source.rows == 3


def test_coded_values_arrive_as_codes(tmp_path: Path) -> None:
    path = rewritten(
        geopackage(tmp_path, buildings()),
        "CREATE TABLE gpkg_data_columns(table_name, column_name, name, title, description, mime_type,"
        " constraint_name)",
        "CREATE TABLE gpkg_data_column_constraints(constraint_name, constraint_type, value, min,"
        " min_is_inclusive, max, max_is_inclusive, description)",
        "CREATE TABLE IF NOT EXISTS gpkg_extensions(table_name, column_name, extension_name, definition,"
        " scope)",
        "INSERT INTO gpkg_extensions VALUES ('gpkg_data_columns', NULL, 'gpkg_schema', 'x', 'read-write'),"
        " ('gpkg_data_column_constraints', NULL, 'gpkg_schema', 'x', 'read-write')",
        "INSERT INTO gpkg_data_column_constraints(constraint_name, constraint_type, value, description)"
        " VALUES ('k', 'enum', '1', '住宅'), ('k', 'enum', '2', '商业')",
        "INSERT INTO gpkg_data_columns VALUES ('建筑', '层数', NULL, NULL, NULL, NULL, 'k')",
    )
    assert read(path).column("层数") == [0, 1, 2]


def _polygon(order: str, code: int, *, srid: bool = False) -> bytes:
    head = struct.pack(order + "BI", order == "<", code | (0x2000_0000 if srid else 0))
    numbers = [n for point in _TRIANGLE for n in point]
    return (
        head + (struct.pack(order + "I", 4490) if srid else b"") + struct.pack(order + "II8d", 1, 4, *numbers)
    )


def test_blobs_of_other_programs_become_iso_wkb_or_nothing(tmp_path: Path) -> None:
    nested = struct.pack("<BII", 1, 7, 1)
    point = struct.pack("<BIdd", 1, 1, 1.0, 2.0)
    blobs = {
        "big endian, as GeoServer writes": (_polygon(">", 3), _polygon("<", 3)),
        "EWKB of PostGIS": (_polygon("<", 3, srid=True), _polygon("<", 3)),
        "nested a little": (nested * 3 + point, nested * 3 + point),
        "nested without end": (nested * 100_000 + point, None),
        "a multipoint inside itself": (struct.pack("<BII", 1, 4, 1) * 100_000 + point, None),
        "a curve": (struct.pack("<BII6d", 1, 8, 3, 0, 0, 1, 1, 2, 0), None),
        "rings that are not there": (struct.pack("<BII", 1, 3, 0x7FFF_FFFF), None),
        "points that are not there": (struct.pack("<BII", 1, 2, 0xFFFF_FFFF), None),
        "something behind it": (_polygon("<", 3) + b"\x00", None),
        "nothing": (b"", None),
        "noise": (b"\x01" * 50, None),
    }
    path = rewritten(geopackage(tmp_path, buildings(12)), blobs=[blob for blob, _ in blobs.values()])
    found = read(path)
    assert dict(zip(blobs, found.column("geometry"), strict=False)) == {
        name: expected for name, (_, expected) in blobs.items()
    }
    rows = {remark.code: remark.rows for remark in found.remarks}
    assert rows == {"geometry-unsupported": (6, 11), "geometry-unreadable": (4, 5, 7, 8, 9)}


def test_text_that_is_not_utf8_is_told_and_absent(tmp_path: Path) -> None:
    gbk = "南山区".encode("gbk").hex()
    path = rewritten(
        geopackage(tmp_path, buildings(400)),
        f"""UPDATE "建筑" SET "名称" = CAST(x'{gbk}' AS TEXT) WHERE fid IN (2, 350)""",
    )
    found = read(path, limits=Limits(batch_rows=100))
    names = buildings(400).column("名称").to_pylist()
    names[1] = names[349] = None
    assert found.column("名称") == names
    (remark,) = found.remarks
    assert (remark.code, remark.rows, remark.count) == ("text-unreadable", (2, 350), 2)
    assert "名称" in remark.message.zh


def test_fewer_rows_than_the_file_says_is_no_success(tmp_path: Path) -> None:
    path = rewritten(geopackage(tmp_path, buildings(9)), "UPDATE gpkg_ogr_contents SET feature_count = 12")
    with pytest.raises(Unreadable, match=r"12 .* 9|9 .* 12") as raised:
        read(path)
    assert raised.value.code == "read-incomplete"


@pytest.mark.parametrize("call", ["load_extension('x')", "readfile('/etc/passwd')", "ogr_layer_Extent('x')"])
def test_functions_in_views_are_not_run(call: str, tmp_path: Path) -> None:
    path = rewritten(
        geopackage(tmp_path, buildings()),
        f"CREATE VIEW trap AS SELECT 1 AS id, {call} AS x",
        "INSERT INTO gpkg_contents(table_name, data_type, identifier) VALUES ('trap', 'attributes', 'trap')",
    )
    with pytest.raises(Unreadable) as raised:
        read(path, layer="trap")
    assert raised.value.code in {"read-damaged", "read-incomplete"}


def test_a_database_that_is_no_geopackage_is_said_to_be_none(tmp_path: Path) -> None:
    path = rewritten(tmp_path / "upload", "CREATE TABLE t(x)")
    with pytest.raises(Unreadable) as raised:
        read(path)
    assert raised.value.code in {"read-damaged", "layer-none"}
