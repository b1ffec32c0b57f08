"""Who did something, or whose something is."""

from __future__ import annotations

from typing_extensions import TypedDict

from diban.share.shapes.told import told
from diban.share.shapes.words import Text


@told
class Person(TypedDict):
    """An account as documents name it; what the platform itself does stands under an id of its own."""

    id: str
    login: str
    name: Text
