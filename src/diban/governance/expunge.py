"""Expunge: the only way out for bytes that must not be here (涉密, personal data loaded by mistake).

Two persons and a reason; what remains is a tombstone: what it was by hash or id, why, who, when.
Audit lines name digests and ids only, so the chain verifies as before. Backups are not reached, and
none is known: whoever keeps them destroys those made before, or repeats the expunge after restoring one.
`register_backup` notes one beside the tombstone, for a caller that knows of it; no command does yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import orjson
import sqlalchemy as sa

from diban.governance.audit import By
from diban.governance.ledger_tables import backup_affected, expunge_record
from diban.governance.port import Eraser
from diban.governance.target import Target
from diban.ground import Denied, IllegalMove, Invalid, Missing, Text, instant, micros, new_id, now
from diban.store import Database, Unit, reading, unit


class ExpungeState(StrEnum):
    """How far an expunge has come; it moves in this order only."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One expunge: what, why, by which two persons, how far. ``counts`` says what was removed."""

    id: str
    target: Target
    reason: str
    state: ExpungeState
    requested_by: str
    requested_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    done_at: datetime | None
    counts: dict[str, int]
    backups: tuple[str, ...]


def request_expunge(unit: Unit, by: By, target: Target, reason: str) -> str:
    """Ask that something be removed for good; nothing is removed yet. Answers the expunge's id."""
    if not reason.strip():
        raise Invalid(
            Text(zh="缺少清除理由", en="an expunge states its reason"),
            field="reason",
            remedy=Text(zh="写明理由，不写数据内容", en="say why, without the data itself"),
        )
    made = new_id("exp")
    unit.connection.execute(
        sa.insert(expunge_record).values(
            id=made,
            target=orjson.dumps(target.as_json()).decode(),
            reason=reason,
            state=ExpungeState.REQUESTED.value,
            requested_by=by.actor,
            requested_at=micros(now()),
        )
    )
    by.note(unit, "expunge.request", made, {"kind": target.kind.value, "of": target.of})
    return made


def confirm_expunge(unit: Unit, by: By, expunge: str) -> None:
    """The second person's word; from here it is carried out. `Denied` to the one who asked."""
    found = tombstone(unit.connection, expunge)
    if found.requested_by == by.actor:
        raise Denied(
            Text(zh="须由另一人确认清除", en="another person confirms an expunge"),
            field=expunge,
            remedy=Text(zh="请第二人确认", en="ask a second person"),
        )
    values = {"confirmed_by": by.actor, "confirmed_at": micros(now())}
    _move(unit, expunge, ExpungeState.REQUESTED, ExpungeState.CONFIRMED, values)
    by.note(unit, "expunge.confirm", expunge)


def carry_out(database: Database, eraser: Eraser, by: By, expunge: str) -> Tombstone:
    """Remove the bytes of a confirmed expunge; after a crash call it again, done twice is done once."""
    with reading(database) as connection:
        found = tombstone(connection, expunge)
    if found.state is ExpungeState.REQUESTED:
        raise IllegalMove(
            Text(zh="清除尚未经第二人确认", en="not confirmed by a second person"), field=expunge
        )
    if found.state is ExpungeState.CONFIRMED:
        counts = eraser.expunge(found.target)
        with unit(database) as act:
            values = {"done_at": micros(now()), "counts": orjson.dumps(counts).decode()}
            _move(act, expunge, ExpungeState.CONFIRMED, ExpungeState.DONE, values)
            by.note(act, "expunge.done", expunge, counts)
    with reading(database) as connection:
        return tombstone(connection, expunge)


def register_backup(unit: Unit, by: By, expunge: str, backup: str, note: str) -> None:
    """Note that a backup still holds what was expunged, and what is to become of it."""
    tombstone(unit.connection, expunge)
    unit.connection.execute(
        sa.insert(backup_affected).values(
            id=new_id("bak"), expunge=expunge, backup=backup, note=note, registered_at=micros(now())
        )
    )
    by.note(unit, "expunge.backup", expunge, {"backup": backup})


def tombstone(connection: sa.Connection, expunge: str) -> Tombstone:
    """One expunge by its id; `Missing` when there is none."""
    for found in tombstones(connection, expunge=expunge):
        return found
    raise Missing(Text(zh="没有这项清除", en="no such expunge"), field=expunge)


def tombstones(
    connection: sa.Connection, *, expunge: str | None = None, state: ExpungeState | None = None
) -> list[Tombstone]:
    """All expunges, oldest first; with ``state=CONFIRMED`` those still to be carried out."""
    asked = sa.select(expunge_record).order_by(expunge_record.c.requested_at, expunge_record.c.id)
    if expunge is not None:
        asked = asked.where(expunge_record.c.id == expunge)
    if state is not None:
        asked = asked.where(expunge_record.c.state == state.value)
    backups = sa.select(backup_affected.c.expunge, backup_affected.c.backup, backup_affected.c.note)
    held: dict[str, list[str]] = {}
    for row in connection.execute(backups.order_by(backup_affected.c.registered_at)):
        held.setdefault(row.expunge, []).append(f"{row.backup}: {row.note}")
    return [_tombstone(row, held.get(row.id, [])) for row in connection.execute(asked)]


def _move(
    unit: Unit, expunge: str, here: ExpungeState, there: ExpungeState, values: dict[str, object]
) -> None:
    changed = unit.connection.execute(
        sa.update(expunge_record)
        .where(expunge_record.c.id == expunge, expunge_record.c.state == here.value)
        .values(state=there.value, **values)
    )
    if changed.rowcount == 0:
        raise IllegalMove(
            Text(zh=f"清除已不在“{here.value}”状态", en=f"the expunge is no longer {here.value}"),
            field=expunge,
        )


def _tombstone(row: sa.Row[tuple[object, ...]], backups: list[str]) -> Tombstone:
    return Tombstone(
        id=row.id,
        target=Target.from_json(orjson.loads(row.target)),
        reason=row.reason,
        state=ExpungeState(row.state),
        requested_by=row.requested_by,
        requested_at=instant(row.requested_at),
        confirmed_by=row.confirmed_by,
        confirmed_at=None if row.confirmed_at is None else instant(row.confirmed_at),
        done_at=None if row.done_at is None else instant(row.done_at),
        counts={} if row.counts is None else orjson.loads(row.counts),
        backups=tuple(backups),
    )
