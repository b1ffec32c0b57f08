"""``python -m tools.quality_score``: how well the rules find what was planted in sample cities.

``DIR`` is a city that was written before; ``--city BUILDINGS:SEED``, as often as wanted, one that is made
for the purpose. ``--page FILE`` writes the figures of all of them as a page of the documentation.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from diban.app import write_city
from tools.quality_score.page import page
from tools.quality_score.score import City, Score, score, sums
from tools.quality_score.trial import examine_city
from tools.quality_score.truth import read_truth

GOAL = 0.99


def main(arguments: list[str] | None = None) -> int:
    """Print a table per kind of error; 1 when one of them misses the goal in a city."""
    given = _parser().parse_args(arguments)
    cities = [_measure(folder, folder.name, 0) for folder in given.folders]
    for buildings, seed in given.city:
        with tempfile.TemporaryDirectory() as made:
            write_city(Path(made), buildings=buildings, seed=seed, errors=given.errors)
            cities.append(_measure(Path(made), f"{buildings:,}", seed))
        print(f"{buildings} buildings, seed {seed}: {_told(cities[-1])}", file=sys.stderr)
    scores = sums(cities)
    print("\n".join(table(scores)))
    missed = sorted({one.kind for city in cities for one in city.scores if one.worst < GOAL})
    print(f"below {GOAL}: {', '.join(missed)}" if missed else f"all of {GOAL} or better")
    if given.page is not None:
        said = " ".join(f"--city {buildings}:{seed}" for buildings, seed in given.city)
        given.page.write_text(page(cities, scores, f"--errors {given.errors} {said}", GOAL), "utf-8")
    return 1 if missed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.quality_score", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="*", metavar="DIR", help="a sample city with its truth")
    parser.add_argument(
        "--city", type=_city, action="append", default=[], metavar="BUILDINGS:SEED", help="make this one"
    )
    parser.add_argument("--errors", type=float, default=0.005, help="share of rows spoilt in a made city")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write the figures here")
    return parser


def _city(text: str) -> tuple[int, int]:
    buildings, _, seed = text.partition(":")
    return int(buildings), int(seed)


def _measure(folder: Path, name: str, seed: int) -> City:
    with tempfile.TemporaryDirectory() as work:
        trial = examine_city(folder, Path(work) / "home")
    return City(name, seed, trial.files, trial.rows, tuple(score(read_truth(folder), trial.faults)))


def _told(city: City) -> str:
    return ", ".join(f"{one.kind} {one.worst:.3f}" for one in city.scores if one.worst < 1) or "everything"


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
