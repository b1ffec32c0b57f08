"""What was measured, as a table with its bar, and on which machine under which load."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

SAID = "Medians of 3 within one run, files warm, made-up polygons (`bench/data.py`), nothing switched off."


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: what, the figure in words, the bar it has to clear, whether it does."""

    what: str
    found: str
    bar: str
    clears: bool


def write_table(
    out: Path,
    title: str,
    command: str,
    figures: list[Figure],
    load_before: tuple[float, float, float],
    said: str = SAID,
) -> None:
    """Print the table and write it to a page of the documentation; ``said``: how it was measured."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Linux {platform.release()}"
    python, day = platform.python_version(), f"{datetime.now(UTC):%Y-%m-%d}"
    load = f"load before {load_before[0]:.1f}, after {os.getloadavg()[0]:.1f}"
    lines = [
        f"# {title}",
        "",
        f"{command} on {day}: {machine}, Python {python}; {load}.",
        said,
        "",
        "| what | found | bar | clears |",
        "|---|---|---|---|",
        *(
            f"| {one.what} | {one.found} | {one.bar} | {'yes' if one.clears else '**no**'} |"
            for one in figures
        ),
        "",
    ]
    out.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))
