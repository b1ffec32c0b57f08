"""The verdict on coordinates: what is declared holds, is taken at its word, or the sender is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from diban.ground import Crs, Text
from diban.intake.detect import reasons, turned
from diban.intake.detect.evidence import Candidate, weigh
from diban.intake.detect.reference import Reference
from diban.intake.detect.sample import Sample

_FAMILIES = (*turned.STRAIGHT, turned.hypotheses)
_FIT, _HALF = 0.95, 0.5


class Basis(StrEnum):
    """By whose word a CRS is declared."""

    FILE = "file"
    SENDER = "sender"
    FORMAT = "format"

    @property
    def words(self) -> Text:
        """Who says so."""
        return _BASES[self]


_BASES = {
    Basis.FILE: Text(zh="文件写明", en="the file"),
    Basis.SENDER: Text(zh="报送人说明", en="the sender"),
    Basis.FORMAT: Text(zh="格式默认", en="the format's default"),
}


class Verdict(StrEnum):
    """What detection comes to."""

    SURE = "sure"
    TAKEN = "taken"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Detection:
    """A verdict with its reason; ``candidates`` best first; ``proposal`` only where the evidence is clear.

    SURE: what is declared holds against everything else that could be. TAKEN: it may, and nothing here
    could tell it from a shifted one. ASK: the sender's word is needed.
    """

    verdict: Verdict
    reason: Text
    candidates: tuple[Candidate, ...]
    declared: Crs | None = None
    basis: Basis | None = None
    proposal: Crs | None = None

    def as_json(self) -> dict[str, Any]:
        """The question as it is kept with the delivery and shown."""
        declared = None
        if self.declared is not None and self.basis is not None:
            declared = {"crs": self.declared.code, "by": self.basis.value}
        return {
            "about": "crs",
            "reason": self.reason.as_json(),
            "declared": declared,
            "proposal": None if self.proposal is None else self.proposal.code,
            "candidates": [_shown(one) for one in self.candidates[: reasons.SHOWN]],
        }


def _shown(one: Candidate) -> dict[str, Any]:
    return {
        "crs": one.crs.code,
        "title": one.crs.title.as_json(),
        "inside": round(one.inside, 4),
        "offset": None if one.offset is None else round(one.offset, 2),
        "agreeing": None if one.agreeing is None else round(one.agreeing, 4),
        "places": [[round(x, 6), round(y, 6)] for x, y in one.places.tolist()],
    }


def detect(sample: Sample, declared: Crs | None, basis: Basis | None, reference: Reference) -> Detection:
    """Hold a sample against the reference under everything its numbers could be.

    ``declared`` by whose word (``basis``); both None where nobody says anything, which always asks.
    """
    if not len(sample.points):
        if declared is None:
            return _asking(reasons.UNSAID, [], Detection(Verdict.ASK, reasons.UNSAID, ()))
        return Detection(Verdict.SURE, reasons.HOLDS, (), declared, basis)
    weighed = weigh(sample, _hypotheses(sample, declared, reference), reference)
    ranked = sorted(weighed, key=_order)
    shown = tuple(one for one in ranked if one.inside > 0)
    fits = [one for one in ranked if one.inside >= _FIT]
    if declared is None or basis is None:
        return _asking(reasons.UNSAID, fits, Detection(Verdict.ASK, reasons.UNSAID, shown))
    mine = weighed[0]
    known = Detection(Verdict.SURE, reasons.HOLDS, shown, declared, basis)
    if mine.inside < _HALF and fits:
        return _asking(reasons.outside(declared, basis.words, mine.inside), fits, known)
    if rivals := [one for one in fits if one.clearly_better(mine)]:
        return _asking(reasons.at_odds(declared, basis.words), rivals, known)
    if mine.offset is not None and mine.moved_together:
        return _asking(reasons.moved(declared, basis.words, mine.offset), [], known)
    others = [one for one in fits if one is not mine and not mine.clearly_better(one)]
    if others:
        return replace(known, verdict=Verdict.TAKEN, reason=reasons.untold(declared, basis.words, others))
    return known


def _asking(reason: Text, among: list[Candidate], known: Detection) -> Detection:
    best = _clear(among, known.declared)
    return replace(
        known,
        verdict=Verdict.ASK,
        reason=reasons.with_proposal(reason, best, among),
        proposal=None if best is None else best.crs,
    )


def _clear(among: list[Candidate], declared: Crs | None) -> Candidate | None:
    """The one that the evidence speaks for; of degrees that only a shift tells apart, the plain ones.

    The latter only where degrees were declared: then not the shift but something else is in question.
    """
    if among and all(among[0].clearly_better(one) for one in among[1:]):
        return among[0]
    plain = [one for one in among if one.crs.shift is None]
    degrees = declared is not None and declared.degrees and all(one.crs.degrees for one in among)
    return plain[0] if degrees and len(plain) == 1 else None


def _hypotheses(sample: Sample, declared: Crs | None, reference: Reference) -> tuple[Crs, ...]:
    """What is declared first, then every family's guesses that differ from it."""
    found = [] if declared is None else [declared]
    for family in _FAMILIES:
        for crs in family(sample.points, reference.area):
            if not any(crs == one or (crs.as_stored and one.as_stored) for one in found):
                found.append(crs)
    return tuple(found)


def _order(one: Candidate) -> tuple[bool, float, float, float]:
    """Best first: in the city, near what is known, in the right district."""
    offset = 0.0 if one.offset is None else one.offset
    return one.inside < _FIT, offset, -(one.agreeing or 0.0), -one.inside
