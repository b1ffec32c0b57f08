"""What a detection amounts to against the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from diban.ground import Crs
from diban.intake import Detection, Verdict

OUTCOMES = ("right", "told", "found", "asked", "missed", "false")
MEANINGS = {
    "right": "what was declared holds, and goes on",
    "told": "goes on as declared; the report says what else it may be, and that this cannot be told",
    "found": "asked, with the true CRS as the proposal",
    "asked": "asked without a proposal: it cannot be told, or not which",
    "missed": "wrong, and goes on without a word",
    "false": "asked although right, or with a wrong proposal",
}


def outcome(found: Detection, truth: Crs | None) -> str:
    """Which of `OUTCOMES`; truth None: the coordinates are in no CRS at all."""
    declared = found.declared is not None and _same(found.declared, truth)
    if found.verdict is Verdict.ASK:
        if found.proposal is None:
            return "false" if declared else "asked"
        return "found" if _same(found.proposal, truth) and not declared else "false"
    if found.verdict is Verdict.TAKEN:
        return "told"
    return "right" if declared else "missed"


def _same(one: Crs, other: Crs | None) -> bool:
    return other is not None and (one == other or (one.as_stored and other.as_stored))


def counted(rows: Iterable[tuple[str, str]]) -> dict[str, Counter[str]]:
    """Outcomes by heading."""
    table: dict[str, Counter[str]] = {}
    for heading, what in rows:
        table.setdefault(heading, Counter())[what] += 1
    return table


def markdown(first: str, table: dict[str, Counter[str]]) -> str:
    """The same as a table."""
    lines = [f"| {first} | {' | '.join(OUTCOMES)} |", f"| --- |{' ---: |' * len(OUTCOMES)}"]
    for heading, counts in table.items():
        lines.append(f"| {heading} | {' | '.join(str(counts[one] or '') for one in OUTCOMES)} |")
    return "\n".join(lines)
