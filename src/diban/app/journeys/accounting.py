"""Accounts and keys: each change by whose duty it is, with its audit line."""

from __future__ import annotations

from datetime import datetime

from diban.app.wiring import Platform
from diban.governance import Asker, Permission, Role, hash_password, initial_password, issue_key, may
from diban.ground import Missing, Text, Unauthenticated
from diban.store import unit


def add_user(
    platform: Platform, login: str, name: str, party: str, roles: frozenset[Role], asker: Asker
) -> str:
    """A new account in a party; its initial password, told once."""
    may(asker, Permission.MANAGE_ACCOUNTS)
    made = initial_password()
    hashed = hash_password(made)
    with unit(platform.database) as act:
        found = platform.parties.find(act.connection, party)
        if found is None:
            raise Missing(Text(zh=f"没有登记机构“{party}”", en=f"no party is {party!r}"), field="party")
        account = platform.accounts.add(act, login, Text(zh=name, en=name), found.id, roles, hashed)
        asker.by().note(act, "account.add", account.id, {"login": login})
    return made


def new_password(platform: Platform, login: str, asker: Asker) -> str:
    """A fresh initial password for an account; its sessions end."""
    may(asker, Permission.MANAGE_ACCOUNTS)
    made = initial_password()
    hashed = hash_password(made)
    with unit(platform.database) as act:
        account = platform.accounts.find(act.connection, login)
        if account is None:
            raise Missing(Text(zh=f"没有账号“{login}”", en=f"there is no account {login!r}"), field="login")
        platform.accounts.set_password(act, account.id, hashed, own=False)
        asker.by().note(act, "account.password", account.id)
        platform.generation.bump(act)
    return made


def new_key(platform: Platform, purpose: str, until: datetime, asker: Asker) -> str:
    """An API key for the asker's own party; its text, told once."""
    if asker.account is None or asker.party is None:
        raise Unauthenticated(Text(zh="需要账号", en="an account is needed"), field="--as")
    may(asker, Permission.ISSUE_KEYS, asker.party)
    with unit(platform.database) as act:
        holder = platform.accounts.get(act.connection, asker.account)
        key, text = issue_key(act, holder, asker.party, purpose, until)
        asker.by().note(act, "key.issue", key.id, {"purpose": purpose[:200]})
    return text
