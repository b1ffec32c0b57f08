"""A first row that is data, told from one that names columns, by what stands below and what is declared."""

from __future__ import annotations

import pyarrow as pa
import pytest

from diban.ground import Code, Field, GeometryKind, Kind, Schema, Text
from diban.intake import seems_data, seems_names

_STATE = Field("state", Kind.TEXT, Text("状态", "State"), codes=(Code("good", Text("完好", "Good")),))
SCHEMA = Schema((Field("code", Kind.TEXT, Text("编号", "Code")), _STATE), GeometryKind.POINT)


def _below(*rows: list[str | None]) -> pa.RecordBatch:
    """Rows as a reader hands them over: their cells, then their number."""
    columns = [pa.array(values, pa.string()) for values in zip(*rows, strict=True)]
    numbers = pa.array(range(1, len(rows) + 1), pa.int64())
    names = [f"c{place}" for place in range(len(columns))]
    return pa.RecordBatch.from_arrays([*columns, numbers], [*names, "_row"])


LAMPS = [["L2", "坏", "8.5", "114.01"], ["L3", "好", "9", "114.02"]]


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        (["L1", "新", "8", "114.00"], LAMPS),
        (["L1", "坏", "", "114.00"], LAMPS),
        (["L1", "x", "+8", " 1.14e2 "], LAMPS),
        (["甲", "2024-05-01"], [["乙", "2024-05-02"], ["丙", "2024/6/3"]]),
        (["甲", "2024年5月1日"], [["乙", "2024年5月2日"]]),
        (["甲", "2024-05-01T08:00:00+08:00"], [["乙", "2024-05-02 09:30"]]),
        (["甲", "POINT (114 22.5)"], [["乙", "POINT (114 22.6)"]]),
        (["甲", "SRID=4490;POLYGON ((114 22,"], [["乙", "MULTIPOLYGON (((1 1, 2"]]),
        (["甲", "南山区"], [["乙", "福田区"], ["丙", "南山区"]]),  # names do not come again below
        (["建筑", "2005"], [["铺", "2010"], ["楼", "2005"]]),
        (["甲", "good"], [["乙", "bad"]]),  # a code that is declared
        (["0044", "甲"], [["0045", None]]),
    ],
)
def test_what_is_like_the_rows_below_seems_data(head: list[str], rows: list[list[str | None]]) -> None:
    assert seems_data(head, _below(*rows), SCHEMA)


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        (["编号", "情况", "高", "东"], LAMPS),
        (["名称", "类别"], [["甲", "一"], ["乙", "二"]]),
        (["甲", "乙", "丙"], [["x", "y", "z"]]),  # text over text: it cannot be told
        (["区", "2019", "2020", "2021"], [["南山", "12", "13", "15"]]),  # a column for each year
        (["区", "2019", "人口"], [["南山", "甲", "13"]]),
        (["", "", ""], [["1", "2", "3"]]),
        (["编号", "日期"], [["1", "2024-05-01"]]),
        (["编号", "1"], [["1", "字"]]),
    ],
)
def test_names_over_values_seem_none(head: list[str], rows: list[list[str | None]]) -> None:
    assert not seems_data(head, _below(*rows), SCHEMA)


def test_a_row_alone_speaks_by_its_numbers_and_codes() -> None:
    nothing = _below(["a", "b"]).slice(0, 0)
    assert seems_data(["L1", "114.05"], nothing, SCHEMA)
    assert seems_data(["L1", "good"], nothing, SCHEMA)
    assert not seems_data(["L1", "甲"], nothing, SCHEMA)


@pytest.mark.parametrize(
    ("cells", "names"),
    [
        (["Code", " STATE ", "备注"], True),
        (["编号", "状态"], True),
        (["code", "x", "y"], False),
        (["L1", "good"], False),
        ([None, ""], False),
        (["code", None, ""], True),
    ],
)
def test_names_are_known_by_half_of_them(cells: list[str | None], names: bool) -> None:
    assert seems_names(cells, ["code", "state", "编号", "状态"]) is names
