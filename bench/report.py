"""What was measured, as a table with its bar, and on which machine under which load."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import date
from pathlib import Path

OUT = Path("docs/benchmarks.md")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: what, the figure in words, the bar it has to clear, whether it does."""

    what: str
    found: str
    bar: str
    clears: bool


def write(figures: list[Figure], load_before: tuple[float, float, float]) -> None:
    """Print the table and write it to `docs/benchmarks.md`."""
    lines = [
        "# Benchmarks",
        "",
        f"`make bench` on {date.today().isoformat()}: {os.cpu_count()} cores, {platform.processor() or platform.machine()}, "
        f"Linux {platform.release()}, Python {platform.python_version()}; load before {load_before[0]:.1f}, "
        f"after {os.getloadavg()[0]:.1f}. Medians of 3 within one run, files warm, made-up polygons (`bench/data.py`), "
        "nothing switched off.",
        "",
        "| what | found | bar | clears |",
        "|---|---|---|---|",
        *(
            f"| {one.what} | {one.found} | {one.bar} | {'yes' if one.clears else '**no**'} |"
            for one in figures
        ),
        "",
    ]
    OUT.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))
