"""What a reader met on the way: no code is lost, each has its own remedy, and counts add up."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from diban.intake import Remark
from diban.intake.formats.reader import Remarks
from diban.intake.sandbox.remark import _KINDS
from tests.intake.uploads import read_here


def test_many_details_of_one_code_crowd_out_no_other() -> None:
    remarks = Remarks()
    for number in range(210):
        remarks.add("archive-ignored", f"{number}.txt")
    remarks.add_rows("rows-ragged", "1 ≠ 2", np.arange(1, 31))
    said = [Remark.from_json(one) for one in remarks.as_json()]
    ignored = [one for one in said if one.code == "archive-ignored"]
    assert (len(ignored), sum(one.count for one in ignored)) == (51, 210)
    assert [(one.code, one.count, len(one.rows)) for one in said[51:]] == [("rows-ragged", 30, 20)]


def test_a_ragged_row_is_told_beside_many_files(tmp_path: Path) -> None:
    path = tmp_path / "upload.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "id,name\n1,a\n2\n3,c\n")
        for number in range(210):
            archive.writestr(f"docs/{number}.txt", "x")
    found = read_here(path)
    assert found.column("id") == ["1", "3"]
    assert [one.rows for one in found.remarks if one.severity == "error"] == [(2,)]


def test_values_that_did_not_arrive_are_errors_and_each_remark_has_a_remedy() -> None:
    lost = {
        *("date-unreadable", "text-unreadable", "formula-error", "formula-empty", "column-unsupported"),
        *("number-overflow", "text-cut", "number-inexact", "text-not-encoded", "number-damaged"),
    }
    assert {code for code, kind in _KINDS.items() if kind.severity == "error"} >= lost
    for code, kind in _KINDS.items():
        assert kind.remedy.zh, code
        assert kind.remedy.en, code
        assert kind.words.zh.count("{") == kind.words.en.count("{") == 1 or code.startswith("geometry-"), code
