"""The organisation tree and its accounts from a spreadsheet: all of it, or the faulty rows and nothing.

One row is a party, an account, or both. Columns, by their Chinese or English headings:

====================================  =========================================================
机构名称 party, 机构英文名称 party_en  the party; a row that only adds an account names no more of it
机构类别 kind                          a value or title of `PartyKind`
统一社会信用代码 code                   optional
上级机构 parent                        name or code of a party in a row above, or registered already
登录名 login, 姓名 name, 英文姓名 name_en  an account of this party; English names default to the Chinese
角色 roles                             values or titles of `Role`, separated by ; , or 、
====================================  =========================================================

The sheet only adds: a row equal to what is registered changes nothing, one that differs is faulty.
Sheets come from an administrator at the command line; an upload is opened in the sandbox instead.
"""

from __future__ import annotations

import csv
import re
import zlib
from dataclasses import dataclass, field, replace
from io import BytesIO, StringIO
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

import openpyxl
import sqlalchemy as sa

from diban.governance.accounts import Accounts, checked_login
from diban.governance.credit_code import check_credit_code
from diban.governance.parties import Parties, check_name
from diban.governance.party_closing import is_closed
from diban.governance.party_kind import PartyKind
from diban.governance.passwords import hash_password, initial_password
from diban.governance.roles import Role, check_roles
from diban.ground import Conflict, Fault, Invalid, Missing, PartyId, Text, TooLarge, require_storable
from diban.store import Database, Unit, reading

MOST_BYTES = 10_000_000
MOST_UNPACKED = 100_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 40
_LONGEST_CELL = 32_767
"""What a cell of a workbook holds at most."""
# What openpyxl, zipfile and expat raise on damaged or foreign files.
_UNREADABLE = (
    *(AttributeError, BadZipFile, EOFError, LookupError, OSError, ParseError, RuntimeError, TypeError),
    *(ValueError, zlib.error),
)
HEADINGS = {
    "机构名称": "party",
    "机构英文名称": "party_en",
    "机构类别": "kind",
    "统一社会信用代码": "code",
    "上级机构": "parent",
    "登录名": "login",
    "姓名": "name",
    "英文姓名": "name_en",
    "角色": "roles",
}


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row (1 is the heading) cannot be taken."""

    row: int
    column: str
    message: Text
    remedy: Text | None


@dataclass(frozen=True, slots=True)
class SheetParty:
    """A party of the sheet; ``id`` is None until it is registered, ``parent`` the parent's Chinese name."""

    name: Text
    kind: PartyKind
    code: str | None
    parent: str | None
    id: PartyId | None = None


@dataclass(frozen=True, slots=True)
class SheetAccount:
    """A new account of the sheet, with the initial password that is told once."""

    login: str
    name: Text
    party: str
    roles: frozenset[Role]
    password: str = field(default="", repr=False)
    hashed: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class OrganisationPlan:
    """What a sheet would add; nothing can be added while there are faults."""

    parties: tuple[SheetParty, ...]
    accounts: tuple[SheetAccount, ...]
    faults: tuple[RowFault, ...]


def plan_organisation(database: Database, content: bytes, filename: str) -> OrganisationPlan:
    """Read a ``.xlsx`` or ``.csv`` sheet against what is registered; writes nothing.

    `Invalid` when it is no such sheet. Makes the initial passwords, a tenth of a second each.
    """
    with reading(database) as connection:
        planner = _Planner(connection)
        for number, cells in _rows(content, filename):
            planner.take(number, cells)
    if planner.faults:
        return OrganisationPlan((), (), tuple(planner.faults))
    accounts = []
    for account in planner.accounts.values():
        password = initial_password()
        accounts.append(replace(account, password=password, hashed=hash_password(password)))
    return OrganisationPlan(tuple(planner.parties.values()), tuple(accounts), ())


def add_organisation(unit: Unit, plan: OrganisationPlan) -> None:
    """Add what the plan says, in one act; `Invalid` for a plan with faults."""
    if plan.faults:
        raise Invalid(
            Text(zh=f"表中有 {len(plan.faults)} 行有误", en=f"{len(plan.faults)} rows are faulty"),
            field="rows",
            limit=0,
            remedy=Text(zh="改正后重新导入", en="correct them and import again"),
        )
    ids: dict[str | None, PartyId | None] = {None: None}
    for party in plan.parties:
        ids[party.name.zh] = (
            party.id
            or Parties().add(unit, party.kind, party.name, code=party.code, parent=ids[party.parent]).id
        )
    for account in plan.accounts:
        home = ids[account.party]
        assert home is not None
        Accounts().add(unit, account.login, account.name, home, account.roles, account.hashed)


