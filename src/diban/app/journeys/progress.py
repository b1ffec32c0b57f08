"""How a journey says how far it is: the step's name, what is done, out of how much (if known)."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int | None], None]


def silent(_step: str, _done: int, _total: int | None) -> None:
    """Say nothing."""
