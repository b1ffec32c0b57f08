"""Accounts, passwords and the way in."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from statistics import median

import pytest
import sqlalchemy as sa

from diban.governance import passwords
from diban.governance.accounts import Account, Accounts, Attempt, Outcome, log_in
from diban.governance.asker import Via
from diban.governance.parties import Party
from diban.governance.party_kind import PartyKind
from diban.governance.party_tables import account
from diban.governance.passwords import check_password, hash_password, initial_password, matches
from diban.governance.roles import Role
from diban.governance.sessions import authenticate_session, open_session
from diban.ground import Conflict, Invalid, Unauthenticated, micros, now
from diban.store import Database, Unit, reading, unit
from tests.governance.people import PASSWORD, add_account, add_party

ACCOUNTS = Accounts()


@pytest.fixture
def agency(database: Database) -> Party:
    return add_party(database, "住房建设局", PartyKind.HOUSING_BUREAU)


class Door:
    """Logs in and keeps what was told to the audit."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.seen: list[Attempt] = []

    def knock(self, login: str, password: str = PASSWORD) -> Account | None:
        def record(_: Unit, attempt: Attempt) -> None:
            self.seen.append(attempt)

        try:
            return log_in(self.database, login, password, record)
        except Unauthenticated:
            return None

    def outcomes(self) -> list[str]:
        return [attempt.outcome.value for attempt in self.seen]


def test_an_account_is_let_in_under_any_writing_of_its_login(database: Database, agency: Party) -> None:
    made = add_account(database, "Wang.Wei", agency.id, Role.STEWARD, Role.APPROVER)
    assert (made.login, made.must_change, made.party) == ("wang.wei", True, agency.id)
    door = Door(database)
    assert door.knock(" WANG.ｗｅｉ ") == made
    assert door.seen == [Attempt("wang.wei", made.id, Outcome.ACCEPTED)]


def test_five_failures_lock_it_and_time_opens_it_again(database: Database, agency: Party) -> None:
    made = add_account(database, "wang", agency.id)
    door = Door(database)
    for _ in range(5):
        assert door.knock("wang", "wrong") is None
    assert door.knock("wang") is None
    assert door.outcomes() == ["wrong"] * 5 + ["locked"]
    with reading(database) as connection:
        locked = ACCOUNTS.get(connection, made.id).locked_until
    assert locked is not None
    assert timedelta(minutes=14) < locked - now() <= timedelta(minutes=15)
    with unit(database) as act:
        act.connection.execute(sa.update(account).values(locked_until=micros(now())))
    assert door.knock("wang") is not None
    with reading(database) as connection:
        assert ACCOUNTS.get(connection, made.id).locked_until is None


def test_guessing_in_parallel_does_not_get_more_tries(database: Database, agency: Party) -> None:
    add_account(database, "wang", agency.id)
    door = Door(database)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: door.knock("wang", "wrong"), range(7)))
    assert sorted(door.outcomes()) == ["locked"] * 2 + ["wrong"] * 5


def test_an_unknown_login_takes_as_long_and_says_the_same(database: Database, agency: Party) -> None:
    add_account(database, "wang", agency.id)
    door = Door(database)
    door.knock("warm", "wrong")

    def seconds(login: str) -> float:
        started = time.process_time()
        with pytest.raises(Unauthenticated) as refused:
            log_in(database, login, "wrong", lambda _, attempt: door.seen.append(attempt))
        spent = time.process_time() - started
        said.add(str(refused.value))
        return spent

    said: set[str] = set()
    known, unknown = [median(seconds(login) for _ in range(4)) for login in ("wang", "nobody")]
    assert 0.4 < known / unknown < 2.5
    assert len(said) == 1
    assert door.seen[-1] == Attempt("nobody", None, Outcome.UNKNOWN)


def test_a_disabled_account_is_shut_with_its_sessions(database: Database, agency: Party) -> None:
    made = add_account(database, "wang", agency.id, Role.STEWARD)
    door = Door(database)
    with unit(database) as act:
        token = open_session(act, made.id)
        ACCOUNTS.set_disabled(act, made.id, True)
    assert door.knock("wang") is None
    assert door.outcomes() == ["disabled"]
    with unit(database) as act:
        with pytest.raises(Unauthenticated):
            ACCOUNTS.asker(act.connection, made.id, Via.COMMAND, "req_1")
        ACCOUNTS.set_disabled(act, made.id, False)
        with pytest.raises(Unauthenticated):
            authenticate_session(act.connection, token, "req_1")
    assert door.knock("wang") is not None


def test_a_new_password_ends_sessions_and_the_need_to_change(database: Database, agency: Party) -> None:
    made = add_account(database, "wang", agency.id)
    with unit(database) as act:
        token = open_session(act, made.id)
        ACCOUNTS.set_password(act, made.id, hash_password("another long password"), own=True)
    with reading(database) as connection, pytest.raises(Unauthenticated):
        authenticate_session(connection, token, "req_1")
    door = Door(database)
    assert door.knock("wang") is None
    found = door.knock("wang", "another long password")
    assert found is not None
    assert not found.must_change


def test_roles_are_replaced_and_held_against_the_party(database: Database, agency: Party) -> None:
    made = add_account(database, "wang", agency.id, Role.STEWARD)
    with unit(database) as act:
        assert ACCOUNTS.assign(act, made.id, frozenset({Role.APPROVER})).roles == {Role.APPROVER}
    with pytest.raises(Invalid), unit(database) as act:
        ACCOUNTS.assign(act, made.id, frozenset({Role.DATA_BUREAU}))
    with reading(database) as connection:
        asker = ACCOUNTS.asker(connection, made.id, Via.COMMAND, "req_1")
        assert [each.login for each in ACCOUNTS.list(connection, agency.id)] == ["wang"]
    assert (asker.roles, asker.party, asker.reach) == (
        *(frozenset({Role.APPROVER}), agency.id, frozenset({agency.id})),
    )
    assert (asker.by().actor, asker.by().party, asker.by().request_id) == (made.id, agency.id, "req_1")


def test_a_login_is_given_once_and_is_plain(database: Database, agency: Party) -> None:
    add_account(database, "wang", agency.id)
    with pytest.raises(Conflict):
        add_account(database, "WANG", agency.id)
    for login in ("", "ab", "王伟", "-wang", "wang wei", "w" * 65):
        with pytest.raises(Invalid):
            add_account(database, login, agency.id)


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("twelve signs", True),
        ("eleven sign", False),
        ("Ten-letter", True),
        ("ten-letter", False),
        ("Nine-9999", False),
        ("密码必须足够长才可以用的", True),
        ("I am wang.wei today", False),
        ("I am WANG.WEI today", False),
        ("x" * 128, True),
        ("x" * 129, False),
    ],
)
def test_the_rule_of_passwords(password: str, good: bool) -> None:
    if good:
        check_password(password, "wang.wei")
        return
    with pytest.raises(Invalid) as refused:
        check_password(password, "wang.wei")
    assert refused.value.remedy is not None
    assert password not in str(refused.value)


def test_hashes_are_argon2id_and_the_decoy_is_as_costly() -> None:
    made = hash_password("ＡＢＣ a long password")
    assert made.startswith("$argon2id$")
    assert matches("ABC a long password", made)
    assert not matches("ABC a long password!", made)
    assert not matches("", None)
    assert passwords._DECOY.split("$")[:4] == made.split("$")[:4]


def test_initial_passwords_meet_the_rule() -> None:
    made = {initial_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        check_password(password, "wang")
