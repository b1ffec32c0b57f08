"""What the checks found in a delivery."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from diban.quality import Dimension, Severity
from diban.share.shapes.told import told
from diban.share.shapes.words import Pair, Text


@told
class Place(TypedDict):
    """Where a fault lies; who only oversees is told the row alone."""

    row: int | None
    field: str | None
    lon: float | None
    lat: float | None
    value: str | None
    other: int | None
    """The earlier row that it contradicts."""
    areas: Pair | None
    """Square metres before and after the proposed repair."""
    repair: NotRequired[dict[str, Any]]
    """The proposed geometry, in GeoJSON."""


@told
class Finding(TypedDict):
    """A fault, with its remedy and its places."""

    code: str
    title: Text
    severity: Severity
    message: Text
    remedy: Text
    dimension: Dimension
    repairable: bool
    count: int
    places: list[Place]


@told
class DimensionScore(TypedDict):
    """The score under a heading of GB/T 36344; null where no file shows it."""

    name: Dimension
    title: Text
    score: float | None


@told
class ReportSums(TypedDict):
    """A report in three numbers."""

    score: float
    errors: int
    faulty_rows: int


@told
class Repair(TypedDict):
    """Proposed repairs of geometry: what is decided on them, and the report without and with them."""

    state: Literal["proposed", "accepted", "declined"]
    title: Text
    rows: int
    before: ReportSums
    after: ReportSums


@told
class Report(TypedDict):
    """The whole report."""

    passed: bool | None
    score: float | None
    rows: int | None
    faulty_rows: int | None
    rules: list[Text]
    dimensions: list[DimensionScore]
    repair: Repair | None
    findings: list[Finding]


ReportSoFar = Report | None
"""The whole report; null before the file was examined."""
