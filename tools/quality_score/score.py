"""Recall and precision per kind of error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.quality_score.trial import Fault
from tools.quality_score.truth import CODES, Error


@dataclass(frozen=True, slots=True)
class Score:
    """How one kind of error was found: planted, of these found, and rows that were called so wrongly."""

    kind: str
    planted: int
    found: int
    wrong: int

    @property
    def recall(self) -> float:
        """The share of planted errors that was found."""
        return self.found / self.planted

    @property
    def precision(self) -> float:
        """The share of what was called so that was so."""
        return self.found / (self.found + self.wrong) if self.found + self.wrong else 1.0

    @property
    def worst(self) -> float:
        """The lower of the two."""
        return min(self.recall, self.precision)


@dataclass(frozen=True, slots=True)
class City:
    """A city's scores, and how many deliveries and rows were looked at; seed 0 where it is not known."""

    name: str
    seed: int
    files: int
    rows: int
    scores: tuple[Score, ...]


def sums(cities: Sequence[City]) -> list[Score]:
    """One score per kind over all cities."""
    found = []
    for kind in CODES:
        mine = [one for city in cities for one in city.scores if one.kind == kind]
        if mine:
            counts = (sum(getattr(one, name) for one in mine) for name in ("planted", "found", "wrong"))
            found.append(Score(kind, *counts))
    return found


def score(truth: Sequence[Error], faults: Mapping[str, Sequence[Fault]]) -> list[Score]:
    """One score per planted kind.

    An error counts as found when a finding of its kind names its row (of two rows that repeat each
    other, either one) and its field. A row without any planted error that a finding names is
    wrong, in whichever file; one that has another planted error is not, since one error can show in
    several ways, also in what is said of the file as a whole. Nor is any row of a file that is wrong as
    a whole.
    """
    spoilt = {(error.file, row) for error in truth for row in (error.row, 0)}
    whole = {error.file for error in truth if not error.row}
    scores = []
    for kind in CODES:
        errors = [error for error in truth if error.kind == kind]
        mine = [(file, fault) for file, told in faults.items() for fault in told if fault.code in CODES[kind]]
        told = {(file, row, fault.field) for file, fault in mine for row in (fault.row, fault.other)}
        found = sum(_told(error, told) for error in errors)
        wrong = {
            (file, fault.row)
            for file, fault in mine
            if not {(file, fault.row), (file, fault.other)} & spoilt and file not in whole
        }
        if errors:
            scores.append(Score(kind, len(errors), found, len(wrong)))
    return scores


def _told(error: Error, told: set[tuple[str, int | None, str]]) -> bool:
    if not error.row:
        return any(file == error.file for file, _, _ in told)
    fields = (error.field, "") if error.field else {field for _, _, field in told}
    return any((error.file, error.row, field) in told for field in fields)
