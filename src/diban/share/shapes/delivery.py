"""A delivery in full: how it stands, what is asked, decided, and may be done."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from diban.governance import Verdict
from diban.ground import Mode
from diban.intake import DeliveryState
from diban.share.shapes.delivery_line import DeliveryHead
from diban.share.shapes.report import DimensionScore, Finding, Repair
from diban.share.shapes.told import told
from diban.share.shapes.words import Moment, Point, Text


@told
class Change(TypedDict):
    """How many rows a delivery adds, changes, removes and leaves."""

    added: int
    changed: int
    removed: int
    unchanged: int


@told
class Candidate(TypedDict):
    """What a file's coordinates may be, and how they lie in the city if they are."""

    crs: str
    title: Text
    inside: float
    """Share of the features inside the city."""
    offset: float | None
    """Metres from where the same features are known to lie."""
    agreeing: float | None
    """Share of the rows inside the district that they name."""
    places: list[Point]
    """Some of the features under this reading, longitude first."""


@told
class Declared(TypedDict):
    """The CRS that is declared, and by whose word."""

    crs: str
    by: Literal["file", "sender", "format"]


@told
class Question(TypedDict):
    """What the sender is asked of the coordinates."""

    about: Literal["crs"]
    reason: Text
    declared: Declared | None
    proposal: str | None
    candidates: list[Candidate]
    answer: str | None


@told
class Judgement(TypedDict):
    """What was decided on a delivery, and why."""

    value: Verdict
    title: Text
    reasons: list[Text]
    why: str | None
    decided_at: Moment | None


May = TypedDict(
    "May",
    {
        "withdraw": bool,
        "answer": bool,
        "accept": bool,
        "return": bool,
        "original": bool,
        "see_values": bool,
        "repair": bool,
        "faulty_rows": bool,
    },
)
told(May)
"""What the asker may do with a delivery as it stands; one of the names is a word of the language."""


@told
class Sender(TypedDict):
    """Who sent it."""

    name: Text


@told
class Delivery(DeliveryHead):
    """A delivery with its report, as far as the asker may see it."""

    resource: str
    resource_title: Text
    layer: str | None
    size: int
    digest: str
    mode: Mode
    source_layer: str | None
    crs: str | None
    header: bool | None
    """Whether the first row of a table names its columns; null when nothing was said of it."""
    sender: Sender
    question: Question | None
    verdict: Judgement | None
    rows: int | None
    faulty_rows: int | None
    dimensions: list[DimensionScore]
    repair: Repair | None
    findings: list[Finding]
    change: Change | None
    version: str | None
    may: May


@told
class Step(TypedDict):
    """How far one step is: features or bytes done, out of how many if known."""

    name: str
    title: Text
    done: int
    total: int | None


@told
class Progress(TypedDict):
    """How far the work on a delivery is."""

    id: str
    state: DeliveryState
    state_title: Text
    ended: bool
    work: Literal["waiting", "running", "done", "failed", "cancelled"]
    attempts: int
    steps: list[Step]


@told
class FileColumn(TypedDict):
    """A column of a delivered file, with some of its values, the most frequent first."""

    name: str
    sort: str
    values: list[str]


@told
class FileColumns(TypedDict):
    """What a delivered file has."""

    delivery: str
    file_name: str
    format: str
    layer: str
    placed: bool
    """Whether its rows have a geometry."""
    places: list[str]
    """In which columns of a table that stood."""
    columns: list[FileColumn]
