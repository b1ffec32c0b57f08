"""``python -m bench.intake``: reading and judging; figures go to `docs/benchmarks-intake.md`."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.formats import FORMATS, write
from bench.place import LAYER, LOGIN, Place, asker_of, make_place
from bench.processes import Run, run
from bench.report import Figure, write_table
from bench.rules import rules_seconds
from diban.app import save_mapping
from diban.intake import Places, open_upload, reading_ahead

FOLDER = Path(os.environ.get("DIBAN_BENCH", ".bench"))
OUT = Path("docs/benchmarks-intake.md")
SMALL, LARGE, CITY, ROUNDS = 500_000, 5_000_000, 650_000, 3
ARRIVING = 2.0
"""Seconds in which a file would arrive, and the process that will read it starts."""


def main() -> None:
    """Measure, print, record."""
    load = os.getloadavg()
    figures: list[Figure] = []
    for figure in _figures():
        print(f"{figure.what}: {figure.found}", flush=True)
        figures.append(figure)
    write_table(OUT, "Benchmarks of intake", "`python -m bench.intake`", figures, load)
    sys.exit(0 if all(figure.clears for figure in figures) else 1)


def _figures() -> Iterator[Figure]:
    yield _rules()
    for name in FORMATS:
        write(FOLDER, name, LARGE)
    os.sync()  # nothing of this is still on its way to the disk while others are timed
    yield _start()
    for name in FORMATS:
        yield _sandbox(name)
    for name in FORMATS:
        yield _format(name)


def _rules() -> Figure:
    seconds = statistics.median(rules_seconds(CITY) for _ in range(ROUNDS))
    return Figure(f"all rules over {CITY:,} polygons", f"{seconds:.1f} s", "≤ 30 s", seconds <= 30)


def _start() -> Figure:
    """How long a file waits for its reader where the process was not started before it came."""
    path = write(FOLDER, "GeoPackage", SMALL)
    seconds = statistics.median(_opened(path) for _ in range(ROUNDS))
    what = "a reading process, which starts while the file arrives: from its start to what the file says"
    return Figure(what, f"{seconds:.2f} s", "≤ 0.5 s", seconds <= 0.5)


def _opened(path: Path) -> float:
    begun = time.perf_counter()
    with open_upload(path):
        return time.perf_counter() - begun


def _sandbox(name: str) -> Figure:
    """What it costs that a file is read in a confined process, with every batch checked again outside.

    The process waits for the file, as in a delivery; the reader without one has loaded its libraries too.
    """
    path = write(FOLDER, name, LARGE)
    bare, confined = [], []
    for _ in range(ROUNDS):  # in turn, so that a change of the machine's speed meets both
        bare.append(_read_here(path))
        confined.append(_read_confined(path))
    here, there = statistics.median(bare), statistics.median(confined)
    return Figure(
        f"{name}: {LARGE:,} polygons read in the sandbox, against the same reader without one",
        f"{there:.2f} s against {here:.2f} s: {there / here - 1:+.0%}",
        "≤ +15 %",
        there <= 1.15 * here,
    )


def _format(name: str) -> Figure:
    small, large = (_tried(name, count) for count in (SMALL, LARGE))
    growth = large.peak_mb / small.peak_mb
    return Figure(
        f"{name}: read, judged and compared, {LARGE:,} polygons against {SMALL:,}; peak memory",
        f"{large.seconds:.0f} s against {small.seconds:.1f} s; "
        f"{large.peak_mb:.0f} MB against {small.peak_mb:.0f} MB: {growth:.2f}× "
        f"(without pages of files {large.own_mb:.0f} MB and {small.own_mb:.0f} MB)",
        "≤ 1.2×, < 1 GB",
        growth <= 1.2 and large.peak_mb < 1000,
    )


def _tried(name: str, count: int) -> Run:
    """A trial delivery (``--dry-run``), whose process tree is watched."""
    path, place = write(FOLDER, name, count), make_place(FOLDER / "intake")
    if path.suffix == ".csv":
        save_mapping(place.platform, LAYER, {"shape": "wkt"}, asker_of(place.platform, LOGIN))
    done = run(_command(place, path))
    place.platform.close()
    return done


def _command(place: Place, path: Path) -> list[str]:
    told = ["--crs", "EPSG:4490", "--dry-run", "--json", "--home", str(place.home), "--as", LOGIN]
    return [sys.executable, "-m", "diban.app.main", "submit", str(path), "--layer", LAYER, *told]


def _read_here(path: Path) -> float:
    """In a process of its own, since a reader takes away what the process does not need any more."""
    command = [sys.executable, "-m", "tests.intake.own_reading", str(path)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _read_confined(path: Path) -> float:
    places = Places(shape="wkt") if path.suffix == ".csv" else None
    with reading_ahead():
        time.sleep(ARRIVING)
        begun = time.perf_counter()
        with open_upload(path, places=places) as opened:
            for _ in opened.batches():
                pass
        return time.perf_counter() - begun


if __name__ == "__main__":
    main()
