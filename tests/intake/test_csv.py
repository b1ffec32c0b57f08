"""Tables as text: encodings, delimiters, ragged rows, quotes, and where their places stand."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from diban.intake.formats import quotes
from diban.intake.sandbox.reading import Places
from diban.intake.sandbox.unreadable import Unreadable
from tests.intake.uploads import Read, mutations, read, read_here

_TEXT = "编号,名称,经度,纬度\n001,南山区人民政府,113.93,22.53\n002,福田区,114.05,22.54\n"


def _read(folder: Path, text: str | bytes, **asked: object) -> Read:
    path = folder / "upload.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_here(path, **asked)  # type: ignore[arg-type]  # passed on


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_encoding_and_delimiter_are_told_by_the_content(
    encoding: str, delimiter: str, tmp_path: Path
) -> None:
    found = _read(tmp_path, _TEXT.replace(",", delimiter).encode(encoding))
    assert (found.source.format, found.source.rows, found.source.crs) == ("CSV", None, None)
    assert found.column("编号") == ["001", "002"]
    assert found.column("名称") == ["南山区人民政府", "福田区"]
    assert found.wkt == ["POINT (113.93 22.53)", "POINT (114.05 22.54)"]
    assert found.codes() - {"encoding-detected"} == {"places-taken"}


def test_through_the_sandbox_and_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "upload.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("停车场.csv", _TEXT.encode("gbk"))
    found = read(path)
    assert (found.source.format, found.source.name) == ("CSV (ZIP)", "停车场")
    assert found.column("编号") == ["001", "002"]
    assert found.column("_row") == [1, 2]
    path.write_bytes(_TEXT.encode("gbk"))
    assert read(path, encoding="GBK").codes() == {"places-taken"}


_CELLS = st.text(st.characters(codec="gb2312", exclude_characters="\0\r\ufffd", exclude_categories=["Cc"]))


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(_CELLS, _CELLS.map(lambda text: f"字{text}\n行")), min_size=1, max_size=8),
    encoding=st.sampled_from(["utf-8", "gb18030", "utf-16"]),
    delimiter=st.sampled_from([",", "\t", ";"]),
)
def test_what_was_written_is_read(
    rows: list[tuple[str, str]], encoding: str, delimiter: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([("甲列名称", "乙列名称"), *rows])
    found = _read(tmp_path_factory.mktemp("csv"), text.getvalue().encode(encoding))
    assert found.column("甲列名称") == [first or None for first, _ in rows]
    assert found.column("乙列名称") == [second for _, second in rows]


def test_ragged_rows_are_left_out_with_their_numbers(tmp_path: Path) -> None:
    found = _read(tmp_path, "a,b\n1,2\n3\n4,5\n6,7,8\n\n9,10\n")
    assert (found.column("a"), found.column("_row")) == (["1", "4", "9"], [1, 3, 5])
    ragged = [remark for remark in found.remarks if remark.code == "rows-ragged"]
    assert sorted(row for remark in ragged for row in remark.rows) == [2, 4]
    assert {remark.severity for remark in ragged} == {"error"}


@pytest.mark.parametrize(
    "text",
    [
        'id,name\n1,"abc\n2,def\n3,ghi\n',
        'id,name\n1,abc\n2,"def\n',
        'id,name\r\n1,a\r\n2,"b',
        'id;name\n1;"深圳\n2;福田\n',
    ],
)
def test_a_quote_that_is_never_closed_is_refused(text: str, tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-16"):
        with pytest.raises(Unreadable) as raised:
            _read(tmp_path, text.encode(encoding))
        assert raised.value.code == "quote-open"


def test_rows_that_a_missing_quote_has_swallowed_are_an_error(tmp_path: Path) -> None:
    found = _read(tmp_path, 'id,name,to\n0,z,z\n1,"abc,x\n2,def,x\n3,"ghi",x\n4,jkl,x\n')
    assert [(one.code, one.severity, one.rows, one.column) for one in found.remarks] == [
        ("rows-in-cell", "error", (2,), "name")
    ]


def test_cells_with_rows_are_told_also_where_quotes_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotes, "_MOST_STRICT", 10)
    found = _read(tmp_path, 'id,name\n1,"abc\n2,def\n3,ghi\n')
    assert [(one.code, one.severity, one.rows) for one in found.remarks] == [
        ("lines-in-cell", "warning", (1,))
    ]


def test_long_texts_between_quotes_are_no_error(tmp_path: Path) -> None:
    found = _read(tmp_path, 'id,note,to\n1,"东门, 二楼\n北门, 三楼\n",5" pipe\n2,"a\nb","""c"""\n')
    assert found.column("note") == ["东门, 二楼\n北门, 三楼\n", "a\nb"]
    assert found.column("to") == ['5" pipe', '"c"']
    assert [(one.code, one.rows) for one in found.remarks if one.severity == "warning"] == [
        ("lines-in-cell", (1,))
    ]
    assert "rows-in-cell" not in found.codes()


def test_inches_are_no_quotes(tmp_path: Path) -> None:
    found = _read(tmp_path, 'id,name\n1,5" pipe\n2,b\n')
    assert (found.column("name"), found.remarks) == (['5" pipe', "b"], ())


def test_a_polygon_may_be_longer_than_what_is_looked_at_for_the_delimiter(tmp_path: Path) -> None:
    ring = ",".join(f"113.{n:06} 22.{n:06}" for n in [*range(16_000), 0])
    found = _read(tmp_path, f'id,wkt\n1,"POLYGON(({ring}))"\n2,\n')
    assert found.column("id") == ["1", "2"]
    assert (found.wkt[0] or "").count(",") == 16_000


def test_quotes_line_breaks_and_blanks_stay(tmp_path: Path) -> None:
    found = _read(tmp_path, 'a,b\n"x, ""y""\nz", p \n,""\n')
    assert (found.column("a"), found.column("b")) == (['x, "y"\nz', None], [" p ", None])


def test_heads_are_made_different(tmp_path: Path) -> None:
    found = _read(tmp_path, "名称,名称,,_row,geometry\n1,2,3,4,5\n")
    assert found.table.column_names == ["名称", "名称_1", "field_1", "row_1", "geometry_1", "_row"]
    assert found.codes() >= {"column-doubled", "column-unnamed", "column-renamed"}


def test_codes_keep_their_zeros_and_damaged_ones_are_told(tmp_path: Path) -> None:
    found = _read(tmp_path, "code,id\n007,440305199001010011\n08,4.40305E+17\n")
    assert found.column("code") == ["007", "08"]
    assert [(remark.code, remark.rows) for remark in found.remarks] == [("number-damaged", (2,))]


@pytest.mark.parametrize("value", ["4.40305E+11", "4.4e+11", "1E+12", "-4.40305199001E+14", "9.9E+31"])
def test_long_numbers_that_a_spreadsheet_has_shortened_are_told(value: str, tmp_path: Path) -> None:
    found = _read(tmp_path, f"code,n\n1,a\n{value},b\n")
    assert [(one.code, one.rows, one.column) for one in found.remarks] == [("number-damaged", (2,), "code")]


def test_bytes_that_are_no_text_are_absent_and_told(tmp_path: Path) -> None:
    lines = ["名称,区", *[f"第{number}号楼,南山区" for number in range(50)]]
    for encoding in ("gbk", "utf-8"):
        content = "\n".join(lines).encode(encoding).replace("第7号".encode(encoding), b"\xff\xfe7")
        found = _read(tmp_path, content)
        assert found.column("名称")[7] is None
        assert found.column("区")[7] == "南山区"
        assert [remark.rows for remark in found.remarks if remark.code == "text-not-encoded"] == [(8,)]


@pytest.mark.parametrize(
    ("head", "value", "wkt"),
    [
        ("wkt", '"POINT (1 2)"', "POINT (1 2)"),
        ("geom", "SRID=4490;POINT Z (1 2 3)", "POINT Z (1 2 3)"),
        ("几何", '"POLYGON((0 0,0 1,1 1,0 0))"', "POLYGON ((0 0, 0 1, 1 1, 0 0))"),
        ("wkb", "0101000000000000000000F03F0000000000000040", "POINT (1 2)"),
        ("X", "1", None),
    ],
)
def test_places_are_found_by_well_known_names(head: str, value: str, wkt: str | None, tmp_path: Path) -> None:
    found = _read(tmp_path, f"code,{head}\n1,{value}\n2,\n")
    if wkt is None:
        assert (found.source.geometry_type, "geometry" in found.table.column_names) == (None, False)
        return
    assert found.wkt == [wkt, None]
    assert found.source.crs == ("EPSG:4490" if "SRID" in value else None)


def test_places_are_where_the_mapping_says(tmp_path: Path) -> None:
    text = "东,北,lon,lat\n1, +2.5 ,x,y\n,,,\na,4,0,0\n"
    found = _read(tmp_path, text, places=Places("东", "北"))
    assert found.wkt == ["POINT (1 2.5)", None, None]
    assert {remark.code: remark.rows for remark in found.remarks}["place-unreadable"] == (3,)
    assert "places-taken" not in found.codes()
    with pytest.raises(Unreadable, match="西") as raised:
        _read(tmp_path, text, places=Places("西", "北"))
    assert raised.value.code == "place-column-absent"


@pytest.mark.parametrize(
    "text", ["POINT (1", "POLYGON((0 0)", "x", "POINT (1 2) x", "GEOMETRYCOLLECTION(" * 5_000]
)
def test_text_that_is_no_geometry_costs_one(text: str, tmp_path: Path) -> None:
    found = _read(tmp_path, f'code,geometry\n1,POINT (1 2)\n2,"{text}"\n', places=Places(shape="geometry_1"))
    assert found.wkt == ["POINT (1 2)", None]
    assert {remark.rows for remark in found.remarks if remark.code == "place-unreadable"} == {(2,)}


def test_a_large_table_comes_in_batches(tmp_path: Path) -> None:
    path = tmp_path / "upload.csv"
    line = f"{'9' * 20},{'甲' * 200}\n"
    path.write_text("code,name\n" + line * 40_000, encoding="utf-8")
    found = read(path)
    assert found.table.num_rows == 40_000
    assert found.table.column("_row").num_chunks > 1
    assert found.column("_row") == list(range(1, 40_001))


def test_damage_ends_in_rows_or_a_clean_refusal(tmp_path: Path) -> None:
    """T-CORRUPT."""
    text = "编号,名称,wkt\n" + "".join(f'{i:03},"第{i}号,楼",POINT (1 {i})\n' for i in range(50))
    outcomes: set[str] = set()
    for content in mutations(text.encode("gbk"), 60, 7):
        try:
            outcomes.add("rows" if _read(tmp_path, content).table.num_rows <= 60 else "too many")
        except Unreadable as fault:
            outcomes.add(fault.code)
    assert outcomes <= {"rows", "read-damaged", "format-unknown", "encoding-unclear", "quote-open"}


def _with_srid(kind: str, srid: int) -> str:
    point = shapely.set_srid(shapely.Point(114, 22.5), srid)
    if kind == "hex":
        return str(shapely.to_wkb(point, hex=True, include_srid=srid > 0, flavor="extended"))
    return f"SRID={srid};{point.wkt}" if srid else str(point.wkt)


@pytest.mark.parametrize("kind", ["wkt", "hex"])
def test_one_srid_holds_for_all(kind: str, tmp_path: Path) -> None:
    def table(*srids: int) -> str:
        return "id,wkb\n" + "".join(f"{n},{_with_srid(kind, srid)}\n" for n, srid in enumerate(srids))

    found = _read(tmp_path, table(4490, 4490, 0))
    assert (found.source.crs, found.wkt) == ("EPSG:4490", ["POINT (114 22.5)"] * 3)
    assert _read(tmp_path, table(0, 0)).source.crs is None
    for srids in ((4490, 3857), (0, 4490), (4490, 0, 4326)):
        with pytest.raises(Unreadable) as raised:
            _read(tmp_path, table(*srids))
        assert raised.value.code == "place-crs-mixed"
        assert str(srids[-1]) in str(raised.value)
