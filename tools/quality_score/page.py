"""The figures as a page of the documentation."""

from __future__ import annotations

from collections.abc import Sequence

from tools.quality_score.score import City, Score
from tools.quality_score.truth import CODES

_HEAD = """# How well the rules find errors

Measured on [sample cities](guides/sample-city.md), whose errors are known: all deliveries of a city go
down the whole road, each in its own form (GeoPackage, GeoJSON, zipped Shapefile in GBK, CSV in GBK and
UTF-8, XLSX, GeoParquet), in the CRS that it is in. Errors are planted by code that knows nothing of the
rules. This page is written by

```
python -m tools.quality_score --page docs/quality.md {command}
```

An error counts as found when a finding of its kind names its row and field; of two rows that repeat each
other either one will do. **Recall** is the share of planted errors that was found, **precision** the
share of what was called so that was so. A row that a finding of the kind names is wrong when nothing was
planted in it, in whichever file: most files are faultless. A row with another planted error is not
counted as wrong, since one error can show in several ways. The worst city is the one with the lowest
figure; the goal is {goal} in each.

What this does not show: errors that nobody thought of planting. {real}
"""
_REAL = (
    "On real deliveries see [coordinates and datum](datum.md) for how often their coordinates are told right."
)


def page(cities: Sequence[City], scores: Sequence[Score], command: str, goal: float) -> str:
    """The page in Markdown: per kind over all cities, then per city."""
    lines = [
        _HEAD.format(command=command, goal=goal, real=_REAL),
        "## By kind of error\n",
        "| kind | found as | planted | found | wrong | recall | precision | worst city |",
        "| --- | --- | --: | --: | --: | --: | --: | --: |",
    ]
    for one in scores:
        codes = ", ".join(f"`{code}`" for code in CODES[one.kind])
        worst = min(mine.worst for city in cities for mine in city.scores if mine.kind == one.kind)
        figures = f"{one.planted:,} | {one.found:,} | {one.wrong:,} | {one.recall:.3f} | {one.precision:.3f}"
        lines.append(f"| {one.kind} | {codes} | {figures} | {worst:.3f} |")
    lines += [
        "\n## By city\n",
        "| buildings | seed | deliveries | rows | planted | found | wrong |",
        "| --: | --: | --: | --: | --: | --: | --: |",
    ]
    for city in cities:
        planted, found, wrong = (
            sum(getattr(one, name) for one in city.scores) for name in ("planted", "found", "wrong")
        )
        named = f"{city.name} | {city.seed or '–'} | {city.files} | {city.rows:,}"
        lines.append(f"| {named} | {planted:,} | {found:,} | {wrong:,} |")
    return "\n".join(lines) + "\n"
