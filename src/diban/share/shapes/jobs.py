"""The queue of work."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from diban.share.shapes.told import told
from diban.share.shapes.words import Moment, Titled

JobState = Literal["waiting", "running", "failed", "cancelled", "done"]


@told
class JobFault(TypedDict):
    """Why an attempt failed; ``words`` are empty where they might quote a file."""

    kind: str
    words: str


@told
class Job(TypedDict):
    """A piece of work."""

    id: str
    kind: Titled
    subject: str
    state: JobState
    attempts: int
    done: int
    total: int | None
    fault: JobFault | None
    worker: str | None
    created_at: Moment
    due_at: Moment
    ended_at: Moment | None


@told
class JobLogLine(TypedDict):
    """What was logged of it at a moment."""

    at: Moment
    line: str


@told
class JobDetail(Job):
    """A piece of work with its log."""

    log: list[JobLogLine]


@told
class JobCounts(TypedDict):
    """How many are in each state."""

    waiting: int
    running: int
    failed: int
    cancelled: int
    done: int


@told
class Jobs(TypedDict):
    """A page of the queue, newest first; ``next`` is the id that leads on."""

    jobs: list[Job]
    counts: JobCounts
    next: str | None
