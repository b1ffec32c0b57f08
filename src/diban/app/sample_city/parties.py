"""The made-up departments that deliver the sample city, as a sheet to import."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from diban.ground import Text


@dataclass(frozen=True, slots=True)
class Department:
    """A party: name, kind, credit code (made up, of the right form), and its accounts by role."""

    name: Text
    kind: str
    code: str
    accounts: tuple[tuple[str, Text, str], ...]


def _people(stem: str) -> tuple[tuple[str, Text, str], ...]:
    return (
        (f"{stem}.steward", Text("数据管理员", "Data steward"), "steward"),
        (f"{stem}.approver", Text("部门审核人", "Approver"), "approver"),
    )


PLANNING = Department(
    Text("澜湾市规划和自然资源局", "Lanwan Planning and Natural Resources Bureau"),
    "planning_bureau",
    "11449900MB9000015J",
    (
        *_people("planning"),
        ("planning.bureau", Text("空间数据处", "Spatial data division"), "planning_bureau"),
    ),
)
DATA = Department(
    Text("澜湾市政务服务和数据管理局", "Lanwan Data Bureau"),
    "data_bureau",
    "11449900MB9000023D",
    (("data.bureau", Text("数据资源处", "Data resources division"), "data_bureau"),),
)
CIVIL = Department(
    Text("澜湾市民政局", "Lanwan Civil Affairs Bureau"), "agency", "11449900MB90000318", _people("civil")
)
TRANSPORT = Department(
    Text("澜湾市交通运输局", "Lanwan Transport Bureau"), "agency", "11449900MB900004X0", _people("transport")
)
HOUSING = Department(
    Text("澜湾市住房和建设局", "Lanwan Housing and Construction Bureau"),
    "housing_bureau",
    "11449900MB90000580",
    _people("housing"),
)
MARKET = Department(
    Text("澜湾市市场监督管理局", "Lanwan Market Supervision Bureau"),
    "agency",
    "11449900MB9000066T",
    _people("market"),
)
DEPARTMENTS = (PLANNING, DATA, CIVIL, TRANSPORT, HOUSING, MARKET)

_HEADINGS = (
    *("机构名称", "机构英文名称", "机构类别", "统一社会信用代码", "上级机构"),
    *("登录名", "姓名", "英文姓名", "角色"),
)


def write_parties(path: Path) -> None:
    """The sheet: a row for each account, with its department."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(_HEADINGS)
        for part in DEPARTMENTS:
            for login, name, role in part.accounts:
                sheet.writerow(
                    [part.name.zh, part.name.en, part.kind, part.code, "", login, name.zh, name.en, role]
                )
