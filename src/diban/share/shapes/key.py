"""API keys."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from diban.share.shapes.person import Person
from diban.share.shapes.told import told
from diban.share.shapes.words import Moment, PartyName


@told
class Key(TypedDict):
    """An API key without its text."""

    id: str
    purpose: str
    state: Literal["valid", "ended", "revoked", "closed"]
    """``closed``: the party is closed for which it acts."""
    account: Person
    party: PartyName
    created_at: Moment
    until: Moment
    last_used: Moment | None
    revoked_at: Moment | None
    calls: int
    """Answers given to it in the days that the list counts."""


@told
class IssuedKey(Key):
    """A key as it was just issued."""

    text: str | None
    """Told this once; null where the same request issued it before."""


@told
class KeyList(TypedDict):
    """Keys of a party and those below it."""

    days: int
    keys: list[Key]
