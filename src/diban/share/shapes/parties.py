"""The tree of organisations."""

from __future__ import annotations

from typing_extensions import TypedDict

from diban.share.shapes.told import told
from diban.share.shapes.words import Moment, PartyName, Text, Titled


@told
class OnePartyName(TypedDict):
    """A name that a party has or had."""

    name: Text
    since: Moment
    until: Moment | None


@told
class Registered(PartyName):
    """A party with its kind, credit code and the party above it."""

    kind: Titled
    code: str | None
    parent: str | None
    closed_at: Moment | None
    """Since when it is closed; null for one that is open."""
    closed_why: str | None


@told
class PartyLine(Registered):
    """A party in the tree, with how many people and resources it has."""

    people: int
    resources: int
    grants: int | None
    """Valid grants to it; null to who does not see them."""


@told
class PartyDetail(Registered):
    """A party with every name that it has had."""

    names: list[OnePartyName]


@told
class Parties(TypedDict):
    """All parties, and the kinds there are."""

    parties: list[PartyLine]
    kinds: list[Titled]
