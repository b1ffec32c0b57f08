"""Work that outlives its request: a table with leases, the same on both engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from diban.ground import JobId, Missing, Text, micros, new_id, now
from diban.store.acts import Unit
from diban.store.processes import may_be_alive
from diban.store.tables import job, job_log

LEASE_SECONDS = 30
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work as its worker holds it; ``resume`` is what the last attempt left."""

    id: JobId
    kind: str
    payload: dict[str, object]
    attempts: int
    done: int
    resume: dict[str, object] | None


class Jobs:
    """Enqueue in the act's `Unit`; lease, report, finish or fail each in a `Unit` of the worker's own.

    States: waiting → running → done | failed | cancelled. A lease that is not renewed within
    `LEASE_SECONDS` falls back to waiting; after `ATTEMPTS` tries a job is failed, with its fault.
    """

    def enqueue(self, unit: Unit, kind: str, key: str, payload: dict[str, object]) -> JobId:
        """Ask for work; the same key twice is the same job."""
        known = unit.connection.execute(sa.select(job.c.id).where(job.c.key == key)).scalar()
        if known is not None:
            return JobId(known)
        made = JobId(new_id("job"))
        unit.connection.execute(
            sa.insert(job).values(
                id=made,
                kind=kind,
                key=key,
                payload=orjson.dumps(payload).decode(),
                state="waiting",
                attempts=0,
                due_at=micros(now()),
                done=0,
                created_at=micros(now()),
            )
        )
        return made

    def lease(self, unit: Unit, worker: str, kinds: tuple[str, ...]) -> Job | None:
        """Take the job that waits longest, or one whose worker fell silent; None when there is none."""
        moment = micros(now())
        free = sa.or_(
            sa.and_(job.c.state == "waiting", job.c.due_at <= moment),
            sa.and_(job.c.state == "running", job.c.lease_until < moment),
        )
        pick = sa.select(job).where(free, job.c.kind.in_(kinds)).order_by(job.c.due_at, job.c.id).limit(1)
        row = unit.connection.execute(pick.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        return self._hold(unit, row, worker)

    def take(self, unit: Unit, key: str, worker: str) -> Job | None:
        """Hold the job of this key now: it waits, its lease has run out, or its worker's process is gone."""
        row = unit.connection.execute(sa.select(job).where(job.c.key == key).with_for_update()).first()
        if row is None or row.state not in ("waiting", "running"):
            return None
        if row.state == "running" and row.lease_until >= micros(now()) and may_be_alive(row.worker):
            return None
        return self._hold(unit, row, worker)

    def report(
        self, unit: Unit, held: Job, done: int, total: int | None, resume: dict[str, object] | None
    ) -> bool:
        """Say how far it is and renew the lease; False when it was cancelled or taken away: stop."""
        changed = unit.connection.execute(
            sa.update(job)
            .where(job.c.id == held.id, job.c.state == "running", job.c.attempts == held.attempts)
            .values(
                done=done,
                total=total,
                resume=None if resume is None else orjson.dumps(resume).decode(),
                lease_until=micros(now()) + LEASE_SECONDS * 1_000_000,
            )
        )
        return changed.rowcount == 1

    def renew(self, unit: Unit, held: Job) -> bool:
        """Keep the lease; False when the job was cancelled or taken away: stop."""
        changed = unit.connection.execute(
            sa.update(job)
            .where(job.c.id == held.id, job.c.state == "running", job.c.attempts == held.attempts)
            .values(lease_until=micros(now()) + LEASE_SECONDS * 1_000_000)
        )
        return changed.rowcount == 1

    def finish(self, unit: Unit, held: Job) -> bool:
        """The work is done; False when the job was cancelled or taken away meanwhile."""
        return self._end(unit, held, "done", None)

    def fail(self, unit: Unit, held: Job, fault: str) -> None:
        """This attempt failed: try again with growing distance, or give up after `ATTEMPTS`."""
        if held.attempts >= ATTEMPTS:
            self._end(unit, held, "failed", fault)
            return
        wait = 1_000_000 * 2**held.attempts
        unit.connection.execute(
            sa.update(job)
            .where(job.c.id == held.id, job.c.attempts == held.attempts)
            .values(state="waiting", due_at=micros(now()) + wait, fault=fault[:2000])
        )

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
        changed = unit.connection.execute(
            sa.update(job)
            .where(job.c.id == job_id, job.c.state.in_(("failed", "cancelled")))
            .values(state="waiting", attempts=0, due_at=micros(now()), ended_at=None, fault=None)
        )
        if changed.rowcount == 0:
            raise Missing(Text(zh="没有可重试的任务", en="no such job has failed"), field=job_id)

    def log(self, unit: Unit, job_id: JobId, line: str) -> None:
        """Add a line to the job's log."""
        unit.connection.execute(
            sa.insert(job_log).values(id=new_id("log"), job=job_id, at=micros(now()), line=line[:4000])
        )

    def _end(self, unit: Unit, held: Job, state: str, fault: str | None) -> bool:
        changed = unit.connection.execute(
            sa.update(job)
            .where(job.c.id == held.id, job.c.state == "running", job.c.attempts == held.attempts)
            .values(state=state, ended_at=micros(now()), fault=fault)
        )
        return changed.rowcount == 1

    def _hold(self, unit: Unit, row: sa.Row[*tuple[Any, ...]], worker: str) -> Job:
        attempts = row.attempts + 1
        unit.connection.execute(
            sa.update(job)
            .where(job.c.id == row.id)
            .values(
                state="running",
                worker=worker,
                attempts=attempts,
                lease_until=micros(now()) + LEASE_SECONDS * 1_000_000,
            )
        )
        resume = None if row.resume is None else orjson.loads(row.resume)
        return Job(JobId(row.id), row.kind, orjson.loads(row.payload), attempts, row.done, resume)
