"""Spreadsheets: text as text, dates as dates, and everything that people do to a sheet."""

from __future__ import annotations

import datetime
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.unreadable import Unreadable
from tests.intake.shapefiles import packed
from tests.intake.uploads import mutations, read, read_here


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


_SHEET, _SHARED = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
_INLINE = re.compile(rb't="inlineStr"><is><t[^>]*>([^<]*)</t></is></c>')


def _shared(path: Path) -> dict[str, bytes]:
    """The parts of a book with its texts where Excel keeps them."""
    content, texts = _parts(path), []

    def moved(cell: re.Match[bytes]) -> bytes:
        texts.append(cell[1])
        return b't="s"><v>%d</v></c>' % (len(texts) - 1)

    content[_SHEET] = _INLINE.sub(moved, content[_SHEET])
    rich = b"<si><r><t>%s</t></r><rPh><t>pinyin</t></rPh></si>"
    content[_SHARED] = b"<sst>" + b"".join(rich % text for text in texts) + b"</sst>"
    return content


def _book(folder: Path, **sheets: list[list[Any]]) -> tuple[openpyxl.Workbook, Path]:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(folder / "upload.xlsx")
    return book, folder / "upload.xlsx"


def test_cells_arrive_as_the_text_that_they_show(tmp_path: Path) -> None:
    book, path = _book(tmp_path, 楼=[["编码", "值", "日", "时", "是", "名称"]])
    sheet = book["楼"]
    sheet.append(
        [
            "0044",
            12.5,
            datetime.date(2024, 2, 29),
            datetime.datetime.fromisoformat("2024-01-31T08:30"),
            True,
            " 甲 ",
        ]
    )
    sheet.append([440305, 0.1 + 0.2, None, datetime.time(7, 5), False, "乙\n楼"])
    sheet["A3"].number_format = "00000000"
    sheet.append(["440305199001010011", -3, datetime.date(1900, 1, 2), None, None, None])
    book.save(path)
    found = read(path)
    assert (found.source.format, found.source.name, found.source.geometry_type) == ("XLSX", "楼", None)
    assert found.column("编码") == ["0044", "00440305", "440305199001010011"]
    assert found.column("值") == ["12.5", "0.3", "-3"]
    assert found.column("日") == ["2024-02-29", None, "1900-01-02"]
    assert found.column("时") == ["2024-01-31T08:30:00", "07:05:00", None]
    assert found.column("是") == ["TRUE", "FALSE", None]
    assert found.column("名称") == [" 甲 ", "乙\n楼", None]
    assert found.codes() == set()


def test_a_number_too_long_for_a_spreadsheet_is_already_damaged(tmp_path: Path) -> None:
    _, path = _book(
        tmp_path, a=[["id", "n"], ["440305199001010011", 1], [440305199001010011, 999999999999999]]
    )
    found = read_here(path)
    assert found.column("n") == ["1", "999999999999999"]
    assert [(remark.code, remark.rows, remark.severity) for remark in found.remarks] == [
        ("number-damaged", (2,), "error")
    ]


def test_sheets_are_layers(tmp_path: Path) -> None:
    rows = [["a", "b"], ["1", "2"]]
    book, path = _book(tmp_path, 楼=rows, 路=rows, Sheet3=[], 旧=rows)
    book["旧"].sheet_state = "hidden"
    book.save(path)
    with pytest.raises(Unreadable, match="楼, 路") as raised:
        read_here(path)
    assert raised.value.code == "layer-needed"
    assert read_here(path, layer="路").source.name == "路"
    assert read_here(path, layer="旧").codes() == {"sheet-hidden"}
    with pytest.raises(Unreadable) as raised:
        read_here(path, layer="Sheet3")
    assert raised.value.code == "layer-unknown"
    assert (
        read_here(packed(tmp_path, {"表.xlsx": path.read_bytes()}), layer="楼").source.format == "XLSX (ZIP)"
    )


def test_a_sheet_that_begins_with_empty_cells_is_found(tmp_path: Path) -> None:
    _, path = _book(tmp_path, 楼=[["a", "b"], ["1", "2"]], 路=[["c", "d"], ["3", "4"]])
    content = _parts(path)
    empty = "".join(
        f'<row r="{row}">' + "".join(f'<c r="{column}{row}" s="0"/>' for column in "ABCDEFGHIJ") + "</row>"
        for row in range(1, 500)
    )
    moved = content[_SHEET].decode().replace("<sheetData>", f"<sheetData>{empty}")
    moved = re.sub(r'(<row r="|<c r="[AB])([12])"(?=[^/]*>(?:<c|<v|<is))', r'\g<1>60\2"', moved)
    path = packed(tmp_path, content | {_SHEET: moved.encode()}, "late.xlsx")
    assert len(empty) > 1 << 16
    with pytest.raises(Unreadable, match="楼, 路") as raised:
        read_here(path)
    assert raised.value.code == "layer-needed"
    assert read_here(path, layer="楼").column("a") == ["1"]


