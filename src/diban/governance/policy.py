"""The review policy: which deliveries land by themselves, which go back, which a person decides.

A versioned, cited value: every decision records the version it was made under.
"""

from __future__ import annotations

from dataclasses import dataclass

from diban.ground import Text


@dataclass(frozen=True, slots=True)
class ReviewPolicy:
    """Bounds within which a delivery is accepted without a person.

    ``removed_share`` is the share of a layer's rows (0 to 1) beyond whose loss a person is asked;
    ``ask_first`` whether the first delivery of a layer asks one.
    """

    version: str
    citation: Text
    removed_share: float
    ask_first: bool


REVIEW_POLICY = ReviewPolicy(
    version="2026-1",
    citation=Text(
        zh="平台默认：有错误的退回；删除超过百分之五的须人工审核；警告与提示不影响入库；首次提交按质检结果办理",
        en=(
            "Platform default: errors are returned; more than five per cent removed asks a person; warnings "
            "and notices do not hold a delivery back; a first delivery is judged by its report alone"
        ),
    ),
    removed_share=0.05,
    ask_first=False,
)