class _Planner:
    """Takes row after row; parties and accounts by name, in the order in which they can be added."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.parties: dict[str, SheetParty] = {}
        self._by_code: dict[str, SheetParty] = {}
        self.accounts: dict[str, SheetAccount] = {}
        self.faults: list[RowFault] = []

    def take(self, number: int, cells: dict[str, str]) -> None:
        try:
            for column, cell in cells.items():
                require_storable(cell, column)
            party = self._party(cells)
            self._account(cells, party)
        except Fault as fault:
            self.faults.append(RowFault(number, fault.field or "", fault.message, fault.remedy))

    def _party(self, cells: dict[str, str]) -> SheetParty:
        known = self._known(cells["party"])
        if known is not None and not any(cells[name] for name in ("party_en", "kind", "code", "parent")):
            return known
        said = SheetParty(
            name=Text(zh=cells["party"], en=cells["party_en"] or cells["party"]),
            kind=PartyKind.parse(cells["kind"], "kind"),
            code=cells["code"].upper() or None,
            parent=self._parent(cells["parent"]),
        )
        check_name(said.name, "party")
        if said.code is not None:
            check_credit_code(said.code)
            known = known or self._known(said.code)
        if known is not None and replace(known, id=None) != said:
            raise _differs("party", known.name.zh)
        return known or self._keep(said)

    def _parent(self, named: str) -> str | None:
        if not named:
            return None
        parent = self._known(named)
        if parent is None:
            raise Missing(
                Text(zh=f"没有上级机构“{named[:80]}”", en=f"there is no parent {named[:80]!r}"),
                field="parent",
                remedy=Text(zh="上级机构须在前面的行中", en="put the parent in a row above"),
            )
        return parent.name.zh

    def _known(self, named: str) -> SheetParty | None:
        """A party of a row above or of the register, by its name or code; registered ones are kept."""
        known = self.parties.get(named) or self._by_code.get(named)
        if known is not None or not named:
            return known
        found = Parties().find(self._connection, named)
        if found is None:
            return None
        if found.closed_at is not None:
            raise is_closed("party")
        parent = Parties().get(self._connection, found.parent).name.zh if found.parent else None
        return self._keep(SheetParty(found.name, found.kind, found.code, parent, found.id))

    def _keep(self, party: SheetParty) -> SheetParty:
        self.parties[party.name.zh] = party
        if party.code is not None:
            self._by_code[party.code] = party
        return party

    def _account(self, cells: dict[str, str], party: SheetParty) -> None:
        if not any(cells[name] for name in ("login", "name", "name_en", "roles")):
            return
        login = checked_login(cells["login"])
        name = Text(zh=cells["name"], en=cells["name_en"] or cells["name"])
        check_name(name)
        words = [word for word in re.split(r"[;,、；，]", cells["roles"]) if word.strip()]
        roles = frozenset(Role.parse(word, "roles") for word in words)
        check_roles(roles, party.kind)
        known = Accounts().find(self._connection, login)
        if known is None and login not in self.accounts:
            self.accounts[login] = SheetAccount(login, name, party.name.zh, roles)
        elif known is None or (known.party, known.name, known.roles) != (party.id, name, roles):
            raise _differs("login", login)


def _differs(column: str, named: str) -> Conflict:
    return Conflict(
        Text(zh=f"“{named}”与已有的不一致或重复", en=f"{named!r} differs from what is there, or is doubled"),
        field=column,
        limit="unique",
        remedy=Text(zh="表格只新增；改动请逐项办理", en="a sheet only adds; make changes one by one"),
    )


def _rows(content: bytes, filename: str) -> list[tuple[int, dict[str, str]]]:
    """Row number and cells by column, blank rows left out."""
    if len(content) > MOST_BYTES:
        raise _too_large(MOST_BYTES)
    table = _xlsx(content) if filename.casefold().endswith(".xlsx") else _csv(content)
    heading = [HEADINGS.get(cell, cell.casefold()) for cell in table[0]] if table else []
    named = [cell for cell in heading if cell]
    wrong = [cell for cell in named if cell not in HEADINGS.values()]
    if wrong or "party" not in named or len(set(named)) < len(named):
        raise _no_sheet(", ".join(wrong)[:80])
    if len(table) > MOST_ROWS:
        raise _too_large(MOST_ROWS)
    blank = dict.fromkeys(HEADINGS.values(), "")
    return [
        (number, {**blank, **dict(zip(heading, row, strict=False))})
        for number, row in enumerate(table[1:], start=2)
        if any(row)
    ]


def _xlsx(content: bytes) -> list[list[str]]:
    try:
        with ZipFile(BytesIO(content)) as packed:
            if sum(member.file_size for member in packed.infolist()) > MOST_UNPACKED:
                raise _too_large(MOST_UNPACKED)
        book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True)
        try:
            rows = book.worksheets[0].iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)
            return [[_cell(value) for value in row] for row in rows]
        finally:
            book.close()
    except _UNREADABLE as fault:
        raise _no_sheet(str(fault)[:80]) from fault


def _csv(content: bytes) -> list[list[str]]:
    try:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("gb18030")
        rows = [[cell.strip() for cell in row] for row in csv.reader(StringIO(text, newline=""))]
    except (UnicodeDecodeError, csv.Error) as fault:
        raise _no_sheet(str(fault)[:80]) from fault
    # The module's own limit is one for the whole process, and whoever reads tables may have raised it.
    if any(len(cell) > _LONGEST_CELL for row in rows for cell in row):
        raise _no_sheet(f"a cell of more than {_LONGEST_CELL} characters")
    return rows


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        Text(zh="表格过大", en="the sheet is too large"),
        field="file",
        limit=limit,
        remedy=Text(zh="拆成几份导入", en="import it in parts"),
    )


def _no_sheet(said: str) -> Invalid:
    return Invalid(
        Text(zh=f"不是机构账号表：{said}", en=f"not a sheet of parties and accounts: {said}"),
        field="heading",
        limit=", ".join([*HEADINGS, *HEADINGS.values()]),
        remedy=Text(
            zh="第一行写所列的列名，至少有“机构名称”", en="name the columns in row 1, at least 'party'"
        ),
    )
