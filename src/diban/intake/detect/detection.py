"""The verdict on coordinates: what is declared holds, is taken at its word, or the sender is asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from diban.ground import Crs, Text
from diban.intake.detect import turned
from diban.intake.detect.evidence import Candidate, weigh
from diban.intake.detect.reference import Reference
from diban.intake.detect.sample import Sample

_FAMILIES = (*turned.STRAIGHT, turned.hypotheses)
_FIT, _HALF, _SHOWN = 0.95, 0.5, 6


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
    Basis.FILE: Text(zh="文件", en="the file"),
    Basis.SENDER: Text(zh="报送人", en="the sender"),
    Basis.FORMAT: Text(zh="格式的默认约定", en="the format's default"),
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
            "candidates": [_shown(one) for one in self.candidates[:_SHOWN]],
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
    """Hold a sample against the reference under everything its numbers could be."""
    ranked = _ranked(weigh(sample, _hypotheses(sample, declared, reference), reference))
    fits = [one for one in ranked if one.inside >= _FIT]
    shown = tuple(one for one in ranked if one.inside > 0)
    mine = next((one for one in ranked if one.crs == declared), None)

    def ask(reason: Text, among: list[Candidate]) -> Detection:
        best = _clear(among, mine)
        reason = _with_proposal(reason, best, among)
        return Detection(Verdict.ASK, reason, shown, declared, basis, None if best is None else best.crs)

    if not len(sample.points):
        return Detection(Verdict.SURE, Text(zh="没有坐标", en="no coordinates"), (), declared, basis)
    if mine is None:
        return ask(Text(zh="文件与报送人均未说明坐标系", en="neither file nor sender names a CRS"), fits)
    assert basis is not None
    said = f"{basis.words.zh}所称 {mine.crs.code}", f"{mine.crs.code}, by {basis.words.en},"
    if mine.inside < _HALF and fits:
        share = f"{mine.inside:.0%}"
        return ask(
            Text(zh=f"按{said[0]}仅 {share} 在本市范围内", en=f"{said[1]} puts {share} inside the city"), fits
        )
    rivals = [one for one in fits if one.clearly_better(mine)]
    if rivals:
        return ask(
            Text(zh=f"{said[0]}与参照数据不符", en=f"{said[1]} does not agree with the reference"), rivals
        )
    if mine.moved_together:
        return ask(
            Text(
                zh=f"按{said[0]}，与现行版本同一要素整体相差 {mine.offset:.0f} 米",
                en=f"{said[1]} leaves all features {mine.offset:.0f} m from where they are now",
            ),
            [],
        )
    if all(mine.clearly_better(one) for one in fits if one is not mine):
        return Detection(
            Verdict.SURE, Text(zh="与参照一致", en="agrees with the reference"), shown, declared, basis
        )
    return Detection(Verdict.TAKEN, _CANNOT_TELL, shown, declared, basis)


def _clear(among: list[Candidate], mine: Candidate | None) -> Candidate | None:
    """The one that the evidence speaks for; of degrees that only a shift tells apart, the plain ones.

    The latter only where degrees were declared: then not the shift but something else is in question.
    """
    if among and all(among[0].clearly_better(one) for one in among[1:]):
        return among[0]
    plain = [one for one in among if one.crs.shift is None]
    degrees = mine is not None and mine.crs.degrees and all(one.crs.degrees for one in among)
    return plain[0] if degrees and len(plain) == 1 else None


_CANNOT_TELL = Text(
    zh="无法判断经纬度是否经过 GCJ-02 或 BD-09 偏移",
    en="whether these degrees are shifted as GCJ-02 or BD-09 cannot be told",
)


def _with_proposal(reason: Text, best: Candidate | None, among: list[Candidate]) -> Text:
    if best is not None:
        title, share = best.crs.title, f"{best.inside:.1%}"
        return Text(
            zh=f"{reason.zh}；很可能是 {best.crs.code}（{title.zh}），{share} 在本市范围内",
            en=f"{reason.en}; very likely {best.crs.code} ({title.en}), which puts {share} inside the city",
        )
    if not among:
        return Text(zh=f"{reason.zh}；无法判断", en=f"{reason.en}; what it is cannot be told")
    names = "、".join(one.crs.code for one in among[:_SHOWN])
    return Text(
        zh=f"{reason.zh}；可能是 {names}，无法判断是哪一个",
        en=f"{reason.en}; {names.replace('、', ', ')} are possible, which of them cannot be told",
    )


def _hypotheses(sample: Sample, declared: Crs | None, reference: Reference) -> tuple[Crs, ...]:
    """What is declared first, then every family's guesses that differ from it."""
    found = [] if declared is None else [declared]
    if len(sample.points):
        for family in _FAMILIES:
            for crs in family(sample.points, reference.area):
                if not any(crs == one or (crs.as_stored and one.as_stored) for one in found):
                    found.append(crs)
    return tuple(found)


def _ranked(weighed: list[Candidate]) -> list[Candidate]:
    def order(one: Candidate) -> tuple[bool, float, float, float]:
        offset = one.offset if one.offset is not None else 0.0
        return one.inside < _FIT, offset, -(one.agreeing or 0.0), -one.inside

    return sorted(weighed, key=order)
