"""A made-up city's parties and accounts."""

from __future__ import annotations

from functools import cache

from diban.governance.accounts import Account, Accounts
from diban.governance.parties import Parties, Party
from diban.governance.party_kind import PartyKind
from diban.governance.passwords import hash_password
from diban.governance.roles import Role
from diban.ground import PartyId, Text
from diban.store import Database, unit

PASSWORD = "a long enough password"


@cache
def hashed() -> str:
    """The hash of `PASSWORD`, made once."""
    return hash_password(PASSWORD)


def add_party(
    database: Database, name: str, kind: PartyKind = PartyKind.AGENCY, parent: Party | None = None
) -> Party:
    """A party below another."""
    with unit(database) as act:
        return Parties().add(act, kind, Text(zh=name, en=name), parent=parent.id if parent else None)


def add_account(database: Database, login: str, party: PartyId, *roles: Role) -> Account:
    """An account with `PASSWORD`."""
    with unit(database) as act:
        return Accounts().add(act, login, Text(zh=login, en=login), party, frozenset(roles), hashed())
