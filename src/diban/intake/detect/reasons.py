"""Why the sender is asked, or why something cannot be told, in words."""

from __future__ import annotations

from collections.abc import Sequence

from diban.ground import Crs, Text
from diban.intake.detect.evidence import Candidate

SHOWN = 6
UNSAID = Text(zh="文件与报送人均未说明坐标系", en="neither the file nor the sender names a CRS")
HOLDS = Text(zh="没有与所称不符之处", en="nothing speaks against what is declared")


def outside(said: Crs, by: Text, inside: float) -> Text:
    """What is declared leads out of the city."""
    return Text(
        zh=f"按 {said.code}（{by.zh}），仅 {inside:.0%} 在本市范围内",
        en=f"as {said.code}, by {by.en}, {inside:.0%} of it lies inside the city",
    )


def at_odds(said: Crs, by: Text) -> Text:
    """Something else fits the reference clearly better than what is declared."""
    return Text(
        zh=f"{said.code}（{by.zh}）与参照数据不符",
        en=f"{said.code}, by {by.en}, does not agree with the reference",
    )


def moved(said: Crs, by: Text, offset: float) -> Text:
    """Every known feature lies off by the same way."""
    return Text(
        zh=f"按 {said.code}（{by.zh}），已知要素整体相差 {offset:.0f} 米",
        en=f"as {said.code}, by {by.en}, all known features lie {offset:.0f} m off, the same way",
    )


def untold(said: Crs, by: Text, others: Sequence[Candidate]) -> Text:
    """What is declared may hold, and so may others."""
    zh, en = _names(others)
    return Text(
        zh=f"按 {said.code}（{by.zh}）采用；是否为 {zh}，无从判断",
        en=f"taken as {said.code}, by {by.en}; whether it is {en} cannot be told",
    )


def with_proposal(reason: Text, best: Candidate | None, among: Sequence[Candidate]) -> Text:
    """The reason, and what it very likely is; or that it cannot be told."""
    if best is not None:
        title, share = best.crs.title, f"{best.inside:.1%}"
        return Text(
            zh=f"{reason.zh}；很可能是 {best.crs.code}（{title.zh}），{share} 在本市范围内",
            en=f"{reason.en}; very likely it is {best.crs.code} ({title.en}): {share} inside the city",
        )
    if not among:
        return Text(zh=f"{reason.zh}；无法判断是什么", en=f"{reason.en}; what it is cannot be told")
    zh, en = _names(among)
    return Text(
        zh=f"{reason.zh}；可能是 {zh}，无法判断是哪一个",
        en=f"{reason.en}; it may be {en}, which of them cannot be told",
    )


def _names(candidates: Sequence[Candidate]) -> tuple[str, str]:
    codes = [one.crs.code for one in candidates[:SHOWN]]
    return "、".join(codes), " or ".join(codes)
