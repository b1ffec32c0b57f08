"""Sessions and API keys: who they stand for, until when, and what is kept of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from diban.governance.accounts import Account, Accounts
from diban.governance.asker import Via
from diban.governance.keys import authenticate_key, issue_key, keys_of, revoke_key
from diban.governance.last_use import touch
from diban.governance.party_kind import PartyKind
from diban.governance.party_tables import api_key, session
from diban.governance.roles import Permission, Role
from diban.governance.sessions import authenticate_session, close_session, open_session
from diban.ground import Invalid, Missing, PartyId, Unauthenticated, micros, now
from diban.store import Database, reading, unit
from tests.governance.people import add_account, add_party

DAY = timedelta(days=1)


@pytest.fixture
def steward(database: Database) -> Account:
    return add_account(database, "wang", add_party(database, "局").id, Role.STEWARD)


def ago(table: sa.Table, database: Database, column: str, time: timedelta) -> None:
    with unit(database) as act:
        act.connection.execute(sa.update(table).values({column: micros(now() - time)}))


def test_a_session_stands_for_its_account(database: Database, steward: Account) -> None:
    with unit(database) as act:
        token = open_session(act, steward.id)
    with reading(database) as connection:
        asker = authenticate_session(connection, token, "req_1")
        kept = connection.execute(sa.select(session)).one()
    assert (asker.account, asker.party, asker.roles) == (
        *(steward.id, steward.party, frozenset({Role.STEWARD})),
    )
    assert (asker.via, asker.request, asker.credential) == (Via.SESSION, "req_1", kept.id)
    assert not asker.touch_due
    assert len(token) >= 43
    assert token not in map(str, kept)
    with unit(database) as act:
        close_session(act, kept.id)
    with reading(database) as connection, pytest.raises(Unauthenticated):
        authenticate_session(connection, token, "req_1")


@pytest.mark.parametrize(("column", "time"), [("last_used", timedelta(minutes=30)), ("until", timedelta(0))])
def test_a_session_ends_idle_or_old(
    database: Database, steward: Account, column: str, time: timedelta
) -> None:
    with unit(database) as act:
        token = open_session(act, steward.id)
        span = act.connection.execute(sa.select(session.c.until - session.c.last_used)).scalar_one()
    assert span == timedelta(hours=12) // timedelta(microseconds=1)
    ago(session, database, column, time)
    with reading(database) as connection, pytest.raises(Unauthenticated):
        authenticate_session(connection, token, "req_1")


def test_the_last_use_is_written_once_a_minute(database: Database, steward: Account) -> None:
    with unit(database) as act:
        token = open_session(act, steward.id)
    ago(session, database, "last_used", timedelta(minutes=29))
    with reading(database) as connection:
        asker = authenticate_session(connection, token, "req_1")
    assert asker.touch_due
    with unit(database) as act:
        touch(act, asker)
    with reading(database) as connection:
        assert not authenticate_session(connection, token, "req_2").touch_due


def test_roles_taken_away_are_gone_at_the_next_request(database: Database, steward: Account) -> None:
    with unit(database) as act:
        token = open_session(act, steward.id)
        Accounts().assign(act, steward.id, frozenset())
    with reading(database) as connection:
        assert authenticate_session(connection, token, "req_1").roles == frozenset()


def test_a_key_acts_for_its_party_within_what_keys_may(database: Database, steward: Account) -> None:
    with unit(database) as act:
        key, text = issue_key(act, steward, steward.party, " nightly delivery ", now() + DAY)
    assert text.startswith(f"{key.id}_")
    with reading(database) as connection:
        asker = authenticate_key(connection, text, "req_1")
        kept = connection.execute(sa.select(api_key)).one()
        assert keys_of(connection, steward.party) == (key,)
    assert (asker.account, asker.party, asker.via, asker.credential) == (
        *(steward.id, steward.party, Via.KEY, key.id),
    )
    assert asker.touch_due
    assert asker.allowed(Permission.DELIVER, steward.party)
    assert not asker.allowed(Permission.ISSUE_KEYS, steward.party)
    assert not any(text.rsplit("_", 1)[1] in str(value) for value in kept)
    with unit(database) as act:
        touch(act, asker)
    with reading(database) as connection:
        assert not authenticate_key(connection, text, "req_2").touch_due


def test_a_key_that_is_wrong_ended_revoked_or_shut_is_refused(database: Database, steward: Account) -> None:
    with unit(database) as act:
        key, text = issue_key(act, steward, steward.party, "test", now() + DAY)
    last = "0" if text[-1] != "0" else "1"

    def refused(said: str) -> None:
        with reading(database) as connection, pytest.raises(Unauthenticated):
            authenticate_key(connection, said, "req_1")

    for wrong in ("", "dbk_", text[:-1] + last, text + "0", text.upper(), "dbk_" + "0" * 26 + text[30:]):
        refused(wrong)
    with unit(database) as act:
        Accounts().set_disabled(act, steward.id, True)
    refused(text)
    with unit(database) as act:
        Accounts().set_disabled(act, steward.id, False)
        revoke_key(act, key.id)
    refused(text)
    with reading(database) as connection:
        first = keys_of(connection, steward.party)[0].revoked_at
    with unit(database) as act:
        revoke_key(act, key.id)
        assert keys_of(act.connection, steward.party)[0].revoked_at == first
        _, other = issue_key(act, steward, steward.party, "test", now() + DAY)
    ago(api_key, database, "until", timedelta(0))
    refused(other)
    with pytest.raises(Missing), unit(database) as act:
        revoke_key(act, "dbk_0")


def test_a_developers_key_is_for_the_agency_it_builds_for(database: Database, steward: Account) -> None:
    firm = add_party(database, "公司", PartyKind.DEVELOPER)
    builder = add_account(database, "li.na", firm.id, Role.DEVELOPER)
    with unit(database) as act:
        _, text = issue_key(act, builder, steward.party, "permit system", now() + DAY)
    with reading(database) as connection:
        asker = authenticate_key(connection, text, "req_1")
    assert asker.party == steward.party
    assert asker.permissions() == {}


@pytest.mark.parametrize(
    ("party", "purpose", "days", "field"),
    [
        ("party_other", "test", 1, "party"),
        (None, " ", 1, "purpose"),
        (None, "x" * 501, 1, "purpose"),
        (None, "test", 0, "until"),
        (None, "test", 367, "until"),
    ],
)
def test_what_no_key_is_issued_for(
    database: Database, steward: Account, party: str | None, purpose: str, days: int, field: str
) -> None:
    chosen = PartyId(party) if party else steward.party
    with pytest.raises(Invalid) as refused, unit(database) as act:
        issue_key(act, steward, chosen, purpose, now() + days * DAY)
    assert refused.value.field == field
