"""The organisation tree, names through time, and the credit code's check character."""

from __future__ import annotations

from datetime import timedelta

import pytest

from diban.governance.credit_code import check_credit_code
from diban.governance.parties import Parties
from diban.governance.party_kind import PartyKind
from diban.ground import Conflict, Invalid, Missing, PartyId, Text, now
from diban.store import Database, reading, unit
from tests.governance.people import add_party

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
