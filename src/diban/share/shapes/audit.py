"""The audit's lines, and the proof of its chain."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict

from diban.share.shapes.person import Person
from diban.share.shapes.told import told
from diban.share.shapes.words import Day, Moment, PartyName


@told
class AuditEntry(TypedDict):
    """An act on record; ``position`` is its place in the chain, null until it is sealed."""

    id: str
    position: int | None
    at: Moment
    actor: Person
    party: PartyName | None
    act: str
    subject: str
    request: str
    detail: dict[str, Any]


@told
class AuditPage(TypedDict):
    """Lines of these days, newest first; ``next`` is the id that leads on."""

    since: Day
    until: Day
    lines: list[AuditEntry]
    next: str | None


@told
class ChainBreak(TypedDict):
    """Where the chain is not whole, from one position to another."""

    kind: str
    first: int
    last: int
    line: str | None
    home: int | None


@told
class Verification(TypedDict):
    """What reading the whole chain again has shown; ``more`` when further breaks are not listed."""

    whole: bool
    lines: int
    head: int | None
    breaks: list[ChainBreak]
    more: bool
    at: Moment
    seconds: float
