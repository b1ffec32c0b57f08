"""Work that outlives its request: a table with leases, the same on both engines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from diban.ground import JobId, Missing, Text, micros, new_id, now
from diban.store.acts import Unit
from diban.store.processes import may_be_alive
from diban.store.tables import job, job_log

LEASE_SECONDS = 30
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work as its worker holds it; ``resume`` is what the last attempt left.

    ``attempts`` counts how often it was ever held: it only grows, so that who held it before is
    told apart from who holds it now.
    """

    id: JobId
    kind: str
    payload: dict[str, object]
    attempts: int
    done: int
    resume: dict[str, object] | None


@dataclass(frozen=True, slots=True)
class JobStanding:
    """How a job stands, for whoever waits for it; ``resume`` is what its worker said last."""

    state: str
    attempts: int
    resume: dict[str, object]


class Jobs:
    """Enqueue in the act's `Unit`; lease, report, finish or fail each in a `Unit` of the worker's own.

    States: waiting → running → done | failed | cancelled. A lease that is not renewed within
    `LEASE_SECONDS` falls back to waiting; after `ATTEMPTS` tries, also when each ended its worker,
    a job is failed, with its fault. `retry` gives it as many again.
    """

    def enqueue(
        self, unit: Unit, kind: str, key: str, payload: dict[str, object], *, after: float = 0
    ) -> JobId:
        """Ask for work, to be leased in ``after`` seconds at the earliest; the same key is the same job."""
        make = sqlite.insert if unit.connection.dialect.name == "sqlite" else postgresql.insert
        moment = micros(now())
        statement = make(job).values(
            id=new_id("job"),
            kind=kind,
            key=key,
            payload=orjson.dumps(payload).decode(),
            state="waiting",
            attempts=0,
            due_at=moment + int(after * 1_000_000),
            done=0,
            created_at=moment,
        )
        unit.connection.execute(statement.on_conflict_do_nothing(index_elements=["key"]))
        return JobId(unit.connection.execute(sa.select(job.c.id).where(job.c.key == key)).scalar_one())

    def lease(self, unit: Unit, worker: str, kinds: tuple[str, ...]) -> Job | None:
        """Take the job that waits longest, or one whose worker fell silent; None when there is none."""
        moment = micros(now())
        free = sa.or_(
            sa.and_(job.c.state == "waiting", job.c.due_at <= moment),
            sa.and_(job.c.state == "running", job.c.lease_until < moment),
        )
        pick = sa.select(job).where(free, job.c.kind.in_(kinds)).order_by(job.c.due_at, job.c.id).limit(1)
        pick = pick.with_for_update(skip_locked=True)
        while (row := unit.connection.execute(pick).first()) is not None:
            if row.state == "waiting" or not _was_last(row.attempts):
                return self._hold(unit, row, worker)
            self._end(unit, _job(row), "failed", f"its worker fell silent at every try, last {row.worker}")
        return None

    def take(self, unit: Unit, key: str, worker: str, *, again: bool = False) -> Job | None:
        """Hold the job of this key now: it waits, its lease has run out, or its worker's process is gone.

        ``again``: also when it has ended, because somebody asks for it once more.
        """
        row = unit.connection.execute(sa.select(job).where(job.c.key == key).with_for_update()).first()
        if row is None or (row.state not in ("waiting", "running") and not again):
            return None
        if row.state == "running" and row.lease_until >= micros(now()) and may_be_alive(row.worker):
            return None
        return self._hold(unit, row, worker)

    def report(
        self, unit: Unit, held: Job, done: int, total: int | None, resume: dict[str, object] | None
    ) -> bool:
        """Say how far it is and renew the lease; False when it was cancelled or taken away: stop.

        ``resume`` is laid over what was left before: names that it does not have stay as they are, so
        that who tells the steps and who does the work keep theirs side by side.
        """
        said: dict[str, object] = {"done": done, "total": total, "lease_until": _lease_end()}
        if resume is not None:
            mine = sa.select(job.c.resume).where(job.c.id == held.id).with_for_update()
            left = orjson.loads(unit.connection.execute(mine).scalar_one_or_none() or "{}")
            said["resume"] = orjson.dumps({**left, **resume}).decode()
        return _change(unit, held, said)

    def how_far(self, connection: sa.Connection, key: str) -> tuple[int, int | None]:
        """What is done of the job of this key, out of how much, as it was last reported."""
        row = connection.execute(sa.select(job.c.done, job.c.total).where(job.c.key == key)).first()
        return (0, None) if row is None else (row.done, row.total)

    def renew(self, unit: Unit, held: Job) -> bool:
        """Keep the lease; False when the job was cancelled or taken away: stop."""
        return _change(unit, held, {"lease_until": _lease_end()})

    def finish(self, unit: Unit, held: Job) -> bool:
        """The work is done; False when the job was cancelled or taken away meanwhile."""
        return self._end(unit, held, "done", None)

    def fail(self, unit: Unit, held: Job, fault: str) -> bool:
        """This attempt failed: try again with growing distance, or give up after `ATTEMPTS`.

        False when the job was cancelled or taken away meanwhile: it stays as it is.
        """
        if _was_last(held.attempts):
            return self._end(unit, held, "failed", fault)
        wait = 1_000_000 * 2 ** (held.attempts % ATTEMPTS)
        said = _storable(fault, 2000)
        return _change(unit, held, {"state": "waiting", "due_at": micros(now()) + wait, "fault": said})

    def cancel(self, unit: Unit, job_id: JobId) -> None:
        """Stop it: a waiting job never starts, a running one learns at its next report."""
        changed = unit.connection.execute(
            sa.update(job)
            .where(job.c.id == job_id, job.c.state.in_(("waiting", "running")))
            .values(state="cancelled", ended_at=micros(now()))
        )
        if changed.rowcount == 0:
            raise Missing(Text(zh="没有可取消的任务", en="no such job is waiting or running"), field=job_id)

    def retry(self, unit: Unit, job_id: JobId) -> None:
        """Let a failed or cancelled job start afresh; what it left for resuming is kept."""
        used_up = job.c.attempts + (ATTEMPTS - job.c.attempts % ATTEMPTS) % ATTEMPTS
        changed = unit.connection.execute(
            sa.update(job)
            .where(job.c.id == job_id, job.c.state.in_(("failed", "cancelled")))
            .values(state="waiting", attempts=used_up, due_at=micros(now()), ended_at=None, fault=None)
        )
        if changed.rowcount == 0:
            raise Missing(Text(zh="没有可重试的任务", en="no such job has failed"), field=job_id)

    def standing(self, connection: sa.Connection, key: str) -> JobStanding | None:
        """How the job of this key stands; None when there is none."""
        row = connection.execute(sa.select(job).where(job.c.key == key)).first()
        if row is None:
            return None
        return JobStanding(row.state, row.attempts, orjson.loads(row.resume or "{}"))

    def log(self, unit: Unit, job_id: JobId, line: str) -> None:
        """Add a line to the job's log."""
        unit.connection.execute(
            sa.insert(job_log).values(
                id=new_id("log"), job=job_id, at=micros(now()), line=_storable(line, 4000)
            )
        )

    def _end(self, unit: Unit, held: Job, state: str, fault: str | None) -> bool:
        said = None if fault is None else _storable(fault, 2000)
        return _change(unit, held, {"state": state, "ended_at": micros(now()), "fault": said})

    def _hold(self, unit: Unit, row: sa.Row[*tuple[Any, ...]], worker: str) -> Job:
        held = replace(_job(row), attempts=row.attempts + 1)
        unit.connection.execute(
            sa.update(job)
            .where(job.c.id == row.id)
            .values(state="running", worker=worker, attempts=held.attempts, lease_until=_lease_end())
        )
        return held


def _job(row: sa.Row[*tuple[Any, ...]]) -> Job:
    resume = None if row.resume is None else orjson.loads(row.resume)
    return Job(JobId(row.id), row.kind, orjson.loads(row.payload), row.attempts, row.done, resume)


def _change(unit: Unit, held: Job, values: dict[str, object]) -> bool:
    """Write to the job while it is held by this very attempt; whether it was."""
    changed = unit.connection.execute(
        sa.update(job)
        .where(job.c.id == held.id, job.c.state == "running", job.c.attempts == held.attempts)
        .values(values)
    )
    return changed.rowcount == 1


def _storable(words: str, most: int) -> str:
    """PostgreSQL refuses U+0000, which a fault may quote from a file."""
    return words[:most].replace("\0", "\N{REPLACEMENT CHARACTER}")


def _was_last(attempts: int) -> bool:
    return attempts % ATTEMPTS == 0


def _lease_end() -> int:
    return micros(now()) + LEASE_SECONDS * 1_000_000
