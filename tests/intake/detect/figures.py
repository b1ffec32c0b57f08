"""How well coordinates are told: the tables of docs/datum.md.

``python -m tests.intake.detect.figures`` for what is made up; with ``DIBAN_TEST_DATA`` for real files too.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from diban.intake import detect
from tests.intake.detect.made import Case, cases
from tests.intake.detect.outcomes import MEANINGS, counted, markdown, outcome
from tests.intake.detect.real import judged_files

SEEDS = 3


def judged(case: Case) -> str:
    """The outcome of a made-up case."""
    return outcome(detect(case.sample, case.declared, case.basis, case.reference), case.truth)


def main() -> int:
    """Print the tables."""
    rows = [(case, judged(case)) for seed in range(SEEDS) for case in cases(seed)]
    parts = ["\n".join(f"- **{name}**: {words}" for name, words in MEANINGS.items())]
    parts.append(markdown("held against", counted((case.held_against, what) for case, what in rows)))
    parts.append(markdown("coordinates", counted((case.name, what) for case, what in rows)))
    if folder := os.environ.get("DIBAN_TEST_DATA"):
        files = list(judged_files(Path(folder)))
        lines = ["| file | declared | truth | held against | verdict | outcome |", "| --- " * 6 + "|"]
        lines += [f"| {' | '.join(one.cells)} |" for one in files]
        parts += ["\n".join(lines), markdown("files", counted(("all", one.outcome) for one in files))]
    sys.stdout.write("\n\n".join(parts) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
