"""What the installation is, who is asking, and whether it works."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from diban.share.shapes.components import FLAGS
from diban.share.shapes.told import told
from diban.share.shapes.words import Bbox, PartyName, Text


@told
class Account(TypedDict):
    """Who is signed in, or whose key it is."""

    login: str
    name: Text
    party: PartyName
    roles: list[str]
    permissions: list[str]
    """What the account may do, as the platform's matrix of roles has it."""
    must_change: bool
    """True until the person has set a password of their own: nothing else is answered before."""


@told
class Area(TypedDict):
    """Where the city lies."""

    bbox: Bbox


@told
class Platform(TypedDict):
    """What this installation is; ``account`` is null for nobody."""

    name: Text
    version: str
    engine: str
    area: Area
    account: Account | None


@told
class Alive(TypedDict):
    """The process answers."""

    alive: Literal[True]


Session = Account | None
"""Who is signed in; null for nobody."""
Parts = FLAGS
"""Whether each part works."""
