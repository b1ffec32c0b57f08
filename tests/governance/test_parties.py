"""The organisation tree, names through time, and the credit code's check character."""

from __future__ import annotations

from datetime import timedelta

import pytest

from diban.governance import (
    Accounts,
    Attempt,
    By,
    Grants,
    Outcome,
    Role,
    Via,
    any_closed,
    authenticate_key,
    authenticate_session,
    close_party,
    issue_key,
    log_in,
    open_session,
    plan_organisation,
    refuse_closed,
    reopen_party,
)
from diban.governance.credit_code import check_credit_code
from diban.governance.parties import Parties
from diban.governance.party_kind import PartyKind
from diban.ground import (
    Conflict,
    Invalid,
    LayerId,
    LayerScope,
    Missing,
    PartyId,
    Text,
    Unauthenticated,
    now,
)
from diban.store import Database, Generation, reading, unit
from tests.governance.people import PASSWORD, add_account, add_party

PARTIES = Parties()
CODE = "91350100M000100Y43"  # the example of GB 32100-2015


def test_a_name_holds_for_its_time(database: Database) -> None:
    made = add_party(database, "政务服务数据管理局", PartyKind.DATA_BUREAU)
    before, since = now(), now() + timedelta(days=30)
    with unit(database) as act:
        PARTIES.rename(act, made.id, Text(zh="数据局", en="Data Bureau"), since)
    with reading(database) as connection:
        assert PARTIES.get(connection, made.id, before).name.zh == "政务服务数据管理局"
        assert PARTIES.get(connection, made.id, since).name.zh == "数据局"
        names = PARTIES.names(connection, made.id)
        assert [(name.name.en, name.until) for name in names] == [
            ("政务服务数据管理局", since),
            ("Data Bureau", None),
        ]
        assert PARTIES.list(connection, before - timedelta(days=1)) == ()
    with pytest.raises(Invalid), unit(database) as act:
        PARTIES.rename(act, made.id, Text(zh="旧", en="old"), before)


def test_names_and_codes_are_given_once(database: Database) -> None:
    with unit(database) as act:
        first = PARTIES.add(act, PartyKind.AGENCY, Text(zh="甲", en="A"), code=CODE)
    with reading(database) as connection:
        assert PARTIES.find(connection, CODE) == PARTIES.find(connection, "甲") == first
        assert PARTIES.find(connection, "乙") is None
    with pytest.raises(Conflict), unit(database) as act:
        PARTIES.add(act, PartyKind.AGENCY, Text(zh="甲", en="A"))
    with pytest.raises(Conflict), unit(database) as act:
        PARTIES.add(act, PartyKind.AGENCY, Text(zh="乙", en="B"), code=CODE)
    with pytest.raises(Missing), unit(database) as act:
        PARTIES.add(act, PartyKind.AGENCY, Text(zh="丙", en="C"), parent=PartyId("party_0"))


def test_the_tree_is_followed_down_and_up_but_not_into_a_district(database: Database) -> None:
    top = add_party(database, "市")
    bureau = add_party(database, "局", parent=top)
    centre = add_party(database, "中心", PartyKind.SPATIAL_CENTRE, bureau)
    district = add_party(database, "区", PartyKind.DISTRICT, top)
    office = add_party(database, "区局", parent=district)
    with reading(database) as connection:
        assert PARTIES.reach(connection, top.id) == {top.id, bureau.id, centre.id}
        assert PARTIES.reach(connection, district.id) == {district.id, office.id}
        assert PARTIES.reach(connection, office.id) == {office.id}
        assert PARTIES.lineage(connection, centre.id) == {bureau.id, top.id}
        assert PARTIES.lineage(connection, top.id) == frozenset()


@pytest.mark.parametrize(
    "code", ["", CODE[:17], CODE[:17] + "4", "91350100M000100I43", CODE.lower(), CODE + "0"]
)
def test_what_is_no_credit_code(code: str) -> None:
    with pytest.raises(Invalid):
        check_credit_code(code)


def test_every_change_of_one_sign_is_found() -> None:
    check_credit_code(CODE)
    for place in range(18):
        for sign in "0123456789ABCDEFGHJKLMNPQRTUWXY":
            if sign != CODE[place]:
                with pytest.raises(Invalid):
                    check_credit_code(CODE[:place] + sign + CODE[place + 1 :])


@pytest.mark.parametrize("name", ["", "  ", "长" * 121])
def test_a_party_has_a_name(database: Database, name: str) -> None:
    with pytest.raises(Invalid):
        add_party(database, name)


def test_what_is_closed_is_left_out_of_what_is_granted_from_above(database: Database) -> None:
    top = add_party(database, "市")
    bureau = add_party(database, "局", parent=top)
    office = add_party(database, "所", parent=bureau)
    with unit(database) as act:
        close_party(act, bureau.id, "order 12")
        for closed in (bureau.id, office.id, top.id):
            assert any_closed(act.connection, closed) == (closed == bureau.id)
        with pytest.raises(Conflict):
            refuse_closed(act, bureau.id)
        refuse_closed(act, office.id)
    with reading(database) as connection:
        assert PARTIES.lineage(connection, office.id) == {top.id}
        assert PARTIES.reach(connection, top.id) == {top.id, bureau.id, office.id}
        seen = PARTIES.get(connection, bureau.id)
        assert (seen.closed_why, seen.closed_at is not None, seen.name.zh) == ("order 12", True, "局")
    with pytest.raises(Conflict), unit(database) as act:
        PARTIES.add(act, PartyKind.AGENCY, Text(zh="科", en="section"), parent=bureau.id)
    with unit(database) as act:
        reopen_party(act, bureau.id)
    with reading(database) as connection:
        assert PARTIES.lineage(connection, office.id) == {top.id, bureau.id}


def test_nobody_signs_in_or_is_granted_anything_for_a_closed_party(database: Database) -> None:
    made = add_party(database, "局")
    holder = add_account(database, "someone", made.id, Role.STEWARD)
    with unit(database) as act:
        token = open_session(act, holder.id)
        text = issue_key(act, holder, made.id, "tests", now() + timedelta(days=1))[1]
        close_party(act, made.id, "order 12")
    attempts: list[Attempt] = []
    with pytest.raises(Unauthenticated):
        log_in(database, "someone", PASSWORD, lambda _act, attempt: attempts.append(attempt))
    assert [one.outcome for one in attempts] == [Outcome.CLOSED]
    with reading(database) as connection:
        with pytest.raises(Unauthenticated):
            authenticate_session(connection, token, "r")
        with pytest.raises(Unauthenticated):
            authenticate_key(connection, text, "r")
        with pytest.raises(Unauthenticated):
            Accounts().asker(connection, holder.id, Via.COMMAND, "r")
    with pytest.raises(Conflict), unit(database) as act:
        issue_key(act, holder, made.id, "tests", now() + timedelta(days=1))
    with pytest.raises(Conflict), unit(database) as act:
        Grants(Generation(database)).give(
            act,
            By("someone", "", "r"),
            party=made.id,
            layer=LayerId("lyr_roads"),
            limits=LayerScope(),
            purpose="tests",
            basis="tests",
        )
    sheet = "机构名称,登录名,姓名,角色\n局,other,别人,steward\n"
    (fault,) = plan_organisation(database, sheet.encode(), "x.csv").faults
    assert (fault.row, fault.column) == (2, "party")
