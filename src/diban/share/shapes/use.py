"""Who read how much of what."""

from __future__ import annotations

from typing_extensions import TypedDict

from diban.share.shapes.told import told
from diban.share.shapes.words import Day, Text, Titled


@told
class UseLine(TypedDict):
    """One sum of the record of use: answers given and refused, features and bytes in the former."""

    of: str
    title: Text
    calls: int
    refused: int
    rows: int
    bytes: int


@told
class Use(TypedDict):
    """The sums, and those of each day; ``whole`` when they are over everybody's use."""

    by: Titled
    since: Day
    until: Day
    whole: bool
    lines: list[UseLine]
    days: list[UseLine]
