"""The queue of work."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from diban.share.shapes.told import told
from diban.share.shapes.words import Moment, Text, Titled

JobState = Literal["waiting", "running", "failed", "cancelled", "done"]


@told
class JobFault(TypedDict):
    """Why an attempt failed; ``words`` are empty where they might quote a file."""

    kind: str
    words: str


@told
class JobLayer(TypedDict):
    """The layer on which a job works: its title, and its resource's slug and title."""

    title: Text
    resource: str
    resource_title: Text


@told
class Job(TypedDict):
    """A piece of work on the thing whose id is ``subject``."""

    id: str
    kind: Titled
    subject: str
    layer: JobLayer | None
    """Where the subject is a layer that exists and whose resource the asker may know of."""
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
