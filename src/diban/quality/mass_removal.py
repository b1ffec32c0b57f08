"""A delivery that would end many rows of its layer is told so in its report."""

from __future__ import annotations

from collections.abc import Iterator

from diban.ground import ChangeSet, Text
from diban.quality.finding import Finding, Flaw, Severity


def mass_removal(changes: ChangeSet, share: float) -> Iterator[Finding]:
    """The finding on a change set that removes more than this share (0 to 1) of the layer's rows."""
    if changes.removed_share > share:
        yield Finding(_flaw(changes.removed_share, share), changes.removed, ())


def _flaw(removed: float, share: float) -> Flaw:
    return Flaw(
        code="change.removal",
        severity=Severity.WARNING,
        rule=Text(zh="大量删除", en="Mass removal"),
        message=Text(
            zh=f"将使图层 {removed:.1%} 的要素失效，超过 {share:.0%}",
            en=f"would end {removed:.1%} of the layer's rows, more than {share:.0%}",
        ),
        remedy=Text(
            zh="确认交付是否完整；只交付变更时用 changes 方式",
            en="make sure that the delivery is complete; deliver changes alone with mode changes",
        ),
    )
