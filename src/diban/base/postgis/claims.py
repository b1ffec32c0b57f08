"""Who may write a layer's rows: the newest claim only, asked in every writing transaction.

A process that lost its lease and wakes up late holds an old claim, so that not one row of it can
land after its successor began.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from diban.base.postgis.layout import gone, state
from diban.ground import Conflict, Text


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write one layer's rows, until somebody claims it after us."""

    storage: str
    number: int


def claim(connection: sa.Connection, storage: str, seq: int, *, resume: bool) -> tuple[Claim, int]:
    """Claim a layer for writing under ``seq``; the last step already done under it, or −1.

    Waits for transactions of the claim before to end. `Conflict` when that was for a later sequence
    number, or when this one was taken back: whoever asks woke up too late.
    """
    done = sa.case((state.c.seq == seq, state.c.step), else_=-1) if resume else -1
    found = connection.execute(
        sa.update(state)
        .where(state.c.storage == storage, state.c.seq <= seq)
        .values(claim=state.c.claim + 1, seq=seq, step=done)
        .returning(state.c.claim, state.c.step)
    ).first()
    if found is None:
        there = connection.execute(sa.select(state.c.claim).where(state.c.storage == storage)).first()
        raise gone(storage) if there is None else _taken_over(storage)
    return Claim(storage, found.claim), found.step


def retire(connection: sa.Connection, storage: str, seq: int) -> None:
    """Let nobody write under ``seq`` any more; waits for who does."""
    connection.execute(
        sa.update(state)
        .where(state.c.storage == storage)
        .values(claim=state.c.claim + 1, seq=sa.func.greatest(state.c.seq, seq + 1), step=-1)
    )


def hold(connection: sa.Connection, held: Claim) -> None:
    """Keep the claim from moving on until this transaction ends; `Conflict` when it already has."""
    ours = sa.select(state.c.claim).where(state.c.storage == held.storage, state.c.claim == held.number)
    # Shared: a load writes on two connections at once.
    if connection.execute(ours.with_for_update(read=True)).first() is None:
        raise _taken_over(held.storage)


def advance(connection: sa.Connection, held: Claim, step: int) -> None:
    """Note that a step is done, in its own transaction; `Conflict` when the claim has moved on."""
    ours = sa.and_(state.c.storage == held.storage, state.c.claim == held.number)
    if connection.execute(sa.update(state).where(ours).values(step=step)).rowcount == 0:
        raise _taken_over(held.storage)


def _taken_over(storage: str) -> Conflict:
    return Conflict(
        Text(zh="该图层的入库已由另一进程接手", en="another process has taken this landing over"),
        field=storage,
        remedy=Text(zh="查看该次入库的结果", en="look how that landing ends"),
    )
