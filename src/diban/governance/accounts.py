"""Accounts: persons who act for a party, their roles, and the way in with a password."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from diban.governance.asker import Asker, Via
from diban.governance.parties import Parties, check_name
from diban.governance.party_closing import any_closed, refuse_closed
from diban.governance.party_tables import account, account_role, insert_new, session
from diban.governance.passwords import check_password, hash_password, matches
from diban.governance.roles import Role, check_roles
from diban.ground import (
    AccountId,
    Conflict,
    Invalid,
    Missing,
    PartyId,
    Text,
    Unauthenticated,
    instant,
    micros,
    new_id,
    now,
)
from diban.store import Database, Unit, reading, unit

MOST_FAILURES = 5
LOCKED = timedelta(minutes=15)
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{2,63}")


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account; ``must_change`` until they have set a password of their own."""

    id: AccountId
    login: str
    name: Text
    party: PartyId
    roles: frozenset[Role]
    must_change: bool
    disabled: bool
    locked_until: datetime | None


class Outcome(StrEnum):
    """How an attempt to log in ended; the person is only told whether it was accepted."""

    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    WRONG = "wrong"
    LOCKED = "locked"
    DISABLED = "disabled"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to log in, for the audit; ``account`` is None for a login nobody has."""

    login: str
    account: AccountId | None
    outcome: Outcome


class Accounts:
    """The register of accounts. Who may change it is asked of `may` beforehand."""

    def add(
        self, unit: Unit, login: str, name: Text, party: PartyId, roles: frozenset[Role], hashed: str
    ) -> Account:
        """Add an account with the hash of an initial password, which its person must change."""
        login = checked_login(login)
        check_name(name)
        check_roles(roles, Parties().get(unit.connection, party).kind)
        refuse_closed(unit, party)
        made = AccountId(new_id("account"))
        values = {
            "id": made,
            "login": login,
            "zh": name.zh.strip(),
            "en": name.en.strip(),
            "party": party,
            "password": hashed,
            "must_change": 1,
            "disabled": 0,
            "failures": 0,
            "created_at": micros(now()),
        }
        if not insert_new(unit.connection, account, values):
            raise Conflict(
                Text(zh=f"登录名“{login}”已被使用", en=f"the login {login!r} is taken"),
                field="login",
                limit="unique",
                remedy=Text(zh="换一个登录名", en="choose another login"),
            )
        self._keep_roles(unit, made, roles)
        return self.get(unit.connection, made)

    def assign(self, unit: Unit, account_id: AccountId, roles: frozenset[Role]) -> Account:
        """Replace an account's roles; sessions and keys follow at their next request."""
        known = self.get(unit.connection, account_id)
        check_roles(roles, Parties().get(unit.connection, known.party).kind)
        unit.connection.execute(sa.delete(account_role).where(account_role.c.account == account_id))
        self._keep_roles(unit, account_id, roles)
        return self.get(unit.connection, account_id)

    def set_password(self, unit: Unit, account_id: AccountId, hashed: str, *, own: bool) -> None:
        """Store a new hash and end all sessions; ``own`` when the person chose it themselves."""
        self._change(
            unit, account_id, password=hashed, must_change=int(not own), failures=0, locked_until=None
        )
        self._end_sessions(unit, account_id)

    def set_disabled(self, unit: Unit, account_id: AccountId, disabled: bool) -> None:
        """Shut an account with its sessions and keys, or open it again (the sessions stay ended)."""
        self._change(unit, account_id, disabled=int(disabled))
        self._end_sessions(unit, account_id)

    def get(self, connection: sa.Connection, account_id: AccountId) -> Account:
        """The account of that id; `Missing` when there is none."""
        found = self._accounts(connection, account.c.id == account_id)
        if not found:
            raise Missing(Text(zh="没有这个账号", en="there is no such account"), field="account")
        return found[0]

    def find(self, connection: sa.Connection, login: str) -> Account | None:
        """The account of a login, None when there is none."""
        found = self._accounts(connection, account.c.login == folded_login(login))
        return found[0] if found else None

    def list(self, connection: sa.Connection, party: PartyId | None = None) -> Sequence[Account]:
        """All accounts, or those of a party, by login."""
        return self._accounts(connection, sa.true() if party is None else account.c.party == party)

    def asker(
        self,
        connection: sa.Connection,
        account_id: AccountId,
        via: Via,
        request: str,
        *,
        party: PartyId | None = None,
        credential: str | None = None,
        touch_due: bool = False,
    ) -> Asker:
        """The account as one who asks, with its present roles; `Unauthenticated` when it is shut, or its
        party or the one acted for is closed."""
        known = self.get(connection, account_id)
        if known.disabled:
            raise Unauthenticated(Text(zh="账号已停用", en="the account is disabled"), field="account")
        acting = party or known.party
        if any_closed(connection, acting, known.party):
            raise Unauthenticated(Text(zh="所属机构已注销", en="its party is closed"), field="party")
        reach = Parties().reach(connection, acting)
        must_change = known.must_change and via is Via.SESSION
        return Asker(account_id, acting, known.roles, reach, via, request, credential, touch_due, must_change)

    def _change(self, unit: Unit, account_id: AccountId, **values: str | int | None) -> None:
        changed = unit.connection.execute(
            sa.update(account).where(account.c.id == account_id).values(**values)
        )
        if changed.rowcount == 0:
            raise Missing(Text(zh="没有这个账号", en="there is no such account"), field="account")

    def _end_sessions(self, unit: Unit, account_id: AccountId) -> None:
        mine = sa.and_(session.c.account == account_id, session.c.revoked_at.is_(None))
        unit.connection.execute(sa.update(session).where(mine).values(revoked_at=micros(now())))

    def _keep_roles(self, unit: Unit, account_id: AccountId, roles: frozenset[Role]) -> None:
        rows = [{"account": account_id, "role": role.value} for role in sorted(roles)]
        if rows:
            unit.connection.execute(sa.insert(account_role), rows)

    def _accounts(self, connection: sa.Connection, where: sa.ColumnElement[bool]) -> tuple[Account, ...]:
        rows = connection.execute(sa.select(account).where(where).order_by(account.c.login)).all()
        held: dict[str, set[Role]] = {row.id: set() for row in rows}
        roles = sa.select(account_role).join(account).where(where)
        for row in connection.execute(roles):
            held[row.account].add(Role(row.role))
        return tuple(_account(row, frozenset(held[row.id])) for row in rows)


