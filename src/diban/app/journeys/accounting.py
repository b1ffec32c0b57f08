"""Accounts and keys: each change by whose duty it is, with its audit line."""

from __future__ import annotations

from datetime import datetime

from diban.app.wiring import Platform
from diban.governance import (
    ADMINISTRATORS,
    Account,
    Asker,
    Key,
    Permission,
    Role,
    find_key,
    hash_password,
    initial_password,
    issue_key,
    may,
    revoke_key,
)
from diban.ground import Conflict, Missing, Text, Unauthenticated
from diban.store import Unit, unit


def add_user(
    platform: Platform, login: str, name: str, party: str, roles: frozenset[Role], asker: Asker
) -> str:
    """A new account in a party; its initial password, told once."""
    made = enter_user(platform, login, Text(zh=name, en=name), party, roles, asker)
    if made is None:
        raise Conflict(Text(zh=f"登录名“{login}”已被使用", en=f"the login {login!r} is taken"), field="login")
    return made


def enter_user(
    platform: Platform, login: str, name: Text, party: str, roles: frozenset[Role], asker: Asker
) -> str | None:
    """The same, with the name in both languages; None where that very account is there already."""
    may(asker, Permission.MANAGE_ACCOUNTS)
    may_hand_out(asker, roles)
    made = initial_password()
    hashed = hash_password(made)
    with unit(platform.database) as act:
        found = platform.parties.find(act.connection, party)
        if found is None:
            raise Missing(Text(zh=f"没有登记机构“{party}”", en=f"no party is {party!r}"), field="party")
        known = platform.accounts.find(act.connection, login)
        if known is not None and (known.name, known.party, known.roles) == (name, found.id, roles):
            return None
        account = platform.accounts.add(act, login, name, found.id, roles, hashed)
        asker.by().note(act, "account.add", account.id, {"login": account.login})
    return made


def may_hand_out(asker: Asker, roles: frozenset[Role]) -> None:
    """Administrators are made by the security administrator alone, so that the three stay apart (三员)."""
    if roles & ADMINISTRATORS:
        may(asker, Permission.ASSIGN_ROLES)


def set_roles(platform: Platform, login: str, roles: frozenset[Role], asker: Asker) -> None:
    """Give an account these roles and no others."""
    may(asker, Permission.ASSIGN_ROLES)
    with unit(platform.database) as act:
        account = _account(platform, act, login)
        if account.roles == roles:
            return
        platform.accounts.assign(act, account.id, roles)
        asker.by().note(act, "account.roles", account.id, {"roles": ", ".join(sorted(roles))})
        platform.generation.bump(act)


def shut(platform: Platform, login: str, shut_out: bool, asker: Asker) -> None:
    """Close an account, which ends its sessions, or open it again."""
    may(asker, Permission.MANAGE_ACCOUNTS)
    with unit(platform.database) as act:
        account = _account(platform, act, login)
        if shut_out and account.id == asker.account:
            raise Conflict(
                Text(zh="不能停用自己的账号", en="nobody closes their own account"),
                field="login",
                remedy=Text(zh="请另一位系统管理员办理", en="ask another system administrator"),
            )
        if account.disabled is shut_out:
            return
        platform.accounts.set_disabled(act, account.id, shut_out)
        asker.by().note(act, "account.close" if shut_out else "account.open", account.id)
        platform.generation.bump(act)


def take_key(platform: Platform, key: str, asker: Asker) -> None:
    """Revoke an API key of a party that the asker acts for; it fails within a second everywhere.

    Revoking it again changes nothing. `Missing` for whoever may not know of it.
    """
    may(asker, Permission.ISSUE_KEYS, asker.party)
    with unit(platform.database) as act:
        held = find_key(act.connection, key)
        if held is None or not asker.allowed(Permission.ISSUE_KEYS, held.party):
            raise Missing(Text(zh="本机构没有这个密钥", en="the party has no such key"), field="key")
        if held.revoked_at is None:
            revoke_key(act, key)
            asker.by().note(act, "key.revoke", key)
            platform.generation.bump(act)


def new_password(platform: Platform, login: str, asker: Asker) -> str:
    """A fresh initial password for an account; its sessions end."""
    may(asker, Permission.MANAGE_ACCOUNTS)
    made = initial_password()
    hashed = hash_password(made)
    with unit(platform.database) as act:
        account = _account(platform, act, login)
        platform.accounts.set_password(act, account.id, hashed, own=False)
        asker.by().note(act, "account.password", account.id)
        platform.generation.bump(act)
    return made


def _account(platform: Platform, act: Unit, login: str) -> Account:
    account = platform.accounts.find(act.connection, login)
    if account is None:
        raise Missing(Text(zh=f"没有账号“{login}”", en=f"there is no account {login!r}"), field="login")
    return account


def new_key(platform: Platform, purpose: str, until: datetime, asker: Asker) -> str:
    """An API key for the asker's own party; its text, told once."""
    _, text = make_key(platform, purpose, until, asker)
    assert text is not None, "it is a new one"
    return text


def make_key(
    platform: Platform, purpose: str, until: datetime, asker: Asker, once: str | None = None
) -> tuple[Key, str | None]:
    """An API key for the asker's own party, and its text, which nothing but this answer holds.

    Asked again with the same word ``once``: the key that was made then, without its text.
    """
    if asker.account is None or asker.party is None:
        raise Unauthenticated(Text(zh="需要账号", en="an account is needed"), field="--as")
    may(asker, Permission.ISSUE_KEYS, asker.party)
    said = None if once is None else f"key:{asker.account}:{once}"
    with unit(platform.database) as act:
        before = None if said is None else act.done(said)
        if before is not None:
            known = find_key(act.connection, str(before["key"]))
            assert known is not None, "keys are never deleted"
            return known, None
        holder = platform.accounts.get(act.connection, asker.account)
        key, text = issue_key(act, holder, asker.party, purpose, until)
        asker.by().note(act, "key.issue", key.id, {"purpose": purpose[:200]})
        if said is not None:
            act.remember(said, {"key": key.id})
    return key, text
