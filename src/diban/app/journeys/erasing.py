"""Expunge (清除): secret or personal data brought in by mistake leaves no trace; two persons agree."""

from __future__ import annotations

import time
from typing import cast

from diban.app.journeys.eraser import PlatformEraser, concerned
from diban.app.journeys.progress import Progress, silent
from diban.app.journeys.receive import HEAD_START
from diban.app.wiring import Platform
from diban.app.work.holding import holding
from diban.governance import (
    Asker,
    By,
    ExpungeState,
    Permission,
    Target,
    TargetKind,
    Tombstone,
    carry_out,
    confirm_expunge,
    may,
    request_expunge,
    tombstone,
)
from diban.ground import Invalid, LayerId, PartyId, Text
from diban.store import Job, Unit, reading, this_process, unit

EXPUNGE = "expunge.carry_out"
LOOK_SECONDS = 0.5


def ask_to_erase(platform: Platform, target: Target, reason: str, asker: Asker) -> str:
    """The first person's word; nothing is removed yet. Answers the expunge's id."""
    with unit(platform.database) as act:
        for provider in _providers(platform, act, target):
            may(asker, Permission.EXPUNGE_REQUEST, provider)
        return request_expunge(act, asker.by(), target, reason)


def _providers(platform: Platform, act: Unit, target: Target) -> list[PartyId | None]:
    """Whose data the target is; None for bytes that no delivery names. `Missing` when there is none."""
    if target.kind is TargetKind.ROWS:
        if platform.base.schema(LayerId(target.of)).asset is not None:
            raise Invalid(
                Text(zh="文件不能按行清除", en="a file is not expunged by its row"),
                field="rows",
                remedy=Text(zh="改为清除带来该文件的交付", en="expunge the delivery that brought it"),
            )
        return [platform.catalogue.by_layer(act.connection, LayerId(target.of)).entry.provider]
    found = concerned(platform, act.connection, target)
    return [delivery.sent.party for delivery in found] or [None]


def confirm(platform: Platform, expunge: str, asker: Asker, *, after: float = 0) -> Tombstone:
    """The second person's word, which can be repeated; the removing is a job, from ``after`` seconds on.

    `Denied` to whoever may not confirm, and to the person who asked.
    """
    may(asker, Permission.EXPUNGE_CONFIRM)
    by, key = asker.by(), _key(expunge)
    with unit(platform.database) as act:
        if act.done(key) is None:
            confirm_expunge(act, by, expunge)
            act.remember(key, {})
        payload: dict[str, object] = {"expunge": expunge, "by": [by.actor, by.party, by.request_id]}
        platform.jobs.enqueue(act, EXPUNGE, key, payload, after=after)
    return _present(platform, expunge)


def erase(platform: Platform, expunge: str, asker: Asker, progress: Progress = silent) -> Tombstone:
    """The second person's word, and the removing, waited for; repeat it when it was interrupted.

    The removing is a job: whichever process is there does it, and another takes on what one left.
    """
    confirm(platform, expunge, asker, after=HEAD_START)
    key = _key(expunge)
    while (found := _present(platform, expunge)).state is not ExpungeState.DONE:
        with unit(platform.database) as act:
            held = platform.jobs.take(act, key, this_process(), again=True)
        if held is None:
            with reading(platform.database) as connection:
                progress("erase", *platform.jobs.how_far(connection, key))
            time.sleep(LOOK_SECONDS)
            continue
        with holding(platform.database, platform.jobs, held):
            carry_on(platform, held, progress)
    return found


def carry_on(platform: Platform, held: Job, progress: Progress = silent) -> None:
    """Do what is left of a confirmed expunge, whose job is held."""
    actor, party, request = cast("list[str]", held.payload["by"])
    eraser = PlatformEraser(platform, held, progress)
    carry_out(platform.database, eraser, By(actor, party, request), str(held.payload["expunge"]))


def _key(expunge: str) -> str:
    return f"expunge:{expunge}"


def _present(platform: Platform, expunge: str) -> Tombstone:
    with reading(platform.database) as connection:
        return tombstone(connection, expunge)
