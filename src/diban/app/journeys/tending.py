"""Jobs tended by those who run the platform: stopped, or started afresh."""

from __future__ import annotations

from diban.app.journeys.erasing import EXPUNGE
from diban.app.wiring import Platform
from diban.governance import Asker, Permission, may
from diban.ground import Conflict, Missing, Text
from diban.store import JobLine, Unit, find_job, unit


def cancel_job(platform: Platform, job: str, asker: Asker) -> None:
    """Stop a job; a running one learns within seconds. One that was stopped already stays so.

    `Conflict` for an erasure: two persons decided on it, and it is carried out.
    """
    may(asker, Permission.OPERATE)
    with unit(platform.database) as act:
        held = _job(act, job)
        if held.state == "cancelled":
            return
        if held.kind == EXPUNGE:
            raise Conflict(
                Text(zh="已确认的清除必须办完", en="an erasure that was confirmed is carried out"),
                field=job,
                limit=held.kind,
            )
        if held.state not in ("waiting", "running"):
            raise _ended(held)
        platform.jobs.cancel(act, held.id)
        asker.by().note(act, "job.cancel", held.id, {"kind": held.kind, "of": held.subject})


def retry_job(platform: Platform, job: str, asker: Asker) -> None:
    """Let a failed or cancelled job start afresh; one that waits or runs already stays so."""
    may(asker, Permission.OPERATE)
    with unit(platform.database) as act:
        held = _job(act, job)
        if held.state in ("waiting", "running"):
            return
        if held.state not in ("failed", "cancelled"):
            raise _ended(held)
        platform.jobs.retry(act, held.id)
        asker.by().note(act, "job.retry", held.id, {"kind": held.kind, "of": held.subject})


def _job(act: Unit, job: str) -> JobLine:
    found = find_job(act.connection, job)
    if found is None:
        raise Missing(Text(zh="没有这个任务", en="there is no such job"), field="job")
    return found


def _ended(held: JobLine) -> Conflict:
    return Conflict(
        Text(zh="任务已结束", en="the job has ended"),
        field=held.id,
        limit=held.state,
        remedy=Text(zh="查看其结果", en="look at what came of it"),
    )
