"""Jobs as those who run the platform see them: how each stands, and what was logged of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from diban.ground import JobId, instant
from diban.store.tables import job, job_log

JOB_STATES = ("waiting", "running", "failed", "cancelled", "done")
MOST_LOGGED = 200


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job: what it works on, how far it is, and why its last attempt failed, if it did."""

    id: JobId
    kind: str
    subject: str
    state: str
    attempts: int
    done: int
    total: int | None
    fault: str | None
    worker: str | None
    created_at: datetime
    due_at: datetime
    ended_at: datetime | None


def job_lines(
    connection: sa.Connection, states: Collection[str] = (), before: str | None = None, limit: int = 100
) -> list[JobLine]:
    """Jobs in these states (all by default), newest first, older than the id ``before``."""
    asked = sa.select(job).order_by(job.c.id.desc()).limit(limit)
    if states:
        asked = asked.where(job.c.state.in_(sorted(states)))
    if before is not None:
        asked = asked.where(job.c.id < before)
    return [_line(row) for row in connection.execute(asked)]


def find_job(connection: sa.Connection, job_id: str) -> JobLine | None:
    """The job of that id; None when there is none."""
    row = connection.execute(sa.select(job).where(job.c.id == job_id)).first()
    return None if row is None else _line(row)


def job_counts(connection: sa.Connection) -> dict[str, int]:
    """How many jobs are in each state."""
    rows = connection.execute(sa.select(job.c.state, sa.func.count()).group_by(job.c.state))
    found = {str(state): int(count) for state, count in rows}
    return {state: found.get(state, 0) for state in JOB_STATES}


def logged(connection: sa.Connection, job_id: str) -> list[tuple[datetime, str]]:
    """What was logged of a job, the last lines, oldest first."""
    asked = sa.select(job_log.c.at, job_log.c.line).where(job_log.c.job == job_id)
    rows = connection.execute(asked.order_by(job_log.c.id.desc()).limit(MOST_LOGGED)).all()
    return [(instant(at), str(line)) for at, line in reversed(rows)]


def _line(row: sa.Row[Any]) -> JobLine:
    return JobLine(
        JobId(row.id),
        row.kind,
        _subject(orjson.loads(row.payload)),
        row.state,
        row.attempts,
        row.done,
        row.total,
        row.fault,
        row.worker,
        instant(row.created_at),
        instant(row.due_at),
        None if row.ended_at is None else instant(row.ended_at),
    )


def _subject(payload: dict[str, object]) -> str:
    """The id of what it works on, which stands first in its payload."""
    return str(next(iter(payload.values()), ""))