def test_an_archive_whose_first_file_lies_in_a_folder_of_that_name_is_an_archive(tmp_path: Path) -> None:
    found = read_here(packed(tmp_path, {"xl/表.csv": b"a,b\n1,2\n"}))
    assert (found.source.format, found.column("a")) == ("CSV (ZIP)", ["1"])


def test_titles_merged_cells_and_cells_without_a_name_are_told(tmp_path: Path) -> None:
    rows = [["全市路灯一览表"], [], ["编号", "街道"], ["1", "东门"], ["2"], [], ["3", "南湖", "多"]]
    book, path = _book(tmp_path, a=rows)
    book["a"].merge_cells("A1:B1")
    book["a"].merge_cells("B4:B5")
    book["a"].row_dimensions[5].hidden = True
    book.save(path)
    found = read_here(path)
    assert (found.column("编号"), found.column("街道")) == (["1", "2", "3"], ["东门", None, "南湖"])
    assert found.column("_row") == [1, 2, 4]
    met = {remark.code: remark.rows for remark in found.remarks}
    assert met == {
        "rows-above-head": (1,),
        "cells-merged": (1,),
        "cells-beyond-head": (4,),
        "rows-hidden": (),
    }


def test_formulas_are_not_worked_out(tmp_path: Path) -> None:
    _, path = _book(tmp_path, a=[["a", "b"], ["1", "=1+1"], ["2", "=NA()"]])
    content, sheet = _parts(path), _SHEET
    # The library that writes it closes an empty element in its own way, lxml in another.
    text = re.sub(rb"<f>1\+1</f><v *(/>|></v>)", b"<f>1+1</f><v>2</v>", content[sheet])
    assert text != content[sheet]
    found = read_here(packed(tmp_path, content | {sheet: text}, "again.xlsx"))
    assert found.column("b") == ["2", None]
    assert {remark.code: remark.rows for remark in found.remarks} == {
        "formula-cached": (1,),
        "formula-empty": (2,),
    }


_NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=8)


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(st.tuples(_NAMES, _NAMES), min_size=1, max_size=5))
def test_text_that_was_written_is_read(
    rows: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    cells = [["甲", "乙"], *([f"x{first}", f"y{second}"] for first, second in rows)]
    book = openpyxl.Workbook()
    for number, row in enumerate(cells, 1):
        for place, value in enumerate(row, 1):
            book.active.cell(number, place, value)
    path = tmp_path_factory.mktemp("xlsx") / "upload.xlsx"
    book.save(path)
    found = read_here(path)
    assert [list(row) for row in zip(found.column("甲"), found.column("乙"), strict=True)] == cells[1:]


_BOMB = b"""<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "%s"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>"""


@pytest.mark.parametrize("part", [_SHARED, _SHEET, "xl/workbook.xml"])
def test_document_types_are_refused(part: str, tmp_path: Path) -> None:
    """T-XML: entities that expand, or that lead elsewhere."""
    _, path = _book(tmp_path, a=[["a", "b"], ["1", "2"]])
    content = _shared(path)
    body = content[part].partition(b"?>")[2] or content[part]
    hostile = packed(tmp_path, content | {part: _BOMB % b"expanded" + body}, "again.xlsx")
    with pytest.raises(Unreadable) as raised:
        read(hostile)
    assert raised.value.code == "xml-doctype"


def test_shared_texts_have_a_stated_limit(tmp_path: Path) -> None:
    _, path = _book(tmp_path, a=[["a", "b"], ["甲" * 1_000, "2"]])
    shared = packed(tmp_path, _shared(path), "again.xlsx")
    assert read_here(shared).column("a") == ["甲" * 1_000]
    with pytest.raises(Unreadable, match="XLSX") as raised:
        read(shared, limits=Limits(shared_texts=500))
    assert raised.value.code == "file-too-large"


def test_an_old_or_locked_file_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "upload.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
    with pytest.raises(Unreadable, match="xlsx") as raised:
        read_here(path)
    assert raised.value.code == "format-old"


def test_damage_ends_in_rows_or_a_clean_refusal(tmp_path: Path) -> None:
    """T-CORRUPT, past the archive's check sums."""
    _, path = _book(tmp_path, a=[["a", "b"], *([f"第{i}", i / 7] for i in range(20))])
    content = _shared(path)
    outcomes: set[str] = set()
    for part in (_SHEET, _SHARED, "xl/workbook.xml", "xl/styles.xml"):
        for damaged in mutations(content[part], 20, 3):
            try:
                read_here(packed(tmp_path, content | {part: damaged}, "damaged.xlsx"))
                outcomes.add("rows")
            except Unreadable as fault:
                outcomes.add(fault.code)
    assert outcomes <= {"rows", "read-damaged", "layer-none", "columns-too-many", "format-unknown"}
    assert "read-damaged" in outcomes


def test_parking_lots(test_data: Path) -> None:
    """A sheet without a head: its first row is taken for one, and what has no name is told."""
    (path,) = (test_data / "06_address_poi/Shenzhen_ParkingMap").rglob("park_no_repeat.xlsx")
    found = read(path)
    assert found.table.num_rows == 8_222
    assert found.codes() == {"cells-beyond-head"}
