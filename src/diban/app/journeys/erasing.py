"""Expunge (清除): secret or personal data brought in by mistake leaves no trace; two persons agree."""

from __future__ import annotations

from diban.app.journeys.eraser import PlatformEraser
from diban.app.wiring import Platform
from diban.governance import (
    Asker,
    Permission,
    Target,
    Tombstone,
    carry_out,
    confirm_expunge,
    may,
    request_expunge,
)
from diban.store import unit


def ask_to_erase(platform: Platform, target: Target, reason: str, asker: Asker) -> str:
    """The first person's word; nothing is removed yet. Answers the expunge's id."""
    may(asker, Permission.EXPUNGE_REQUEST, asker.party)
    with unit(platform.database) as act:
        return request_expunge(act, asker.by(), target, reason)


def erase(platform: Platform, expunge: str, asker: Asker) -> Tombstone:
    """The second person's word, and the removing; repeat it when it was interrupted."""
    may(asker, Permission.EXPUNGE_CONFIRM)
    by = asker.by()
    with unit(platform.database) as act:
        if act.done(f"expunge:{expunge}") is None:
            confirm_expunge(act, by, expunge)
            act.remember(f"expunge:{expunge}", {})
    return carry_out(platform.database, PlatformEraser(platform), by, expunge)
