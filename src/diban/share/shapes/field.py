"""A declared field of a layer."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from diban.ground import Check, Kind
from diban.share.shapes.told import told
from diban.share.shapes.words import Text, Titled


@told
class Field(TypedDict):
    """A field, with what its values must meet."""

    name: str
    title: Text
    kind: Kind
    required: bool
    unique: bool
    codes: list[Titled]
    unit: str | None
    digits: NotRequired[int]
    """Of a decimal: how many digits in all."""
    scale: NotRequired[int]
    """Of a decimal: how many of them behind the point."""
    minimum: str | None
    """Bound of numbers, dates and instants."""
    maximum: str | None
    pattern: str | None
    """RE2, of the whole text."""
    check: Check | None
    """The algorithm of the check character."""
    reference: str | None
    """The layer whose key holds the known codes."""
