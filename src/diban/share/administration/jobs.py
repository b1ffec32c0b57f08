"""Jobs (任务): what waits, runs, has failed, for those who run the platform: ``/api/jobs``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from diban.governance import Asker, Permission, may
from diban.ground import Fault, Invalid, Missing, Text
from diban.share.administration.begin import begin
from diban.share.block import Block, act_route, read_route
from diban.share.deliveries.document import iso
from diban.share.http.answers import json_answer
from diban.share.http.asking import Asking
from diban.share.http.described import Access
from diban.share.offered.directory import Directory, Known
from diban.share.parameters.after import AFTER
from diban.share.parameters.limit import LIMIT, parse_limit
from diban.share.parameters.parameter import Parameter
from diban.share.services import Services
from diban.share.shapes.jobs import JobDetail, Jobs
from diban.store import JOB_STATES, JobLine, find_job, job_counts, job_lines, logged, reading

NAME = "jobs"
PATH = "/api/jobs"
MOST = 200
STATE = Parameter("state", Text(zh="任务状态，逗号分隔", en="states, with commas between"))
KNOWN = (STATE, LIMIT, AFTER)
KINDS = {
    "delivery.proceed": Text(zh="办理交付", en="carry a delivery on"),
    "expunge.carry_out": Text(zh="清除", en="erase"),
    "base.tidy": Text(zh="整理旧版本", en="tidy past versions"),
    "search.follow": Text(zh="编入检索", en="index for search"),
    "base.overview": Text(zh="制作概览", en="make an overview"),
}


def jobs_block(asking: Asking, directory: Directory) -> Block:
    """The queue of work: listed, looked at with its log, stopped, started afresh."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix=PATH, tags=[NAME])
        pages = _Pages(services, asking, directory)
        read_route(routes, "", pages.index, *KNOWN, answer=Jobs, access=Access.ACCOUNT)
        read_route(routes, "/{job}", pages.show, answer=JobDetail, access=Access.ACCOUNT)
        for path, page in (("/{job}/cancellation", pages.cancel), ("/{job}/retry", pages.retry)):
            act_route(routes, "POST", path, page, answer=JobDetail, refuses=(409,))
        return routes

    return Block(NAME, Text(zh="任务", en="Jobs"), router)


class _Pages:
    def __init__(self, services: Services, asking: Asking, directory: Directory) -> None:
        self._services, self._asking, self._directory = services, asking, directory

    def index(self, request: Request) -> Response:
        """Jobs, newest first, with how many are in each state; ``next`` is the id that leads on."""
        asker, given = begin(request, NAME, self._asking, *KNOWN)
        may(asker, Permission.OPERATE)
        limit, states = min(parse_limit(given.get("limit")), MOST), _states(given.get("state"))
        with reading(self._services.database) as connection:
            found = job_lines(connection, states, given.get("after"), limit + 1)
            counts = job_counts(connection)
        known = self._known(request, asker, found)
        return json_answer(
            {
                "jobs": [_line(one, known) for one in found[:limit]],
                "counts": counts,
                "next": found[limit - 1].id if len(found) > limit else None,
            }
        )

    def show(self, request: Request, job: str) -> Response:
        """One job with what was logged of it."""
        asker, _ = begin(request, NAME, self._asking)
        may(asker, Permission.OPERATE)
        return self._answer(request, asker, job)

    def cancel(self, request: Request, job: str) -> Response:
        """Stop a job; a running one learns within seconds."""
        return self._act(request, job, self._services.office.cancel_job)

    def retry(self, request: Request, job: str) -> Response:
        """Let a failed or cancelled job start afresh."""
        return self._act(request, job, self._services.office.retry_job)

    def _act(self, request: Request, job: str, act: Callable[..., None]) -> Response:
        asker, _ = begin(request, NAME, self._asking)
        act(asker, job[:64])
        return self._answer(request, asker, job)

    def _answer(self, request: Request, asker: Asker, job: str) -> Response:
        with reading(self._services.database) as connection:
            found = find_job(connection, job[:64])
            if found is None:
                raise Missing(Text(zh="没有这个任务", en="there is no such job"), field="job")
            log = [{"at": iso(at), "line": line} for at, line in logged(connection, found.id)]
        return json_answer({**_line(found, self._known(request, asker, [found])), "log": log})

    def _known(self, request: Request, asker: Asker, jobs: Collection[JobLine]) -> Mapping[str, Known]:
        """The layers that are subjects of these jobs, as far as the asker may know of them."""
        subjects = {one.subject for one in jobs}
        return self._directory.known(subjects, asker, self._asking.scope(request))


def _states(given: str | None) -> Collection[str]:
    states = [] if given is None else given.split(",")
    if wrong := [state for state in states if state not in JOB_STATES]:
        raise Invalid(
            Text(zh=f"没有这种状态：{wrong[0][:40]}", en=f"no such state: {wrong[0][:40]}"),
            field=STATE.name,
            limit=", ".join(JOB_STATES),
        )
    return states


def _line(job: JobLine, known: Mapping[str, Known]) -> dict[str, Any]:
    of = known.get(job.subject)
    return {
        "id": job.id,
        "kind": {"value": job.kind, "title": KINDS.get(job.kind, Text(job.kind, job.kind)).as_json()},
        "subject": job.subject,
        "layer": None if of is None else _layer(of),
        "state": job.state,
        "attempts": job.attempts,
        "done": job.done,
        "total": job.total,
        "fault": None if job.fault is None else told_fault(job.fault),
        "worker": job.worker,
        "created_at": iso(job.created_at),
        "due_at": iso(job.due_at),
        "ended_at": iso(job.ended_at),
    }


def _layer(of: Known) -> dict[str, Any]:
    return {
        "title": of.layer.title.as_json(),
        "resource": of.resource.slug,
        "resource_title": of.resource.entry.title.as_json(),
    }


def told_fault(fault: str) -> dict[str, Any]:
    """Why an attempt failed: the platform's own words, of anything else only what sort of fault it was.

    What a library says may quote the file, whose data those who run the platform need not see.
    """
    kind, _, words = fault.partition(": ")
    ours = kind in _OURS or " " in kind
    return {"kind": "" if " " in kind else kind, "words": (words or kind) if ours else ""}


def _faults(root: type[Fault]) -> Iterator[str]:
    yield root.__name__
    for below in root.__subclasses__():
        yield from _faults(below)


_OURS = frozenset(_faults(Fault))
