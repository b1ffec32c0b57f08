"""Faulty rows of tables in the sender's format: nothing in them runs, and all comes back as it was."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diban.intake import MARKS, Places, open_upload, write_marked
from diban.intake.marked import csv as marked_csv
from diban.intake.marked import xlsx as marked_xlsx
from diban.intake.sandbox.reading import SourceLayer
from tests.intake.test_guard import TEXTS
from tests.intake.uploads import read, read_here

FORMULAS = [
    '=HYPERLINK("http://x")',
    "+86-755-1234",
    "@SUM(A1)",
    "-2+3|cmd",
    "\t=1",
    "'=kept",
    "-5",
    "-",
    "甲\n乙 ",
]
HEAD = ["编号", "=名称", "备注"]
ROWS = [[f"{number:03d}", text, None] for number, text in enumerate(FORMULAS, 1)]
SOURCE = SourceLayer("CSV", "登记", None, None, False, None, None)


def _marked(sent: Path, rows: int, folder: Path, header: bool = True, places: Places | None = None) -> Path:
    """All rows of a file, each with the same words beside it."""
    numbers = pa.array(range(1, rows + 1), pa.int64())
    marks = pa.table({"_row": numbers, **{name: ["=words; 词"] * rows for name in MARKS}})
    with open_upload(sent, header=header, places=places) as opened:
        return write_marked(opened, marks, folder / "faulty").path


def _csv(folder: Path, rows: Sequence[Sequence[str | None]]) -> Path:
    path = folder / "sent.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def _xlsx(folder: Path, rows: Sequence[Sequence[str | None]]) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "登记"
    for number, row in enumerate(rows, 1):
        for place, text in enumerate(row, 1):
            if text is not None:
                book.active.cell(number, place).value = text
                book.active.cell(number, place).data_type = "s"
    book.save(folder / "sent.xlsx")
    return folder / "sent.xlsx"


def test_a_csv_runs_nothing_and_comes_back(tmp_path: Path) -> None:
    sent = _csv(tmp_path, [HEAD, *ROWS])
    made = _marked(sent, len(ROWS), tmp_path)
    assert made.read_bytes().startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(made.read_text("utf-8-sig"), newline=""))
    assert head == ["编号", "'=名称", "备注", *MARKS]
    assert [row[1] for row in rows] == [
        *(f"'{text}" for text in FORMULAS[:6]), "-5", "-", "甲\n乙 "
    ]  # fmt: skip
    assert rows[0][3:] == ["'=words; 词"] * 4
    back, first = read(made), read(sent)
    for name in HEAD:
        assert back.column(name) == first.column(name)
    assert back.column("=名称") == FORMULAS
    assert [(one.code, one.severity, one.rows) for one in back.remarks if one.column == "=名称"] == [
        ("apostrophe-removed", "notice", (1, 2, 3, 4, 5, 6))
    ]
    assert {one.code for one in first.remarks} == {"encoding-detected", "apostrophe-kept"}


def test_a_spreadsheet_holds_texts_and_comes_back(tmp_path: Path) -> None:
    sent = _xlsx(tmp_path, [HEAD, *ROWS])
    made = _marked(sent, len(ROWS), tmp_path)
    assert made.suffix == ".xlsx"
    book = openpyxl.load_workbook(made)
    assert book.sheetnames == ["登记"]
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert {(cell.data_type, cell.number_format, cell.quotePrefix) for cell in cells} == {("s", "@", True)}
    with zipfile.ZipFile(made) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    assert [cell.value for cell in book.active[1]] == [*HEAD, *MARKS]
    assert [row[1].value for row in book.active.iter_rows(min_row=2)] == FORMULAS
    back = read(made)
    assert [back.column(name) for name in HEAD] == [read(sent).column(name) for name in HEAD]
    assert back.codes() == {"apostrophe-kept"}, "one was sent with an apostrophe, and keeps it"


_ROWS = st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6)


def _batch(rows: list[tuple[str | None, str | None]], kept: str) -> pa.RecordBatch:
    """The texts without control characters, of which only these may stand in the format; with marks."""
    texts = [
        ["".join(one for one in text or "" if one >= " " or one in kept) or None for text in row]
        for row in rows
    ]
    columns = {
        name: pa.array([row[place] for row in texts], pa.string()) for place, name in enumerate("甲乙")
    }
    return pa.record_batch(
        {"键": ["k"] * len(rows), **columns, **{name: ["="] * len(rows) for name in MARKS}}
    )


@settings(max_examples=80, deadline=None)
@given(rows=_ROWS)
def test_whatever_the_texts_are_a_csv_gives_them_back(
    rows: list[tuple[str | None, str | None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path, batch = tmp_path_factory.mktemp("csv") / "made.csv", _batch(rows, "\t\r\n")
    marked_csv.write(iter([batch]), batch.schema, SOURCE, path)
    back = read_here(path, encoding="UTF-8")
    assert [back.column(name) for name in "甲乙"] == [batch.column(name).to_pylist() for name in "甲乙"]


@settings(max_examples=40, deadline=None)
@given(rows=_ROWS)
def test_whatever_the_texts_are_a_spreadsheet_gives_them_back(
    rows: list[tuple[str | None, str | None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path, batch = tmp_path_factory.mktemp("xlsx") / "made.xlsx", _batch(rows, "\t\r\n")
    marked_xlsx.write(iter([batch]), batch.schema, SOURCE, path)
    back = read_here(path)
    assert [back.column(name) for name in "甲乙"] == [batch.column(name).to_pylist() for name in "甲乙"]


@pytest.mark.parametrize("write", [_csv, _xlsx])
def test_rows_without_a_header_come_back_under_names_by_position(write: object, tmp_path: Path) -> None:
    rows = [["001", "=1", "113.93", "22.53"], ["002", "b", "114.05", "22.54"]]
    places = Places("column 3", "column 4")
    sent = _csv(tmp_path, rows) if write is _csv else _xlsx(tmp_path, rows)
    made = _marked(sent, 2, tmp_path, header=False, places=places)
    for header in (True, False):  # the template that says so may stay as it is
        back = read(made, header=header, places=places)
        assert back.column("column 2") == ["=1", "b"]
        assert (back.column("_row"), back.wkt[0]) == ([1, 2], "POINT (113.93 22.53)")


def test_a_packed_table_comes_back_as_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "sent.zip", "w") as archive:
        archive.writestr("登记.csv", "a,b\n1,2\n")
    assert _marked(tmp_path / "sent.zip", 1, tmp_path).suffix == ".csv"


def test_a_sheet_has_a_name_and_texts_that_a_spreadsheet_takes(tmp_path: Path) -> None:
    batch = pa.record_batch({"a": ["\0\x01b", '<&>"\r\n ', None], **{name: ["x"] * 3 for name in MARKS}})
    for name, title in (("a/b[c]:*?\\" + "长" * 40, "a_b_c_____" + "长" * 21), ("", "rows"), ("'x'", "x")):
        source = SourceLayer("XLSX", name, None, None, False, None, None)
        marked_xlsx.write(iter([batch]), batch.schema, source, tmp_path / "made.xlsx")
        assert openpyxl.load_workbook(tmp_path / "made.xlsx").sheetnames == [title]
    assert read_here(tmp_path / "made.xlsx").column("a") == ["\ufffd\ufffdb", '<&>"\r\n ', None]
    assert [marked_xlsx._letters(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