def log_in(database: Database, login: str, password: str, record: Callable[[Unit, Attempt], None]) -> Account:
    """The account of a login and its password; every attempt goes to ``record`` in its own act.

    Raises `Unauthenticated` without saying why: login unknown, password wrong, account disabled, its
    party closed, or locked for 15 minutes after 5 failures. All of these take the same time, and the
    password is checked outside any transaction.
    """
    login = folded_login(login)
    with reading(database) as connection:
        seen = connection.execute(sa.select(account).where(account.c.login == login)).first()
    right = matches(password, None if seen is None else seen.password)
    with unit(database) as act:
        attempt = _settle(act, login, seen, right)
        record(act, attempt)
        if attempt.outcome is Outcome.ACCEPTED and attempt.account is not None:
            return Accounts().get(act.connection, attempt.account)
    raise _refused(
        "login",
        Text(zh="登录名或密码不对，或账号已锁定", en="wrong login or password, or the account is locked"),
    )


def change_password(
    database: Database, account_id: AccountId, old: str, new: str, record: Callable[[Unit, Attempt], None]
) -> Account:
    """Set a password of the person's own choice, which ends all their sessions.

    The present one is asked for, and wrong ones count as failures of logging in do. `Invalid` when
    the new one breaks the rule or is the present one. Both are hashed outside any transaction.
    """
    with reading(database) as connection:
        seen = connection.execute(sa.select(account).where(account.c.id == account_id)).one()
    check_password(new, seen.login)
    if new == old:
        raise Invalid(Text(zh="新密码与现密码相同", en="the new password is the present one"), field="new")
    right = matches(old, seen.password)
    hashed = hash_password(new) if right else ""
    with unit(database) as act:
        attempt = _settle(act, seen.login, seen, right)
        record(act, attempt)
        if attempt.outcome is Outcome.ACCEPTED:
            Accounts().set_password(act, account_id, hashed, own=True)
            return Accounts().get(act.connection, account_id)
    raise _refused(
        "password",
        Text(zh="现密码不对，或账号已锁定", en="wrong present password, or the account is locked"),
    )


def _refused(field: str, words: Text) -> Unauthenticated:
    return Unauthenticated(
        words,
        field=field,
        limit=MOST_FAILURES,
        remedy=Text(
            zh="连续 5 次失败将锁定 15 分钟；请稍后再试或联系系统管理员",
            en="five failures lock it for 15 minutes; wait, or ask the system administrator",
        ),
    )


def checked_login(login: str) -> str:
    """The login as it is kept; `Invalid` when it is none."""
    folded = folded_login(login)
    if not _LOGIN.fullmatch(folded):
        raise Invalid(
            Text(zh=f"登录名不可用：{login[:80]}", en=f"not usable as a login: {login[:80]}"),
            field="login",
            limit="3..64",
            remedy=Text(zh="3–64 位字母、数字或 . _ @ -", en="3 to 64 letters, digits or . _ @ -"),
        )
    return folded


def folded_login(login: str) -> str:
    """A login as it is compared: width and case do not count."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def _settle(act: Unit, login: str, seen: sa.Row[Any] | None, right: bool) -> Attempt:
    """Count the attempt on the account as it is now: a parallel guess may have locked it meanwhile."""
    if seen is None:
        return Attempt(login[:80], None, Outcome.UNKNOWN)
    query = sa.select(account).where(account.c.id == seen.id).with_for_update()
    present, moment = act.connection.execute(query).one(), micros(now())
    values: dict[str, int | None] = {}
    if present.disabled:
        outcome = Outcome.DISABLED
    elif any_closed(act.connection, PartyId(present.party)):
        outcome = Outcome.CLOSED
    elif present.locked_until is not None and present.locked_until > moment:
        outcome = Outcome.LOCKED
    elif right and present.password == seen.password:
        outcome, values = Outcome.ACCEPTED, {"failures": 0, "locked_until": None}
    elif present.failures + 1 < MOST_FAILURES:
        outcome, values = Outcome.WRONG, {"failures": present.failures + 1}
    else:
        locked_until = moment + LOCKED // timedelta(microseconds=1)
        outcome, values = Outcome.WRONG, {"failures": 0, "locked_until": locked_until}
    if values:
        act.connection.execute(sa.update(account).where(account.c.id == seen.id).values(**values))
    return Attempt(login, AccountId(seen.id), outcome)


def _account(row: sa.Row[Any], roles: frozenset[Role]) -> Account:
    return Account(
        id=AccountId(row.id),
        login=row.login,
        name=Text(zh=row.zh, en=row.en),
        party=PartyId(row.party),
        roles=roles,
        must_change=bool(row.must_change),
        disabled=bool(row.disabled),
        locked_until=None if row.locked_until is None else instant(row.locked_until),
    )
