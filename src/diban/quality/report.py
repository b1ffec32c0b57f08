"""What a check found, as one value: findings, rows, score, passed or not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from diban.ground import Text
from diban.quality.dimension import Dimension
from diban.quality.finding import Finding, Place, Severity
from diban.quality.schema_drift import Delivered

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
    an equal report. ``delivered`` are the file's columns, ``listing`` the digest of the blob that
    lists every faulty row (see `diban.quality.listing`).
    """

    findings: tuple[Finding, ...]
    rules: tuple[Text, ...]
    rows: int
    faulty_rows: int
    delivered: Delivered | None = None
    listing: str | None = None

    @property
    def passed(self) -> bool:
        """Whether there is no error."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)

    @property
    def repairs(self) -> int:
        """How many rows would be, or were, repaired; 0 when an error stands that no repair takes away."""
        if any(one.severity is Severity.ERROR and not one.flaw.repairable for one in self.findings):
            return 0
        return sum(finding.count for finding in self.findings if finding.flaw.repairable)

    def plus(self, findings: Iterable[Finding]) -> Report:
        """The report with further findings, which no rule makes batch by batch."""
        return replace(self, findings=_gravest_first((*self.findings, *findings)))

    def unquoted(self) -> Report:
        """The report without anything of the data: rows stay named, their values, places and repairs go.

        The list of faulty rows goes too, by which they would be taken from the original.
        """
        findings = (
            replace(one, places=tuple(Place(place.row, other=place.other) for place in one.places))
            for one in self.findings
        )
        return replace(self, findings=tuple(findings), listing=None)

    def accepted(self) -> Report:
        """The report once the repairs that it proposes are accepted: what they mend is a notice."""
        if not self.repairs:
            return self
        findings = (_mended(one) if _to_mend(one) else one for one in self.findings)
        return replace(self, findings=_gravest_first(findings), faulty_rows=0)

    def declined(self) -> Report:
        """The report as it was, or would be, without the repairs that it proposes."""
        if not self.repairs:
            return self
        findings = (
            replace(one, flaw=replace(one.flaw, severity=Severity.ERROR)) if one.flaw.repairable else one
            for one in self.findings
        )
        return replace(self, findings=_gravest_first(findings), faulty_rows=self.repairs)

    @property
    def dimensions(self) -> dict[Dimension, int | None]:
        """The score under each heading of GB/T 36344: 100 less the points of the findings that belong to it.

        None for timeliness, which no file shows: it is judged by the update cycle.
        """
        scores: dict[Dimension, int | None] = {}
        for dimension in Dimension:
            mine = (one for one in self.findings if Dimension.of(one.code) is dimension)
            scores[dimension] = max(0, 100 - sum(_points(one, self.rows) for one in mine))
        return scores | {Dimension.TIMELINESS: None}

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
            "repairs": self.repairs,
            "dimensions": [
                {"name": one.value, "title": one.words.as_json(), "score": score}
                for one, score in self.dimensions.items()
            ],
            "delivered": None if self.delivered is None else self.delivered.as_json(),
            "listing": self.listing,
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
            delivered=Delivered.from_json(value.get("delivered")),
            listing=None if value.get("listing") is None else str(value["listing"]),
        )


def _gravest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    grave = list(Severity)
    return tuple(sorted(findings, key=lambda finding: grave.index(finding.severity)))


def _to_mend(finding: Finding) -> bool:
    return finding.flaw.repairable and finding.severity is Severity.ERROR


def _mended(finding: Finding) -> Finding:
    flaw = finding.flaw
    message = Text(zh=f"已修复：{flaw.message.zh}", en=f"repaired: {flaw.message.en}")
    remedy = Text(
        zh="无需处理；在源系统中也改正为好", en="nothing; better corrected in the source system as well"
    )
    return replace(finding, flaw=replace(flaw, severity=Severity.NOTICE, message=message, remedy=remedy))


def _points(finding: Finding, rows: int) -> int:
    # Without rows, no share is passed by what is found in none: it is about the file as a whole.
    classes = _CLASSES[finding.severity]
    return next((points for share, points in classes if finding.count > share * rows), classes[-1][1])
