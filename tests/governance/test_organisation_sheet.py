"""The organisation tree and accounts from a spreadsheet: whole, or the faulty rows and nothing."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

import openpyxl
import pytest

from diban.governance.accounts import Accounts, log_in
from diban.governance.organisation_sheet import (
    HEADINGS,
    MOST_BYTES,
    MOST_ROWS,
    OrganisationPlan,
    add_organisation,
    plan_organisation,
)
from diban.governance.parties import Parties
from diban.governance.party_kind import PartyKind
from diban.governance.roles import Role
from diban.ground import Conflict, Invalid, Text, TooLarge
from diban.store import Database, reading, unit

Table = list[list[str | int | float | None]]
CODE = "91350100M000100Y43"
SHEET: Table = [
    [
        "机构名称",
        "机构英文名称",
        "机构类别",
        "统一社会信用代码",
        "上级机构",
        "登录名",
        "姓名",
        "英文姓名",
        "角色",
    ],
    [
        "规划局",
        "Planning Bureau",
        "planning_bureau",
        CODE,
        None,
        "zhao",
        "赵一",
        "Zhao Yi",
        "planning_bureau",
    ],
    ["空间中心", "Spatial Centre", "空间地理信息中心", None, "规划局", "qian", "钱二", None, "系统管理员"],
    [None] * 9,
    ["规划局", None, None, None, None, "Sun", "孙三", "Sun San", "数据管理员、approver"],
    ["福田区", "Futian", "district", None, CODE, None, None, None, None],
]


def as_csv(table: Table, encoding: str = "utf-8") -> bytes:
    out = StringIO()
    csv.writer(out).writerows(table)
    return out.getvalue().encode(encoding)


def as_xlsx(table: Table) -> bytes:
    book, out = openpyxl.Workbook(), BytesIO()
    for row in table:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def plan(database: Database, table: Table) -> OrganisationPlan:
    return plan_organisation(database, as_csv(table), "sheet.csv")


def add(database: Database, made: OrganisationPlan) -> None:
    with unit(database) as act:
        add_organisation(act, made)


def english(table: Table) -> Table:
    return [[HEADINGS[str(heading)].upper() for heading in table[0]], *table[1:]]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (as_xlsx(SHEET), "organisation.XLSX"),
        (as_xlsx(english(SHEET)), "organisation.xlsx"),
        (as_csv(SHEET), "organisation.csv"),
        (as_csv(english(SHEET), "utf-8-sig"), "organisation.csv"),
        (as_csv(SHEET, "gb18030"), "organisation.csv"),
    ],
)
def test_a_sheet_brings_the_tree_and_its_people(database: Database, content: bytes, name: str) -> None:
    made = plan_organisation(database, content, name)
    assert made.faults == ()
    add(database, made)
    with reading(database) as connection:
        parties = {party.kind: party for party in Parties().list(connection)}
        accounts = Accounts().list(connection)
    bureau, centre = parties[PartyKind.PLANNING_BUREAU], parties[PartyKind.SPATIAL_CENTRE]
    assert (bureau.name, bureau.kind, bureau.code) == (
        *(Text(zh="规划局", en="Planning Bureau"), PartyKind.PLANNING_BUREAU, CODE),
    )
    assert (centre.parent, parties[PartyKind.DISTRICT].parent) == (bureau.id, bureau.id)
    assert [(account.login, account.party, account.must_change) for account in accounts] == [
        ("qian", centre.id, True),
        ("sun", bureau.id, True),
        ("zhao", bureau.id, True),
    ]
    assert accounts[1].roles == {Role.STEWARD, Role.APPROVER}
    assert accounts[0].name == Text(zh="钱二", en="钱二")


def test_the_initial_password_opens_the_account_and_is_not_shown_by_chance(database: Database) -> None:
    made = plan(database, SHEET)
    add(database, made)
    one = made.accounts[0]
    assert log_in(database, one.login, one.password, lambda _, attempt: None).login == "zhao"
    assert one.password not in repr(made)


def test_the_same_sheet_again_adds_nothing(database: Database) -> None:
    add(database, plan(database, SHEET))
    again = plan(database, SHEET)
    assert (again.faults, again.accounts) == ((), ())
    assert all(party.id for party in again.parties)
    add(database, again)
    with reading(database) as connection:
        assert len(Parties().list(connection)) == 3
    more = plan(database, [*SHEET, ["福田区", None, None, None, None, "li.si", "李四", None, "district"]])
    add(database, more)
    with reading(database) as connection:
        assert len(Accounts().list(connection)) == 4


def test_a_cell_with_nul_is_a_faulty_row(database: Database) -> None:
    heading, bureau = SHEET[0], SHEET[1]
    table: Table = [
        heading,
        bureau,
        ["教育\0局", *bureau[1:]],
        ["规划局", *[None] * 4, "li\0si", "李四", None, "steward"],
    ]
    faults = plan(database, table).faults
    assert [(fault.row, fault.column) for fault in faults] == [(3, "party"), (4, "login")]
    assert all("U+0000" in fault.message.en for fault in faults)


def test_every_faulty_row_is_named_and_nothing_is_added(database: Database) -> None:
    wrong: Table = [
        ["教育局", "Education", "ministry", None, None, None, None, None, None],
        ["卫健委", "Health", "agency", "123", None, None, None, None, None],
        ["街道办", "Street", "agency", None, "没有的机构", None, None, None, None],
        ["规划局", None, None, None, None, "王伟", "王伟", None, "steward"],
        ["规划局", None, None, None, None, "zhao", "另一人", None, "steward"],
        ["规划局", None, None, None, None, "wu.wu", "吴五", None, "emperor"],
        ["福田区", None, None, None, None, "wu.wu", "吴五", None, "data_bureau"],
        ["规划局", "Another name", "planning_bureau", CODE, None, None, None, None, None],
        [None, None, None, None, None, "wu.wu", "吴五", None, "steward"],
        ["规划局", None, None, None, None, "wu.wu", None, None, "steward"],
        ["规划局", None, None, None, None, None, "吴五", None, "steward"],
    ]
    made = plan(database, [*SHEET, *wrong])
    first = len(SHEET) + 1
    assert [(fault.row - first, fault.column) for fault in made.faults] == [
        *((0, "kind"), (1, "code"), (2, "parent"), (3, "login"), (4, "login"), (5, "roles")),
        *((6, "roles"), (7, "party"), (8, "kind"), (9, "name"), (10, "login")),
    ]
    assert all(fault.message.zh and fault.message.en and fault.remedy for fault in made.faults)
    assert (made.parties, made.accounts) == ((), ())
    with pytest.raises(Invalid):
        add(database, made)
    with reading(database) as connection:
        assert Parties().list(connection) == ()


def test_a_sheet_that_differs_from_the_register_is_faulty(database: Database) -> None:
    add(database, plan(database, SHEET))
    moved: Table = [SHEET[0], ["福田区", "Futian", "district", None, None, None, None, None, None]]
    other: Table = [SHEET[0], ["福田区", None, None, None, None, "zhao", "赵一", "Zhao Yi", "district"]]
    assert [fault.column for fault in plan(database, moved).faults] == ["party"]
    assert [fault.column for fault in plan(database, other).faults] == ["login"]


def test_an_act_that_fails_midway_adds_nothing(database: Database) -> None:
    made = plan(database, SHEET)
    only: Table = [SHEET[0], ["规划局", "Planning Bureau", "planning_bureau", *[None] * 6]]
    add(database, plan(database, only))
    with pytest.raises(Conflict):
        add(database, made)
    with reading(database) as connection:
        assert len(Parties().list(connection)) == 1
        assert Accounts().list(connection) == ()


XLSX = as_xlsx(SHEET)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.csv"),
        (b"", "a.xlsx"),
        (b"PK\x03\x04 not a book", "a.xlsx"),
        (XLSX[: len(XLSX) // 2], "a.xlsx"),
        (as_csv([["colour"], ["red"]]), "a.csv"),
        (as_csv([["party", "party"], ["a", "b"]]), "a.csv"),
        (as_csv([["login"], ["a"]]), "a.csv"),
        (b"\xff\xff\xff,\xff", "a.csv"),
        (b'party\n"' + b"x" * 200_000, "a.csv"),
    ],
)
def test_what_is_no_such_sheet(database: Database, content: bytes, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        plan_organisation(database, content, name)
    assert refused.value.limit is not None


@pytest.mark.parametrize(
    "content", [b"x" * (MOST_BYTES + 1), b"party\n" + b"a\n" * MOST_ROWS], ids=["bytes", "rows"]
)
def test_a_sheet_has_limits(database: Database, content: bytes) -> None:
    with pytest.raises(TooLarge):
        plan_organisation(database, content, "a.csv")


def test_damaged_books_are_refused_cleanly(database: Database) -> None:
    """Or read as if nothing were, where the damage bears no word of the sheet."""
    refused = 0
    for place in range(0, len(XLSX), 331):
        damaged = bytearray(XLSX)
        damaged[place] ^= 0x5A
        try:
            made = plan_organisation(database, bytes(damaged), "a.xlsx")
        except Invalid:
            refused += 1
        else:
            assert (len(made.parties), len(made.accounts), made.faults) == (3, 3, ()), place
    assert refused > 8
