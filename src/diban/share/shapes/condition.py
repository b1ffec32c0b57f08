"""How the installation is."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from diban.share.shapes.told import told
from diban.share.shapes.words import Text


@told
class Part(TypedDict):
    """One thing that must be well; a red one names what helps."""

    name: str
    title: Text
    well: bool
    value: str
    remedy: Text | None


@told
class SettingShown(TypedDict):
    """A setting as it holds, secrets left out."""

    name: str
    value: str
    source: Literal["file", "default"]


@told
class Condition(TypedDict):
    """All parts, and the settings."""

    well: bool
    version: str
    engine: str
    database_bytes: int
    free_bytes: int
    parts: list[Part]
    settings_file: str
    settings: list[SettingShown]
