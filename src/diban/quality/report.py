"""What a check found, as one value: findings, rows, score, passed or not."""

from __future__ import annotations

from dataclasses import dataclass

from diban.ground import Text
from diban.quality.finding import Finding, Severity

_CLASSES = {
    # severity: (found in more than this share of the rows, points taken), the last for all others
    Severity.ERROR: ((0.01, 42), (0.001, 12), (-1, 4)),
    Severity.WARNING: ((0.01, 4), (-1, 1)),
    Severity.NOTICE: ((-1, 0),),
}


@dataclass(frozen=True, slots=True)
class Report:
    """What ``rules`` found in ``rows`` rows, of which ``faulty_rows`` have at least one error.

    Findings come gravest first, then by code and field. The same features and rules always give
    an equal report.
    """

    findings: tuple[Finding, ...]
    rules: tuple[Text, ...]
    rows: int
    faulty_rows: int

    @property
    def passed(self) -> bool:
        """Whether there is no error."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)

    @property
    def score(self) -> int:
        """0 to 100: each finding takes away the points of its class, once.

        =====  =============================================  ======
        class  finding                                        points
        =====  =============================================  ======
        A      an error in more than 1 % of the rows          42
        B      an error in more than 0.1 %                    12
        C      an error in fewer; a warning in more than 1 %  4
        D      a warning in fewer                             1
        =====  =============================================  ======

        It follows the way of GB/T 24356 (classes A to D, points taken from 100), with shares of
        rows where that standard counts faults in a sample. So 100 means nothing but notices, any
        error gives at most 96, and one widespread error gives less than 60, the limit of 合格.
        """
        return max(0, 100 - sum(_points(finding, self.rows) for finding in self.findings))

    def as_json(self) -> dict[str, object]:
        """A JSON form from which `from_json` reads the same report back."""
        return {
            "passed": self.passed,
            "score": self.score,
            "rows": self.rows,
            "faulty_rows": self.faulty_rows,
            "rules": [rule.as_json() for rule in self.rules],
            "findings": [finding.as_json() for finding in self.findings],
        }

    @classmethod
    def from_json(cls, value: dict[str, object]) -> Report:
        """Read `as_json` back; score and verdict follow from the findings."""
        findings, rules = value["findings"], value["rules"]
        assert isinstance(findings, list)
        assert isinstance(rules, list)
        return cls(
            findings=tuple(Finding.from_json(item) for item in findings),
            rules=tuple(Text.from_json(item) for item in rules),
            rows=int(str(value["rows"])),
            faulty_rows=int(str(value["faulty_rows"])),
        )


def _points(finding: Finding, rows: int) -> int:
    return next(points for share, points in _CLASSES[finding.severity] if finding.count > share * rows)
