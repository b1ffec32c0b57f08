"""Deliveries as their sender sees them: state, findings, question, outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from diban.client.words import Language, said

ENDED = frozenset({"returned", "landed", "withdrawn", "tried"})
PAUSED = frozenset({"asked", "waiting"})
"""States in which a person's word is awaited."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding was made: the row of the file (from 1), field and value, longitude and latitude."""

    row: int | None
    field: str | None
    value: str | None
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, how often, where at first, and what helps; codes are those of the reference."""

    code: str
    severity: str
    title: str
    message: str
    remedy: str
    count: int
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the coordinates of a file may be; ``inside`` is the share of features inside the city then."""

    crs: str
    title: str
    inside: float


@dataclass(frozen=True, slots=True)
class Question:
    """What the sender is asked of the coordinates; ``answer`` once it was told."""

    reason: str
    proposal: str | None
    candidates: tuple[Candidate, ...]
    answer: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """Features that a delivery adds, changes, removes or leaves as they are; or did."""

    added: int
    changed: int
    removed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as it stands; ``document`` is all that is told of it, in both languages.

    ``state`` is one of those of the reference; ``question`` waits for `Client.answer` in the state
    ``asked``; ``may`` says what this client may do with it now.
    """

    id: str
    layer: str | None
    resource: str
    file_name: str
    state: str
    state_title: str
    dry_run: bool
    score: int | None
    rows: int | None
    faulty_rows: int | None
    findings: tuple[Finding, ...]
    question: Question | None
    change: Change | None
    version: str | None
    may: dict[str, bool]
    document: dict[str, Any] = field(repr=False)

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in ENDED

    @property
    def pauses(self) -> bool:
        """Whether it waits for a person's word."""
        return self.state in PAUSED


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report of a delivery: each finding with its places; ``document`` also its rules."""

    passed: bool
    score: int
    rows: int
    faulty_rows: int
    findings: tuple[Finding, ...]
    document: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step is: ``upload`` in bytes, the others in features; ``total`` None while unknown."""

    step: str
    title: str
    done: int
    total: int | None


def delivery_of(document: dict[str, Any], language: Language) -> Delivery:
    """The delivery that a document tells."""
    plain = ("id", "layer", "resource", "file_name", "state", "dry_run", "score", "rows", "faulty_rows")
    return Delivery(
        **{name: document[name] for name in plain},
        state_title=said(document["state_title"], language),
        findings=_findings(document["findings"], language),
        question=None if document["question"] is None else _question(document["question"], language),
        change=None if document["change"] is None else Change(**document["change"]),
        version=document["version"],
        may=document["may"],
        document=document,
    )


def report_of(document: dict[str, Any], language: Language) -> Report:
    """The report that a document tells."""
    plain = {name: document[name] for name in ("passed", "score", "rows", "faulty_rows")}
    return Report(**plain, findings=_findings(document["findings"], language), document=document)


def progress_of(document: dict[str, Any], language: Language) -> list[Progress]:
    """The steps of the work, in order."""
    return [
        Progress(one["name"], said(one["title"], language), one["done"], one["total"])
        for one in document["steps"]
    ]


def _findings(documents: list[dict[str, Any]], language: Language) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            code=one["code"],
            severity=one["severity"],
            title=said(one["title"], language),
            message=said(one["message"], language),
            remedy=said(one["remedy"], language),
            count=one["count"],
            places=tuple(
                Place(**{name: place[name] for name in ("row", "field", "value", "lon", "lat")})
                for place in one["places"]
            ),
        )
        for one in documents
    )


def _question(document: dict[str, Any], language: Language) -> Question:
    return Question(
        reason=said(document["reason"], language),
        proposal=document["proposal"],
        candidates=tuple(
            Candidate(one["crs"], said(one["title"], language), one["inside"])
            for one in document["candidates"]
        ),
        answer=document["answer"],
    )
