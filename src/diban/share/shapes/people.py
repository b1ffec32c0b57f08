"""Accounts of people."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from diban.share.shapes.person import Person
from diban.share.shapes.told import told
from diban.share.shapes.words import Moment, PartyName, Titled


@told
class Member(Person):
    """An account with its roles; ``initial`` until the person has set a password of their own."""

    party: PartyName
    roles: list[Titled]
    state: Literal["open", "initial", "locked", "closed", "party_closed"]
    locked_until: Moment | None
    last_used: Moment | None


@told
class ChangedMember(Member):
    """An account as it was just changed."""

    password: str | None
    """The initial password, told this once."""


@told
class People(TypedDict):
    """A page of accounts; ``next`` is the login that leads on, ``roles`` are those there are."""

    people: list[Member]
    total: int
    next: str | None
    roles: list[Titled]
