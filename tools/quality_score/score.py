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


def score(truth: Sequence[Error], faults: Mapping[str, Sequence[Fault]]) -> list[Score]:
    """One score per planted kind.

    An error counts as found when a finding of its kind names its row (of two rows that repeat each
    other, either one) and its field. A row without any planted error that a finding names is
    wrong; one that has another planted error is not, since one error can show in several ways.
    """
    spoilt = {(error.file, error.row) for error in truth}
    scores = []
    for kind in CODES:
        errors = [error for error in truth if error.kind == kind]
        files = {error.file for error in errors}
        mine = [
            (file, fault) for file in files for fault in faults.get(file, ()) if fault.code in CODES[kind]
        ]
        told = {(file, row, fault.field) for file, fault in mine for row in (fault.row, fault.other)}
        found = sum(_told(error, told) for error in errors)
        wrong = {
            (file, fault.row)
            for file, fault in mine
            if (file, fault.row) not in spoilt and (file, fault.other) not in spoilt
        }
        if errors:
            scores.append(Score(kind, len(errors), found, len(wrong)))
    return scores


def _told(error: Error, told: set[tuple[str, int | None, str]]) -> bool:
    if not error.row:
        return any(file == error.file for file, _, _ in told)
    fields = (error.field, "") if error.field else {field for _, _, field in told}
    return any((error.file, error.row, field) in told for field in fields)
