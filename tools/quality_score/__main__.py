"""``python -m tools.quality_score DIR``: how well the rules find what was planted in a sample city."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tools.quality_score.score import Score, score
from tools.quality_score.trial import examine_city
from tools.quality_score.truth import read_truth

GOAL = 0.99


def main(arguments: list[str] | None = None) -> int:
    """Print a table per kind of error; 1 when one of them misses the goal."""
    parser = argparse.ArgumentParser(prog="python -m tools.quality_score", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="a sample city with its truth")
    folder: Path = parser.parse_args(arguments).folder
    with tempfile.TemporaryDirectory() as work:
        scores = score(read_truth(folder), examine_city(folder, Path(work) / "home"))
    print("\n".join(table(scores)))
    missed = [one.kind for one in scores if min(one.recall, one.precision) < GOAL]
    print(f"below {GOAL}: {', '.join(missed)}" if missed else f"all of {GOAL} or better")
    return 1 if missed else 0


def table(scores: list[Score]) -> list[str]:
    """The scores as a Markdown table."""
    rows = [
        "| kind | planted | found | wrong | recall | precision |",
        "| --- | --: | --: | --: | --: | --: |",
    ]
    for one in scores:
        figures = f"{one.planted} | {one.found} | {one.wrong} | {one.recall:.3f} | {one.precision:.3f}"
        rows.append(f"| {one.kind} | {figures} |")
    return rows


if __name__ == "__main__":
    sys.exit(main())
