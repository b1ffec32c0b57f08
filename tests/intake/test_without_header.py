"""Tables whose first row is data: columns by position, and row 1 is row 1."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from diban.intake import MARKS
from diban.intake.formats import xlsx_sheet
from diban.intake.sandbox.reading import Places
from diban.intake.sandbox.unreadable import Unreadable
from tests.intake.uploads import Read, read, read_here

ROWS = [["001", "南山区人民政府", "113.93", "22.53"], ["002", "福田区", "114.05", "22.54"]]
WHERE = Places("column 3", "column 4")


def _csv(folder: Path, rows: list[list[str]], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path = folder / "upload.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def _xlsx(folder: Path, rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "upload.xlsx")
    return folder / "upload.xlsx"


@pytest.mark.parametrize("write", [_csv, _xlsx])
def test_the_first_row_is_row_1(write: Any, tmp_path: Path) -> None:
    path = write(tmp_path, ROWS)
    found = read(path, places=WHERE, header=False)
    assert [found.column(f"column {place}") for place in (1, 2)] == [["001", "002"], [row[1] for row in ROWS]]
    assert found.column("_row") == [1, 2]
    assert found.wkt == ["POINT (113.93 22.53)", "POINT (114.05 22.54)"]
    assert (found.source.head, found.source.places) == ((), ("column 3", "column 4"))
    assert found.codes() <= {"encoding-detected"}
    named = read_here(path)
    assert (named.column("_row"), named.source.head) == ([1], tuple(ROWS[0]))
    assert named.column("001") == ["002"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_in_any_encoding_and_with_any_delimiter(encoding: str, delimiter: str, tmp_path: Path) -> None:
    found = read_here(_csv(tmp_path, ROWS, encoding, delimiter), header=False)
    assert found.column("column 2") == [row[1] for row in ROWS]
    assert found.codes() <= {"encoding-detected"}


def test_in_an_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "upload.zip", "w") as archive:
        archive.write(_csv(tmp_path, ROWS), "停车场.csv")
    assert read(tmp_path / "upload.zip", header=False).column("column 1") == ["001", "002"]


def test_rows_that_are_left_out_of_a_csv_have_their_numbers(tmp_path: Path) -> None:
    found = read_here(
        _csv(tmp_path, [["1", "2"], ["3"], ["4", "5"], ["6", "7", "8"], ["9", "10"]]), header=False
    )
    assert (found.column("column 1"), found.column("_row")) == (["1", "4", "9"], [1, 3, 5])
    assert sorted(row for remark in found.remarks for row in remark.rows) == [2, 4]


def test_rows_of_a_sheet_have_the_numbers_of_the_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for place, value in {"B2": "甲", "A4": 440305199001010011, "D4": "乙"}.items():
        book.active[place] = value
    book.save(tmp_path / "upload.xlsx")
    found = read_here(tmp_path / "upload.xlsx", header=False)
    assert found.column("_row") == [2, 4]
    assert (found.column("column 2"), found.column("column 4")) == (["甲", None], [None, "乙"])
    assert [(remark.code, remark.rows) for remark in found.remarks] == [("number-damaged", (4,))]


def test_a_title_is_data_too(tmp_path: Path) -> None:
    found = read_here(_xlsx(tmp_path, [["路灯一览"], *ROWS]), header=False)
    assert found.column("column 1") == ["路灯一览", "001", "002"]
    assert found.codes() == set()


def test_cells_of_columns_that_begin_late_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_sheet, "_LOOKED_AT", 2)
    found = read_here(_xlsx(tmp_path, [["1", "2"], ["3", "4"], ["5", "6", "7"]]), header=False)
    assert [(one.code, one.rows, one.severity) for one in found.remarks] == [
        ("cells-beyond-first", (3,), "error")
    ]


@pytest.mark.parametrize("write", [_csv, _xlsx])
@pytest.mark.parametrize("marks", [MARKS, ()])
def test_names_that_were_given_by_position_are_names_again(
    write: Any, marks: tuple[str, ...], tmp_path: Path
) -> None:
    names = [f"column {place}" for place in range(1, 5)]
    more = ["x"] * len(marks)
    path = write(tmp_path, [[*names, *marks], *([*row, *more] for row in ROWS)])
    for header in (True, False):
        found = read_here(path, places=WHERE, header=header)
        assert (found.column("column 1"), found.column("_row")) == (["001", "002"], [1, 2])
        assert found.codes() <= {"encoding-detected"}
        assert [name for name in found.table.column_names if not name.startswith("_")] == [*names, "geometry"]


def test_what_was_given_back_has_a_header_whatever_is_said(tmp_path: Path) -> None:
    path = _csv(tmp_path, [["编号", "名称", "经度", "纬度", *MARKS], *([*row, *MARKS] for row in ROWS)])
    assert read_here(path, header=False).column("编号") == ["001", "002"]


@pytest.mark.parametrize("rows", [[], [["", ""]]])
def test_an_empty_sheet_is_none(rows: list[list[str]], tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as raised:
        read_here(_xlsx(tmp_path, rows), header=False)
    assert raised.value.code == "layer-none"


def test_formats_that_name_their_columns_go_on_as_ever(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":1},"geometry":null}]}'
    )
    found: Read = read(path, header=False)
    assert (found.column("a"), found.source.head) == ([1], None)


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    for write in (_csv, _xlsx):
        with pytest.raises(Unreadable) as raised:
            read_here(write(tmp_path, [["1"] * 1001]), header=False)
        assert raised.value.code == "columns-too-many"
