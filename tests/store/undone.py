"""Acts that come to nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from diban.store import Database, Unit, unit


def undone(database: Database, *steps: Callable[[Unit], object]) -> None:
    """Take these steps in one act, which then raises, and is rolled back."""
    with pytest.raises(LookupError), unit(database) as act:
        _take_and_raise(act, steps)


def _take_and_raise(act: Unit, steps: tuple[Callable[[Unit], object], ...]) -> None:
    for step in steps:
        step(act)
    raise LookupError
